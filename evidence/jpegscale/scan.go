package jpegscale

// The scans: the coefficients of all blocks in one go, or of some of them, or a bit more of
// each (ITU-T T.81, annexes F and G).

// pass is what a scan brings.
type pass struct {
	planes      []*plane
	first, last int // zigzag indices of its coefficients
	high, low   int // the bit that came before, and the bit that comes now
	run         int // blocks that end before their next coefficient
}

// scan reads a scan and returns the marker behind it.
func (d *decoder) scan(head []byte) (byte, error) {
	if d.planes == nil {
		return 0, broken("a scan comes before the frame")
	}
	if d.scans == 0 && len(d.planes) == 3 && d.isRGB(d.planes) {
		return 0, ErrUnsupported // a marker behind the frame said so
	}
	if d.scans++; d.scans > MaxScans {
		return 0, broken("it has more than %d scans", MaxScans)
	}
	s, err := d.scanHead(head)
	if err != nil {
		return 0, err
	}
	across, down := d.across, d.down
	if len(s.planes) == 1 { // block by block, and only those that hold the image
		across, down = s.planes[0].cols, s.planes[0].rows
	}
	left, expect := d.interval, byte(rst0)
	for y := range down {
		if d.overrun() {
			return 0, broken("the data of a scan ends too soon")
		}
		for x := range across {
			if d.interval > 0 && left == 0 {
				m, err := d.aligned()
				if err != nil {
					return 0, err
				}
				if m != expect {
					return 0, broken("marker %#x where the restart %#x should be", m, expect)
				}
				expect = rst0 + (expect+1)&7
				left = d.interval
				s.restart()
			}
			left--
			if err := d.unit(s, x, y); err != nil {
				return 0, err
			}
		}
	}
	m, err := d.aligned()
	if m >= rst0 && m <= rst7 {
		m = 0
	}
	return m, err
}

func (s *pass) restart() {
	s.run = 0
	for _, p := range s.planes {
		p.last = 0
	}
}

func (d *decoder) scanHead(head []byte) (*pass, error) {
	if len(head) < 4 || head[0] < 1 || int(head[0]) > len(d.planes) || len(head) != 4+2*int(head[0]) {
		return nil, broken("the head of a scan is wrong")
	}
	n := int(head[0])
	tail := head[1+2*n:]
	s := &pass{first: int(tail[0]), last: int(tail[1]), high: int(tail[2] >> 4), low: int(tail[2] & 15)}
	if !d.progressive {
		s.first, s.last, s.high, s.low = 0, 63, 0, 0
	}
	if s.first > s.last || s.last > 63 || s.first == 0 && s.last > 0 && d.progressive || s.first > 0 && n > 1 ||
		s.low > 13 || s.high > 0 && s.high != s.low+1 {
		return nil, broken("a scan of %d to %d, bits %d and %d", s.first, s.last, s.high, s.low)
	}
	size := 0
	for i := range n {
		p := d.named(head[1+2*i])
		if p == nil {
			return nil, broken("a scan of a component that is not there")
		}
		for _, other := range s.planes {
			if other == p {
				return nil, broken("a scan names a component twice")
			}
		}
		p.dc, p.ac = int(head[2+2*i]>>4), int(head[2+2*i]&15)
		if p.dc > 3 || p.ac > 3 || s.first == 0 && s.high == 0 && !d.codes[0][p.dc].known || s.last > 0 && !d.codes[1][p.ac].known {
			return nil, broken("a scan without its Huffman tables")
		}
		if !d.progressive && !d.hasSteps[p.table] {
			return nil, broken("a scan without its steps")
		}
		size += p.h * p.v
		p.seen = p.seen || s.first == 0
		s.planes = append(s.planes, p)
	}
	if n > 1 && size > 10 {
		return nil, broken("a unit of %d blocks", size)
	}
	s.restart()
	return s, nil
}

func (d *decoder) named(id byte) *plane {
	for i := range d.planes {
		if d.planes[i].id == id {
			return &d.planes[i]
		}
	}
	return nil
}

// unit decodes what belongs together: a block, or one and more of each component.
func (d *decoder) unit(s *pass, x, y int) error {
	if len(s.planes) == 1 {
		return d.block(s, s.planes[0], x, y)
	}
	for _, p := range s.planes {
		for v := range p.v {
			for h := range p.h {
				if err := d.block(s, p, x*p.h+h, y*p.v+v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

var errCode = broken("a code that is in no Huffman table")

func (d *decoder) block(s *pass, p *plane, x, y int) error {
	if !d.progressive {
		return d.sequential(p, x, y)
	}
	at := (y*p.wide + x) * 64
	c := (*[64]int16)(p.coefs[at : at+64])
	switch {
	case s.high > 0:
		return d.refine(s, p, c)
	case s.first == 0:
		size, ok := d.symbol(&d.codes[0][p.dc])
		if !ok || size > 15 {
			return errCode
		}
		p.last += d.extended(int(size))
		if v := p.last << s.low; v != int(int16(v)) { //nolint:gosec // that is the question
			return errFar
		}
		c[0] = int16(p.last << s.low) //nolint:gosec // it was looked at
		return nil
	}
	if s.run > 0 {
		s.run--
		return nil
	}
	return d.band(s, p, c)
}

// sequential decodes a whole block and transforms it at once.
func (d *decoder) sequential(p *plane, x, y int) error {
	size, ok := d.symbol(&d.codes[0][p.dc])
	if !ok || size > 15 {
		return errCode
	}
	p.last += d.extended(int(size))
	b, steps := &d.scratch, &d.steps[p.table]
	b[0] = p.last * int(steps[0])
	flat, err := d.coefficients(b, &d.codes[1][p.ac], steps)
	if err == nil {
		d.show(b, p, x, y, flat)
	}
	clear(b[:d.n*d.n])
	return err
}

// farthest is what the coefficients of a block have at most together, each without its sign:
// those of samples of 8 bits have 8,192, and rounding adds less. Decoders differ over more.
const farthest = 20_000

var errFar = broken("coefficients that no image of 8 bits has")

// coefficients decodes those of a block behind the first, and keeps the ones that are needed;
// flat is that none of these is anything but zero. The bits are in registers meanwhile.
func (d *decoder) coefficients(b *block, ac *huffman, steps *[64]uint16) (flat bool, err error) {
	acc, have, needed := d.acc, d.have, d.n*d.n
	flat = true
	all := b[0] ^ b[0]>>63
	for k := 1; k < 64; k++ {
		if have < 32 { // of code and coefficient there are 31 at the most
			d.acc, d.have = acc, have
			d.fill()
			acc, have = d.acc, d.have
		}
		var value int
		if e := ac.whole[acc>>(64-lookBits)]; e != 0 {
			n := int(e & 15)
			acc <<= n
			have -= n
			k += int(e >> 4 & 15)
			value = int(e >> 8)
		} else {
			d.acc, d.have = acc, have
			symbol, ok := d.symbol(ac)
			if !ok {
				return false, errCode
			}
			if value = d.extended(int(symbol & 15)); symbol&15 != 0 {
				k += int(symbol >> 4)
			}
			acc, have = d.acc, d.have
			if symbol&15 == 0 {
				if symbol != 0xf0 {
					break
				}
				k += 15
				continue
			}
		}
		if k > 63 {
			return false, broken("a block of more than 64 coefficients")
		}
		if at := d.place[k]; at < needed {
			v := value * int(steps[k])
			b[at], flat = v, false
			all += v ^ v>>63
		}
	}
	d.acc, d.have = acc, have
	if all > farthest {
		return false, errFar
	}
	return flat, nil
}

// show puts a block into its plane.
func (d *decoder) show(b *block, p *plane, x, y int, flat bool) {
	n := d.n
	dst := p.pix[y*n*p.stride+x*n:]
	if !flat || n == 1 {
		b.inverse(dst, p.stride, n)
		return
	}
	v := sample(b[0], 3)
	for row := range n {
		line := dst[row*p.stride : row*p.stride+n]
		for i := range line {
			line[i] = v
		}
	}
}
