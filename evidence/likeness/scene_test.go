package likeness

// Drawn photos for the measurements: outdoors, indoors, walls, water and night, with noise,
// gradients, buildings and things, each seen by a camera that can move a little.

import (
	"image"
	"math"
	"math/rand/v2"
	"sync"
)

// grain is a tile of noise with many scales, as surfaces have.
var grain = sync.OnceValue(func() []float32 {
	const n = grainSide
	out, r := make([]float32, n*n), rand.New(rand.NewPCG(3, 9))
	for step, weight := n/2, float32(0.5); step >= 1; step, weight = step/2, weight*0.62 {
		lattice := make([]float32, (n/step)*(n/step))
		for i := range lattice {
			lattice[i] = (r.Float32()*2 - 1) * weight
		}
		side := n / step
		for y := range n {
			for x := range n {
				x0, y0 := x/step, y/step
				fx, fy := float32(x%step)/float32(step), float32(y%step)/float32(step)
				at := func(i, j int) float32 { return lattice[j%side*side+i%side] }
				top := at(x0, y0)*(1-fx) + at(x0+1, y0)*fx
				low := at(x0, y0+1)*(1-fx) + at(x0+1, y0+1)*fx
				out[y*n+x] += top*(1-fy) + low*fy
			}
		}
	}
	return out
})

const grainSide = 512

// thing is a rectangle or a disc with a shade, a slope of its shade, and windows.
type thing struct {
	x, y, w, h, shade, slope float64
	disc                     bool
	windows                  int
}

type scene struct {
	horizon, hill, phase    float64
	sky, skyLow, land, near float64
	rough, slant, slantX    float64
	offX, offY, scale       float64
	things                  []thing
	lamps                   bool
}

// newScene is another place for each seed.
func newScene(seed uint64) scene {
	r := rand.New(rand.NewPCG(seed, 41))
	in := func(a, b float64) float64 { return a + r.Float64()*(b-a) }
	s := scene{
		horizon: in(0.25, 0.75), hill: in(0, 0.09), phase: in(0, 7), sky: in(120, 240), skyLow: in(140, 250),
		land: in(50, 150), near: in(40, 170), rough: in(8, 45), slant: in(-30, 30), slantX: in(-50, 50),
		offX: in(0, 500), offY: in(0, 500), scale: in(60, 400),
	}
	low, high := s.horizon-0.2, s.horizon+0.05
	switch r.IntN(6) {
	case 0: // a wall or a floor, close
		s.horizon, s.rough = -1, in(25, 70)
		low, high = 0.1, 0.8
	case 1: // indoors
		s.horizon, s.sky, s.skyLow = in(0.6, 0.9), in(90, 200), in(80, 190)
		low, high = 0.05, 0.7
	case 2: // night
		s.sky, s.skyLow, s.land, s.near, s.lamps = in(5, 40), in(10, 60), in(5, 50), in(5, 60), true
	}
	for range 2 + r.IntN(9) {
		t := thing{x: in(-0.1, 0.95), y: in(low, high), w: in(0.03, 0.35), h: in(0.05, 0.5), shade: in(20, 230), slope: in(-60, 60)}
		if t.disc = r.IntN(5) == 0; !t.disc && r.IntN(2) == 0 {
			t.windows = 2 + r.IntN(6)
		}
		if s.lamps {
			t.shade /= 3
			if r.IntN(3) == 0 {
				t.w, t.h, t.shade, t.disc = 0.06, 0.06, 250, true
			}
		}
		s.things = append(s.things, t)
	}
	return s
}

// view is where the camera stands: moved by parts of the picture, nearer, brighter.
type view struct {
	dx, dy, zoom, gain float64
	extra              *thing // somebody stands there
	shake              uint64 // the sensor's noise
}

var straight = view{zoom: 1, gain: 1}

func (s scene) draw(w, h int, v view) *image.Gray {
	img, tile := image.NewGray(image.Rect(0, 0, w, h)), grain()
	noise := rand.New(rand.NewPCG(v.shake, 5))
	things := s.things
	if v.extra != nil {
		things = append(append([]thing{}, things...), *v.extra)
	}
	buf := make([]float64, w*h)
	for y := range h {
		sy := (float64(y)/float64(h)-0.5)/v.zoom + 0.5 + v.dy
		for x := range w {
			sx := (float64(x)/float64(w)-0.5)/v.zoom + 0.5 + v.dx
			edge := s.horizon + s.hill*math.Sin(s.phase+sx*5)
			shade, rough := s.land+(s.near-s.land)*(sy-edge), s.rough
			if sy < edge {
				shade, rough = s.sky+(s.skyLow-s.sky)*sy/max(0.1, edge), s.rough*0.25
			}
			at := int(s.offY+sy*s.scale)&(grainSide-1)*grainSide + int(s.offX+sx*s.scale)&(grainSide-1)
			buf[y*w+x] = shade + rough*float64(tile[at]) + s.slant*(sy-0.5) + s.slantX*(sx-0.5)
		}
	}
	for _, t := range things {
		t.draw(buf, w, h, v, tile)
	}
	for i, shade := range buf {
		img.Pix[i] = uint8(min(255, max(0, shade*v.gain+float64(noise.Uint32()&7)-3.5)))
	}
	return img
}

func (t thing) draw(buf []float64, w, h int, v view, tile []float32) {
	toX := func(x float64) int { return int(((x-v.dx-0.5)*v.zoom + 0.5) * float64(w)) }
	toY := func(y float64) int { return int(((y-v.dy-0.5)*v.zoom + 0.5) * float64(h)) }
	x0, x1, y0, y1 := toX(t.x), toX(t.x+t.w), toY(t.y), toY(t.y+t.h)
	for y := max(0, y0); y < min(h, y1); y++ {
		fy := float64(y-y0) / float64(max(1, y1-y0))
		for x := max(0, x0); x < min(w, x1); x++ {
			fx := float64(x-x0) / float64(max(1, x1-x0))
			if t.disc && (fx-0.5)*(fx-0.5)+(fy-0.5)*(fy-0.5) > 0.25 {
				continue
			}
			shade := t.shade + t.slope*(fx-0.5) + 14*float64(tile[(y*7&511)*grainSide+x*5&511])
			if t.windows > 0 && math.Mod(fx*float64(t.windows), 1) > 0.55 && math.Mod(fy*float64(t.windows), 1) > 0.5 {
				shade *= 0.55
			}
			buf[y*w+x] = shade
		}
	}
}
