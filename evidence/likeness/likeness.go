// Package likeness finds pictures that look the same: one that was made smaller, packed
// harder, lightened, stamped, cropped a little, turned or mirrored. A picture is 128 signs
// of its lowest frequencies (DCT-II); two pictures are as like as few of them differ. An
// index in memory answers which of a million pictures are like one, in milliseconds.
package likeness

// The hash of a picture.

import (
	"image"
	"math"
	"sync"
)

// Bits of a hash.
const Bits = 128

// The thresholds stand where the measured table in docs/evidence.md puts them. A photo is
// compared with every other there is: of 12.5 million pairs of distinct photos none is within
// Sure, by the slope of their distances about one in 200 million. Within one case there are a
// few dozen: there Maybe finds most of what was worked on, and of ten million pairs of
// strangers about one is within it.
const (
	Sure  = 14
	Maybe = 20
)

// Hash is the signs of 128 frequencies, the lowest in the first word.
type Hash [2]uint64

// cells a side is what a picture is averaged to, whatever its form: so a turned one is the
// same, transposed or mirrored.
const cells = 32

// flat is the contrast, in shades, below which a picture has no signs to speak of.
const flat = 1.5

// frequencies of a hash, across and down: the 119 with a sum of at most 14 without the mean,
// eight in the middle of sum 15, and one on the diagonal. With each stands the one whose axes
// are exchanged, so a turned picture has the same.
var frequencies = func() (list [Bits][2]int) {
	n := 0
	for sum := 1; sum < waves-1; sum++ {
		for u := range sum + 1 {
			list[n] = [2]int{u, sum - u}
			n++
		}
	}
	for u := 4; u < 12; u++ {
		list[n] = [2]int{u, waves - 1 - u}
		n++
	}
	list[n] = [2]int{waves / 2, waves / 2}
	return list
}()

// waves is how many frequencies there are in one direction.
const waves = 16

var cosines = sync.OnceValue(func() (table [waves][cells]float64) {
	for u := range waves {
		for x := range cells {
			table[u][x] = math.Cos(float64((2*x+1)*u) * math.Pi / (2 * cells))
		}
	}
	return table
})

// Of is the hash of a picture; false where it is too flat or too small to have one.
func Of(img image.Image) (Hash, bool) {
	var h Hash
	b := img.Bounds()
	if b.Dx() < cells || b.Dy() < cells {
		return h, false
	}
	grid := shades(img)
	if contrast(&grid) < flat {
		return h, false
	}
	table := cosines()
	var rows [cells][waves]float64
	for y := range cells {
		for u := range waves {
			for x, c := range table[u] {
				rows[y][u] += grid[y][x] * c
			}
		}
	}
	for i, f := range frequencies {
		sum := 0.0
		for y, c := range table[f[1]] {
			sum += rows[y][f[0]] * c
		}
		if sum > 0 {
			h[i/64] |= 1 << (i % 64)
		}
	}
	return h, true
}

func contrast(grid *[cells][cells]float64) float64 {
	sum, squares := 0.0, 0.0
	for _, row := range grid {
		for _, v := range row {
			sum, squares = sum+v, squares+v*v
		}
	}
	const n = cells * cells
	return math.Sqrt(max(0, squares/n-sum/n*sum/n))
}

// shades averages a picture to the grid.
func shades(img image.Image) (grid [cells][cells]float64) {
	b := img.Bounds()
	shade := func(x, y int) int {
		r, g, bl, _ := img.At(x, y).RGBA()
		return int((299*r + 587*g + 114*bl) / 257_000)
	}
	switch src := img.(type) { // without a colour being made of each pixel
	case *image.YCbCr:
		shade = func(x, y int) int { return int(src.Y[src.YOffset(x, y)]) }
	case *image.Gray:
		shade = func(x, y int) int { return int(src.Pix[src.PixOffset(x, y)]) }
	}
	for j := range cells {
		for i := range cells {
			x0, x1 := b.Min.X+i*b.Dx()/cells, b.Min.X+(i+1)*b.Dx()/cells
			y0, y1 := b.Min.Y+j*b.Dy()/cells, b.Min.Y+(j+1)*b.Dy()/cells
			sum := 0
			for y := y0; y < y1; y++ {
				for x := x0; x < x1; x++ {
					sum += shade(x, y)
				}
			}
			grid[j][i] = float64(sum) / float64((x1-x0)*(y1-y0))
		}
	}
	return grid
}

// across and down are the signs that change when a picture is mirrored so.
var across, down = mirrors(0), mirrors(1)

func mirrors(side int) (mask Hash) {
	for i, f := range frequencies {
		if f[side]%2 == 1 {
			mask[i/64] |= 1 << (i % 64)
		}
	}
	return mask
}

// transposed is the hash of the picture with its axes exchanged.
func (h Hash) transposed() (t Hash) {
	for i, from := range partners {
		if h[from/64]>>(from%64)&1 == 1 {
			t[i/64] |= 1 << (i % 64)
		}
	}
	return t
}

// partners by place: where the frequency with exchanged axes stands.
var partners = func() (list [Bits]int) {
	for i, f := range frequencies {
		for j, g := range frequencies {
			if g[0] == f[1] && g[1] == f[0] {
				list[i] = j
			}
		}
	}
	return list
}()

func (h Hash) xor(mask Hash) Hash { return Hash{h[0] ^ mask[0], h[1] ^ mask[1]} }

// Turns are the hashes of the picture in its four directions, as it is and mirrored.
func (h Hash) Turns() (all [8]Hash) {
	for i, g := range [2]Hash{h, h.transposed()} {
		all[4*i], all[4*i+1], all[4*i+2], all[4*i+3] = g, g.xor(across), g.xor(down), g.xor(across).xor(down)
	}
	return all
}
