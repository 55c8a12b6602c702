package demo

// The scenes of streets and of open land.

// street: houses at night, and what keeps them awake.
func street(c *canvas, moment string) {
	c.fade(0, 560, 0x101828, 0x35405a)
	c.disc(0xe9e4cf, 820, 110, 34, 34)
	for i, h := range []float64{330, 400, 290, 370} {
		x := 20 + float64(i)*235
		c.box([]uint32{0x3d4557, 0x454d60, 0x384051, 0x414a5c}[i], x, 560-h, 210, h)
		c.windows(0x2a3140, 0xf6d98f, x+10, 570-h, 190, h-110, 4, 5, 0.3)
	}
	c.fade(560, high, 0x2b2f38, 0x1e2128)
	for i := range 6 {
		c.box(0xcfc9a8, 40+float64(i)*165, 640, 80, 10)
	}
	switch moment {
	case "before":
		c.box(0xb0356f, 285, 470, 170, 44)
		c.box(0xffd7ea, 300, 484, 140, 14)
		c.puff(0xff5fb0, 370, 490, 150, 0.5)
		for r := 60.0; r < 230; r += 42 {
			c.arc(0xf3b04a, 470, 500, r, -42, 42, 6)
		}
		c.box(0x15171c, 440, 470, 34, 62)
		c.disc(0x5d6470, 457, 510, 12, 12)
	case "after":
		for i := range 12 {
			c.box([]uint32{0x7fa3b5, 0x6d93a7}[i%2], float64(i)*82, 500, 78, 100)
		}
		c.stroke(0xb9c6cd, 0, 500, wide, 500, 6)
	default:
		c.box(0xd9dcd6, 560, 330, 170, 330)
		c.box(0x9bb59a, 580, 360, 130, 90)
		for i := range 8 {
			c.box(0x27402b, 590+float64(i)*14, 430-float64(i)*7, 9, 10+float64(i)*7)
		}
		c.disc(0x3a3d40, 645, 300, 26, 34)
		for i := range 6 {
			c.disc(0x77807c, 600+float64(i%3)*44, 500+float64(i/3)*56, 13, 13)
		}
	}
}

// farm: a barn, a pond for slurry, a ditch.
func farm(c *canvas, moment string) {
	c.fade(0, 380, 0xa9cbe0, 0xe8ead9)
	c.fade(380, high, 0x8fa45b, 0x6f8644)
	c.mound(0x6d8a5c, -60, 390, 520, 110)
	c.mound(0x7d986a, 380, 390, 700, 90)
	c.shape(0x7a4a38, 90, 300, 270, 230, 450, 300)
	c.box(0xc7b79d, 110, 300, 320, 120)
	c.windows(0x4b463d, 0x4b463d, 120, 320, 300, 60, 6, 1, 0)
	if moment == "scene" {
		for i := range 12 {
			c.stroke(0x5f7838, float64(i)*90-60, 720, 300+float64(i)*34, 430, 5)
		}
		c.shape(0x7a4a38, 520, 320, 640, 270, 760, 320)
		c.box(0xc7b79d, 535, 320, 210, 90)
		return
	}
	pond, ditch := uint32(0x4a3a22), uint32(0x3d2f1b)
	if moment == "after" {
		pond, ditch = 0x9aa3a8, 0x6fa3b8
	}
	c.disc(0xb8a888, 600, 520, 250, 84)
	c.disc(pond, 600, 516, 226, 68)
	c.shape(ditch, 300, 720, 420, 560, 470, 566, 400, 720)
	if moment == "before" {
		c.shape(ditch, 400, 520, 350, 580, 430, 600, 470, 548)
		for range 9 {
			c.puff(0x9a9a52, 480+c.r.Float64()*260, 430+c.r.Float64()*60, 46, 0.25)
		}
		return
	}
	for i := range 8 {
		c.stroke(0xb6bec2, 400+float64(i)*56, 520, 430+float64(i)*50, 470, 3)
	}
}

// heap: what was tipped beside a road.
func heap(c *canvas, moment string) {
	c.fade(0, 430, 0xb7c7d0, 0xe3ddcd)
	c.fade(430, high, 0xa7996f, 0x887a55)
	c.mound(0x77875f, -40, 440, 480, 80)
	c.mound(0x6c7d56, 420, 440, 640, 110)
	if moment == "after" {
		c.fade(520, 640, 0xb3a67d, 0x9c8e66)
		for i := range 13 {
			c.stroke(0x5f6a5a, 20+float64(i)*78, 470, 20+float64(i)*78, 590, 7)
		}
		c.stroke(0x5f6a5a, 0, 500, wide, 500, 5)
		c.stroke(0x5f6a5a, 0, 560, wide, 560, 5)
		c.box(0xf2f3ee, 400, 450, 190, 100)
		c.box(0xb8442f, 420, 470, 150, 14)
		c.box(0x6b6f6c, 420, 500, 150, 8)
		c.box(0x6b6f6c, 420, 520, 110, 8)
		return
	}
	x, base, w, h := 150.0, 640.0, 660.0, 260.0
	if moment == "scene" {
		x, base, w, h = 420, 600, 420, 150
		c.box(0x3f6f8f, 90, 460, 210, 96)
		c.box(0xd0d5d8, 300, 490, 80, 66)
		for _, wheel := range []float64{140, 250, 345} {
			c.disc(0x26282a, wheel, 565, 28, 28)
		}
	}
	c.mound(0x8b8173, x, base, w, h)
	for range 150 {
		px, t := x+w*(0.08+0.84*c.r.Float64()), c.r.Float64()
		edge := 1 - 4*(px-x-w/2)*(px-x-w/2)/(w*w)
		v := []uint32{0xc8c1b2, 0x5b5750, 0xa65b3f, 0x4f7a9a, 0xd9d4c7, 0x6d7d4c, 0x2f2d2a}[c.r.IntN(7)]
		c.shape(v, px, base-edge*h*t*0.9, px+14+c.r.Float64()*20, base-edge*h*t*0.9+c.r.Float64()*9, px+8, base-edge*h*t*0.9+16)
	}
}

// river: a bank with an outfall.
func river(c *canvas, moment string) {
	c.fade(0, 300, 0xa7cbe2, 0xe9eee6)
	c.mound(0x6f9163, -80, 320, 620, 90)
	c.mound(0x5f8256, 380, 320, 700, 120)
	water, deep := uint32(0x7fb3c4), uint32(0x4f8aa0)
	if moment == "before" {
		water, deep = 0x7d8a72, 0x4d5646
	}
	c.fade(310, 630, water, deep)
	for range 26 {
		x, y := c.r.Float64()*wide, 330+c.r.Float64()*250
		c.stroke(0xb8d3d8, x, y, x+40+c.r.Float64()*60, y, 2)
	}
	c.shape(0x8a9a5c, 0, 560, 300, 590, 620, 610, wide, 575, wide, high, 0, high)
	if moment == "scene" {
		c.box(0xb3aca0, 0, 270, wide, 26)
		for i := range 4 {
			c.box(0x9c958a, 110+float64(i)*230, 290, 36, 120)
		}
		c.box(0xdfe8ea, 560, 420, 90, 190)
		c.box(0x8fa27c, 566, 500, 78, 104)
		c.box(0x2f5f8f, 580, 392, 50, 30)
		c.box(0xf7f7f2, 572, 520, 66, 50)
		return
	}
	c.shape(0x9b968d, 250, 520, 420, 500, 430, 600, 260, 620)
	c.disc(0x6e6a63, 425, 550, 30, 50)
	if moment == "before" {
		c.disc(0x1f1d1a, 428, 550, 24, 42)
		c.shape(0x23201c, 430, 520, 520, 560, 900, 500, wide, 560, wide, 600, 640, 600, 440, 592)
		for range 22 {
			c.puff(0x2b2823, 480+c.r.Float64()*460, 500+c.r.Float64()*90, 44, 0.35)
		}
		for range 24 {
			c.disc(0xd8d6c6, 470+c.r.Float64()*420, 520+c.r.Float64()*70, 4+c.r.Float64()*9, 4)
		}
		return
	}
	c.disc(0xb9b7b0, 428, 550, 27, 45)
	c.stroke(0x8c8a84, 412, 520, 444, 582, 6)
	c.stroke(0x8c8a84, 444, 520, 412, 582, 6)
	for i := range 20 {
		x := 560 + float64(i)*19
		c.stroke(0x5d7d3c, x, 610, x+c.r.NormFloat64()*8, 530-c.r.Float64()*40, 4)
	}
}
