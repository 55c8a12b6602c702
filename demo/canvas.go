package demo

// A canvas of 960 x 720 px with the few strokes that the scenes need.

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

const (
	wide = 960
	high = 720
)

type canvas struct {
	img *image.RGBA
	r   *rand.Rand
}

func newCanvas(seed uint64) *canvas {
	return &canvas{image.NewRGBA(image.Rect(0, 0, wide, high)), rand.New(rand.NewPCG(seed, 11))}
}

// hex24 is a colour as 0xRRGGBB.
func hex24(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} //nolint:gosec // bytes of the number
}

// fade fills rows from one height to another, the colour going from a to b.
func (c *canvas) fade(from, to int, a, b uint32) {
	ca, cb := hex24(a), hex24(b)
	for y := max(0, from); y < min(high, to); y++ {
		t := float64(y-from) / float64(to-from)
		mix := func(p, q uint8) uint8 { return uint8(float64(p)*(1-t) + float64(q)*t) }
		row := color.RGBA{mix(ca.R, cb.R), mix(ca.G, cb.G), mix(ca.B, cb.B), 255}
		draw.Draw(c.img, image.Rect(0, y, wide, y+1), image.NewUniform(row), image.Point{}, draw.Src)
	}
}

// shape fills a polygon given as x, y, x, y …
func (c *canvas) shape(v uint32, at ...float64) {
	x0, y0, x1, y1 := at[0], at[1], at[0], at[1]
	for i := 0; i+1 < len(at); i += 2 {
		x0, x1, y0, y1 = math.Min(x0, at[i]), math.Max(x1, at[i]), math.Min(y0, at[i+1]), math.Max(y1, at[i+1])
	}
	in := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(c.img.Bounds())
	if in.Empty() {
		return
	}
	z := vector.NewRasterizer(in.Dx(), in.Dy()) // no larger than the shape
	z.MoveTo(float32(at[0]-float64(in.Min.X)), float32(at[1]-float64(in.Min.Y)))
	for i := 2; i+1 < len(at); i += 2 {
		z.LineTo(float32(at[i]-float64(in.Min.X)), float32(at[i+1]-float64(in.Min.Y)))
	}
	z.ClosePath()
	z.Draw(c.img, in, image.NewUniform(hex24(v)), image.Point{})
}

func (c *canvas) box(v uint32, x, y, w, h float64) {
	draw.Draw(c.img, image.Rect(int(x), int(y), int(x+w), int(y+h)), image.NewUniform(hex24(v)), image.Point{}, draw.Src)
}

// stroke is a straight line of a width.
func (c *canvas) stroke(v uint32, x1, y1, x2, y2, width float64) {
	dx, dy := x2-x1, y2-y1
	n := math.Hypot(dx, dy) / width * 2
	dx, dy = dx/n, dy/n
	c.shape(v, x1-dy, y1+dx, x2-dy, y2+dx, x2+dy, y2-dx, x1+dy, y1-dx)
}

// disc fills an ellipse.
func (c *canvas) disc(v uint32, x, y, rx, ry float64) {
	const edges = 40
	at := make([]float64, 0, 2*edges)
	for i := range edges {
		a := 2 * math.Pi * float64(i) / edges
		at = append(at, x+rx*math.Cos(a), y+ry*math.Sin(a))
	}
	c.shape(v, at...)
}

// arc is part of a circle's line, angles in degrees.
func (c *canvas) arc(v uint32, x, y, radius, from, to, width float64) {
	for a := from; a < to; a += 6 {
		p, q := a*math.Pi/180, (a+6.5)*math.Pi/180
		c.stroke(v, x+radius*math.Cos(p), y+radius*math.Sin(p), x+radius*math.Cos(q), y+radius*math.Sin(q), width)
	}
}

// puff is a soft cloud; strength 0 to 1.
func (c *canvas) puff(v uint32, x, y, radius, strength float64) {
	col := hex24(v)
	for py := int(y - radius); py <= int(y+radius); py++ {
		for px := int(x - radius); px <= int(x+radius); px++ {
			d := math.Hypot(float64(px)-x, float64(py)-y) / radius
			if d >= 1 || !(image.Point{px, py}).In(c.img.Bounds()) {
				continue
			}
			t := strength * (1 - d*d) * (1 - d*d)
			i := c.img.PixOffset(px, py)
			for k, part := range []uint8{col.R, col.G, col.B} {
				c.img.Pix[i+k] = uint8(float64(c.img.Pix[i+k])*(1-t) + float64(part)*t)
			}
		}
	}
}

// plume is a trail of puffs from a point.
func (c *canvas) plume(v uint32, x, y, dx, dy float64, n int, strength float64) {
	for i := range n {
		t := float64(i)
		c.puff(v, x+dx*t+c.r.NormFloat64()*6, y+dy*t+c.r.NormFloat64()*6, 24+t*9, strength*(1-t/float64(n+2)))
	}
}

// mound is a heap with a rough back.
func (c *canvas) mound(v uint32, x, base, w, h float64) {
	at := []float64{x, base}
	for i := 1; i < 16; i++ {
		t := float64(i) / 16
		at = append(at, x+w*t, base-h*math.Sin(math.Pi*t)*(0.86+0.14*c.r.Float64()))
	}
	c.shape(v, append(at, x+w, base)...)
}

// windows is a grid of panes, some of them lit.
func (c *canvas) windows(dark, lit uint32, x, y, w, h float64, columns, rows int, share float64) {
	for row := range rows {
		for column := range columns {
			v := dark
			if c.r.Float64() < share {
				v = lit
			}
			pw, ph := w/float64(columns), h/float64(rows)
			c.box(v, x+pw*(float64(column)+0.22), y+ph*(float64(row)+0.22), pw*0.56, ph*0.56)
		}
	}
}

// grain makes it look taken, not drawn: noise, and darker corners.
func (c *canvas) grain() {
	for y := range high {
		dy := float64(y-high/2) / (high / 2)
		for x := range wide {
			dx := float64(x-wide/2) / (wide / 2)
			f := int(1024 * (1 - 0.11*(dx*dx+dy*dy)))
			n := int(c.r.Uint32()>>16)%13 - 6
			i := y*c.img.Stride + x*4
			for k := i; k < i+3; k++ {
				c.img.Pix[k] = uint8(max(0, min(255, int(c.img.Pix[k])*f>>10+n))) //nolint:gosec // between 0 and 255
			}
		}
	}
}
