package jpegscale_test

// A plain encoder of what other encoders rarely make: any sampling, restarts, progressive
// scans bit by bit, long codes. It begins with coefficients, so that nothing of it can hide
// what the decoder does.

import (
	"math/rand/v2"
)

// order is the order of coefficients in the file, made as the standard draws it.
var order = func() (out [64]int) {
	x, y := 0, 0
	for i := range out {
		out[i] = 8*y + x
		switch up := (x+y)%2 == 0; {
		case up && x == 7, !up && y == 7:
			if up {
				y++
			} else {
				x++
			}
		case up && y == 0:
			x++
		case !up && x == 0:
			y++
		case up:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return out
}()

// component is a component's coefficients, block by block, in zigzag order.
type component struct {
	h, v                   int
	wide, high, cols, rows int
	blocks                 [][64]int
	last                   int
}

// picture is what is encoded.
type picture struct {
	w, h        int
	components  []*component
	steps       [2][64]int
	interval    int
	progressive bool
	long        bool // codes of 16 bits
	apart       bool // a scan for each component
}

// drawn makes a picture by chance; the first component is sampled most.
func drawn(r *rand.Rand, w, h int, samplings [][2]int) *picture {
	p := &picture{w: w, h: h}
	most := samplings[0]
	for i := range p.steps {
		for k := range p.steps[i] {
			p.steps[i][k] = 1 + r.IntN(2+k/4)
		}
	}
	across, down := (w+8*most[0]-1)/(8*most[0]), (h+8*most[1]-1)/(8*most[1])
	for i, s := range samplings {
		c := &component{h: s[0], v: s[1], wide: across * s[0], high: down * s[1]}
		c.cols, c.rows = ((w*s[0]+most[0]-1)/most[0]+7)/8, ((h*s[1]+most[1]-1)/most[1]+7)/8
		c.blocks = make([][64]int, c.wide*c.high)
		for b := range c.blocks {
			c.blocks[b][0] = (r.IntN(1600) - 800) / p.steps[min(i, 1)][0]
			for range r.IntN(1 + r.IntN(40)) {
				k := 1 + r.IntN(1+r.IntN(63))
				c.blocks[b][k] = (r.IntN(1200) - 600) / (1 + k/4) / p.steps[min(i, 1)][k]
			}
		}
		p.components = append(p.components, c)
	}
	return p
}

// writer writes bits, with a zero behind each 0xff.
type writer struct {
	out  []byte
	acc  uint32
	have int
	long bool
	run  int   // blocks of one scan that end early
	late []int // bits that belong to them
}

func (w *writer) bits(v, n int) {
	for i := n - 1; i >= 0; i-- {
		w.acc = w.acc<<1 | uint32(v>>i&1)
		if w.have++; w.have == 8 {
			w.out = append(w.out, byte(w.acc))
			if byte(w.acc) == 0xff {
				w.out = append(w.out, 0)
			}
			w.acc, w.have = 0, 0
		}
	}
}

func (w *writer) align() {
	for w.have > 0 {
		w.bits(1, 1)
	}
}

// symbol: short tables have 128 codes of 8 bits and 128 of 9; long ones one of 1 and 255 of 16.
func (w *writer) symbol(s int) {
	switch {
	case w.long && s == 0:
		w.bits(0, 1)
	case w.long:
		w.bits(1<<15+s-1, 16)
	case s < 128:
		w.bits(s, 8)
	default:
		w.bits(256+s-128, 9)
	}
}

func (w *writer) tables() {
	counts := [16]byte{7: 128, 8: 128}
	if w.long {
		counts = [16]byte{0: 1, 15: 255}
	}
	for _, class := range []byte{0x00, 0x10} {
		w.segment(0xc4, append(append([]byte{class}, counts[:]...), counting(256)...))
	}
}

func counting(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i)
	}
	return out
}

func (w *writer) segment(marker byte, data []byte) {
	n := len(data) + 2
	w.out = append(append(w.out, 0xff, marker, byte(n>>8), byte(n)), data...)
}

// size is how many bits a value needs, and those bits.
func size(v int) (n, bits int) {
	a := v
	if v < 0 {
		a, v = -v, v-1
	}
	for a>>n > 0 {
		n++
	}
	return n, v & (1<<n - 1)
}

func (p *picture) encode() []byte {
	w := &writer{out: []byte{0xff, 0xd8}, long: p.long}
	w.segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	for i, steps := range p.steps {
		data := []byte{byte(i)}
		for _, s := range steps {
			data = append(data, byte(s))
		}
		w.segment(0xdb, data)
	}
	frame := []byte{8, byte(p.h >> 8), byte(p.h), byte(p.w >> 8), byte(p.w), byte(len(p.components))}
	for i, c := range p.components {
		frame = append(frame, byte(i+1), byte(c.h<<4|c.v), byte(min(i, 1)))
	}
	kind := byte(0xc0)
	if p.progressive {
		kind = 0xc2
	}
	w.segment(kind, frame)
	w.tables()
	if p.interval > 0 {
		w.segment(0xdd, []byte{byte(p.interval >> 8), byte(p.interval)})
	}
	var together [][]int
	for i := range p.components {
		if p.apart || i == 0 {
			together = append(together, nil)
		}
		together[len(together)-1] = append(together[len(together)-1], i)
	}
	for _, group := range together {
		if !p.progressive {
			p.scan(w, group, 0, 63, 0, 0)
			continue
		}
		p.scan(w, group, 0, 0, 0, 1)
		for _, i := range group {
			p.scan(w, []int{i}, 1, 5, 0, 2)
			p.scan(w, []int{i}, 6, 63, 0, 2)
			p.scan(w, []int{i}, 1, 63, 2, 1)
		}
		p.scan(w, group, 0, 0, 1, 0)
		for _, i := range group {
			p.scan(w, []int{i}, 1, 63, 1, 0)
		}
	}
	return append(w.out, 0xff, 0xd9)
}

func (p *picture) scan(w *writer, group []int, first, last, high, low int) {
	head := []byte{byte(len(group))}
	for _, i := range group {
		head = append(head, byte(i+1), 0)
		p.components[i].last = 0
	}
	w.segment(0xda, append(head, byte(first), byte(last), byte(high<<4|low)))
	across, down := (p.w+8*p.components[0].h-1)/(8*p.components[0].h), (p.h+8*p.components[0].v-1)/(8*p.components[0].v)
	if len(group) == 1 {
		across, down = p.components[group[0]].cols, p.components[group[0]].rows
	}
	for n := range across * down {
		if p.interval > 0 && n > 0 && n%p.interval == 0 {
			w.flush()
			w.align()
			w.out = append(w.out, 0xff, 0xd0|byte(n/p.interval-1)&7)
			for _, i := range group {
				p.components[i].last = 0
			}
		}
		x, y := n%across, n/across
		for _, i := range group {
			c := p.components[i]
			if len(group) == 1 {
				p.block(w, c, y*c.wide+x, first, last, high, low)
				continue
			}
			for v := range c.v {
				for h := range c.h {
					p.block(w, c, (y*c.v+v)*c.wide+x*c.h+h, first, last, high, low)
				}
			}
		}
	}
	w.flush()
	w.align()
}

func (p *picture) block(w *writer, c *component, at, first, last, high, low int) {
	b := &c.blocks[at]
	switch {
	case first == 0 && high > 0:
		w.bits(b[0]>>low, 1)
		return
	case first == 0:
		n, bits := size(b[0]>>low - c.last)
		c.last = b[0] >> low
		w.symbol(n)
		w.bits(bits, n)
		first = 1
	}
	switch {
	case last == 0:
	case high > 0:
		w.refine(b, first, last, low)
	default:
		w.band(b, first, last, low, p.progressive)
	}
}

// shifted drops bits towards zero.
func shifted(v, low int) int {
	if v < 0 {
		return -(-v >> low)
	}
	return v >> low
}

func (w *writer) band(b *[64]int, first, last, low int, progressive bool) {
	run := 0
	for k := first; k <= last; k++ {
		v := shifted(b[k], low)
		if v == 0 {
			run++
			continue
		}
		w.flush()
		for ; run > 15; run -= 16 {
			w.symbol(0xf0)
		}
		n, bits := size(v)
		w.symbol(run<<4 | n)
		w.bits(bits, n)
		run = 0
	}
	switch {
	case run > 0 && progressive:
		w.ends()
	case run > 0:
		w.symbol(0)
	}
}

// ends notes that a block has no more of its band.
func (w *writer) ends() {
	if w.run++; w.run == 1<<14 {
		w.flush()
	}
}

// flush writes how many blocks have no more, and the bits of those that they had.
func (w *writer) flush() {
	if w.run > 0 {
		n := 0
		for w.run>>(n+1) > 0 {
			n++
		}
		w.symbol(n << 4)
		w.bits(w.run, n)
		w.run = 0
	}
	w.write(w.late)
	w.late = nil
}

func (w *writer) write(bits []int) {
	for _, bit := range bits {
		w.bits(bit, 1)
	}
}

func (w *writer) refine(b *[64]int, first, last, low int) {
	newest := 0
	for k := first; k <= last; k++ {
		if v := shifted(b[k], low); v == 1 || v == -1 {
			newest = k
		}
	}
	run := 0
	var corrections []int
	for k := first; k <= last; k++ {
		v := shifted(b[k], low)
		if v == 0 {
			run++
			continue
		}
		for ; run > 15 && k <= newest; run -= 16 {
			w.flush()
			w.symbol(0xf0)
			w.write(corrections)
			corrections = nil
		}
		if v > 1 || v < -1 {
			corrections = append(corrections, max(v, -v)&1)
			continue
		}
		w.flush()
		w.symbol(run<<4 | 1)
		w.bits((v+1)/2, 1)
		w.write(corrections)
		run, corrections = 0, nil
	}
	if run > 0 || len(corrections) > 0 {
		w.late = append(w.late, corrections...)
		w.ends()
	}
}
