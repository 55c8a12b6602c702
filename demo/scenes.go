package demo

// Eight scenes, each with a fault, without it, and from afar.

import "image"

// scene draws one place at a moment: before, after or scene.
type scene struct {
	name  string
	paint func(c *canvas, moment string)
}

var scenes = []scene{
	{"kitchen", kitchen},
	{"site", buildingSite},
	{"chimney", chimney},
	{"workshop", workshop},
	{"street", street},
	{"farm", farm},
	{"heap", heap},
	{"river", river},
}

func paint(s scene, moment string, seed uint64) image.Image {
	c := newCanvas(seed)
	s.paint(c, moment)
	c.grain()
	return c.img
}

// kitchen: the wall of a restaurant with flats above.
func kitchen(c *canvas, moment string) {
	c.fade(0, high, 0x9fb4c4, 0xd8cdbb)
	x, w := 120.0, 720.0
	if moment == "scene" {
		x, w = 300, 360
		c.box(0xa9a294, 40, 210, 220, 420)
		c.windows(0x6a7480, 0xf2d694, 50, 220, 200, 380, 3, 6, 0.2)
	}
	c.box(0xb98d72, x, 90, w, 540)
	c.windows(0x5c6670, 0xf4d793, x+20, 110, w-40, 300, 5, 3, 0.25)
	c.box(0x7d2f27, x, 450, w, 46)
	c.box(0xf0e2c0, x+w*0.3, 458, w*0.4, 30)
	c.box(0x3b3430, x+w*0.1, 510, w*0.3, 120)
	c.box(0x5d5148, x+w*0.5, 510, w*0.4, 90)
	c.fade(630, high, 0x8c8780, 0x6d6964)
	pipe := x + w*0.82
	switch moment {
	case "before":
		c.box(0x8f959a, pipe, 380, 40, 90)
		c.shape(0x2e2a26, pipe, 470, pipe+40, 470, pipe+52, 630, pipe-6, 630)
		c.box(0x6f757a, pipe-18, 356, 76, 30)
		c.plume(0x5a5652, pipe+20, 350, -11, -15, 14, 0.75)
	case "after":
		c.box(0xaab2b8, pipe, 60, 34, 410)
		c.box(0xc9d0d4, pipe-40, 400, 112, 76)
		c.box(0x3f8f5f, pipe-28, 414, 40, 14)
		c.box(0xaab2b8, pipe-12, 46, 58, 18)
	default:
		c.plume(0x8a8580, pipe, 430, 8, -14, 8, 0.4)
		c.disc(0xc63d2d, x+30, 500, 16, 20)
		c.disc(0xc63d2d, x+w-30, 500, 16, 20)
	}
}

// buildingSite: a crane over a frame and heaps of earth.
func buildingSite(c *canvas, moment string) {
	night := moment == "scene"
	c.fade(0, 520, 0xa8c3d8, 0xe2ddd0)
	if night {
		c.fade(0, 520, 0x141c2c, 0x3a4358)
	}
	c.fade(520, high, 0xa98b62, 0x8a6f4c)
	for i := range 5 {
		c.box(0x8e9499, 470+float64(i)*70, 180, 14, 350)
		c.box(0x9aa0a5, 460, 190+float64(i)*72, 320, 12)
	}
	c.stroke(0xd9a02b, 250, 560, 250, 70, 16)
	c.stroke(0xd9a02b, 130, 100, 640, 84, 10)
	c.stroke(0x444444, 560, 88, 560, 240, 3)
	c.box(0x666666, 540, 240, 40, 18)
	switch moment {
	case "before":
		c.mound(0x9c7443, 40, 640, 420, 150)
		c.mound(0xb08552, 380, 660, 520, 130)
		for range 16 {
			c.puff(0xcdb38b, 80+c.r.Float64()*820, 440+c.r.Float64()*180, 70+c.r.Float64()*60, 0.4)
		}
	case "after":
		for _, m := range [][4]float64{{40, 640, 420, 150}, {380, 660, 520, 130}} {
			c.mound(0x3f7d4f, m[0], m[1], m[2], m[3])
			for i := range 9 {
				c.stroke(0x57976a, m[0]+m[2]*0.12+float64(i)*m[2]*0.09, m[1]-6, m[0]+m[2]*0.2+float64(i)*m[2]*0.08, m[1]-m[3]*0.55, 2)
			}
		}
		c.box(0x5b6f7a, 130, 560, 60, 90)
		c.plume(0xe6f1f6, 190, 560, 14, -7, 12, 0.5)
	default:
		c.box(0x2f6f9f, 0, 560, wide, 90)
		for i := range 9 {
			c.box(0xe7ecef, 12+float64(i)*108, 574, 90, 8)
		}
		for _, x := range []float64{360, 720} {
			c.puff(0xfff3c4, x, 210, 150, 0.85)
			c.disc(0xfffdf0, x, 210, 12, 12)
		}
	}
}

// chimney: a factory with two stacks.
func chimney(c *canvas, moment string) {
	c.fade(0, 560, 0x93b7d3, 0xe9e3d2)
	if moment == "before" {
		c.fade(0, 560, 0x8f97a0, 0xcfc4ae)
	}
	c.fade(560, high, 0x7c8a5a, 0x66733f)
	stack := func(x, top, w float64) {
		c.shape(0xa9a19a, x, 560, x+w*0.18, top, x+w*0.82, top, x+w, 560)
		c.box(0xc4523d, x+w*0.17, top+10, w*0.66, 22)
		c.box(0xc4523d, x+w*0.15, top+60, w*0.7, 22)
	}
	stack(560, 120, 70)
	stack(680, 190, 60)
	c.box(0x8b8f93, 120, 400, 640, 170)
	for i := range 4 {
		x := 120 + float64(i)*110
		c.shape(0x6c7176, x, 400, x, 340, x+110, 400)
	}
	c.windows(0x4c545b, 0xf1dc9b, 140, 430, 600, 90, 9, 1, 0.3)
	switch moment {
	case "before":
		c.plume(0x4b4038, 595, 112, 13, -6, 24, 0.85)
		c.plume(0x9c7c2f, 710, 184, 12, -4, 18, 0.7)
	case "after":
		c.plume(0xf6f8f9, 595, 108, 8, -10, 7, 0.4)
		c.box(0xd5dade, 776, 380, 110, 190)
		c.box(0x3f8f5f, 792, 400, 78, 16)
		c.stroke(0xb9c0c5, 740, 430, 790, 430, 18)
	default:
		c.plume(0xb9b4ad, 595, 112, 10, -8, 12, 0.5)
		for i := range 25 {
			c.stroke(0x4a4f45, float64(i)*40, 590, float64(i)*40, 690, 5)
		}
		c.stroke(0x4a4f45, 0, 610, wide, 610, 4)
		c.stroke(0x4a4f45, 0, 660, wide, 660, 4)
	}
}

// workshop: a shed with a roll-up door.
func workshop(c *canvas, moment string) {
	c.fade(0, high, 0xb6c2c9, 0xd9d3c6)
	c.fade(590, high, 0x9a948a, 0x7f7a72)
	x, w := 90.0, 780.0
	if moment == "scene" {
		x, w = 260, 460
		c.mound(0x6f8a55, 0, 600, 300, 120)
		c.mound(0x6f8a55, 680, 600, 340, 150)
	}
	c.shape(0x8f5d4a, x-20, 220, x+w/2, 110, x+w+20, 220)
	c.box(0xc9bda8, x, 220, w, 380)
	door, dw := x+w*0.28, w*0.44
	c.box(0x2c2a29, door, 290, dw, 310)
	switch moment {
	case "before":
		for i := range 5 {
			c.box([]uint32{0x2f5f8f, 0xa33b2c, 0x6b6f33, 0x2f5f8f, 0x8a8d90}[i], door+dw+20+float64(i%3)*56, 500-float64(i/3)*78+20, 48, 74)
		}
		c.plume(0xd8c6cf, door+dw*0.5, 470, -16, -8, 14, 0.6)
		c.disc(0x55585b, x+w*0.14, 360, 46, 46)
		c.disc(0x1d1e1f, x+w*0.14, 360, 36, 36)
	case "after":
		c.box(0x9fa6aa, door, 290, dw, 310)
		for i := range 15 {
			c.stroke(0x868d92, door, 300+float64(i)*20, door+dw, 300+float64(i)*20, 2)
		}
		c.stroke(0xc3cacf, x+w*0.82, 420, x+w*0.82, 120, 30)
		c.box(0xd9dee1, x+w*0.76, 420, 110, 150)
		c.box(0x3f8f5f, x+w*0.78, 440, 60, 14)
	default:
		c.box(0x54504b, x+w*0.06, 330, w*0.16, 90)
		c.plume(0xc9bfc2, door+dw*0.5, 420, 12, -12, 8, 0.4)
	}
}
