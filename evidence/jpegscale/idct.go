package jpegscale

// The inverse transform, also at a smaller size: of a block's 8 x 8 coefficients the lowest
// N x N, transformed with the cosines of N points, are the block's N x N image.

// The cosines of k * pi / 16, times 1 << cosBits.
const (
	cosBits = 13
	cos1    = 8035
	cos2    = 7568
	cos3    = 6811
	cos4    = 5793
	cos5    = 4551
	cos6    = 3135
	cos7    = 1598
)

// midBits are kept below the point between both passes.
const midBits = 3

// block is a block's coefficients, multiplied by their steps, in rows of n.
type block [64]int

// inverse writes n x n samples to dst.
func (b *block) inverse(dst []byte, stride, n int) {
	switch n {
	case 1:
		dst[0] = sample(b[0], 3)
	case 2:
		a, c, d, e := b[0], b[1], b[2], b[3]
		dst[0], dst[1] = sample(a+c+d+e, 3), sample(a-c+d-e, 3)
		dst[stride], dst[stride+1] = sample(a+c-d-e, 3), sample(a-c-d+e, 3)
	case 4:
		b.quarter(dst, stride)
	default:
		b.whole(dst, stride)
	}
}

// quarter is whole for 4 x 4, which most photos are decoded to: the numbers stay in registers.
func (b *block) quarter(dst []byte, stride int) {
	var mid [16]int
	for x := range 4 {
		c0, c1, c2, c3 := b[x], b[4+x], b[8+x], b[12+x]
		even, odd := (c0+c2)*cos4, (c0-c2)*cos4
		outer, inner := c1*cos2+c3*cos6, c1*cos6-c3*cos2
		mid[x], mid[12+x] = rounded(even+outer, cosBits+1-midBits), rounded(even-outer, cosBits+1-midBits)
		mid[4+x], mid[8+x] = rounded(odd+inner, cosBits+1-midBits), rounded(odd-inner, cosBits+1-midBits)
	}
	for y := range 4 {
		c0, c1, c2, c3 := mid[4*y], mid[4*y+1], mid[4*y+2], mid[4*y+3]
		even, odd := (c0+c2)*cos4, (c0-c2)*cos4
		outer, inner := c1*cos2+c3*cos6, c1*cos6-c3*cos2
		out := dst[y*stride : y*stride+4 : y*stride+4]
		out[0], out[3] = sample(even+outer, cosBits+1+midBits), sample(even-outer, cosBits+1+midBits)
		out[1], out[2] = sample(odd+inner, cosBits+1+midBits), sample(odd-inner, cosBits+1+midBits)
	}
}

// whole transforms the columns and then the rows of 8 x 8.
func (b *block) whole(dst []byte, stride int) {
	var mid block
	for x := range 8 {
		var c [8]int
		rest := 0
		c[0] = b[x]
		for y := 1; y < 8; y++ {
			c[y] = b[8*y+x]
			rest |= c[y]
		}
		if rest == 0 { // most columns have no more
			v := rounded(c[0]*cos4, cosBits+1-midBits)
			for y := range 8 {
				mid[8*y+x] = v
			}
			continue
		}
		eight(&c)
		for y := range 8 {
			mid[8*y+x] = rounded(c[y], cosBits+1-midBits)
		}
	}
	for y := range 8 {
		c := [8]int(mid[8*y : 8*y+8])
		eight(&c)
		out := dst[y*stride : y*stride+8]
		for x := range out {
			out[x] = sample(c[x], cosBits+1+midBits)
		}
	}
}

// eight transforms eight coefficients to twice their samples, times 1 << cosBits.
func eight(c *[8]int) {
	p, q := (c[0]+c[4])*cos4, (c[0]-c[4])*cos4
	r, s := c[2]*cos2+c[6]*cos6, c[2]*cos6-c[6]*cos2
	e0, e1, e2, e3 := p+r, q+s, q-s, p-r
	o0 := c[1]*cos1 + c[3]*cos3 + c[5]*cos5 + c[7]*cos7
	o1 := c[1]*cos3 - c[3]*cos7 - c[5]*cos1 - c[7]*cos5
	o2 := c[1]*cos5 - c[3]*cos1 + c[5]*cos7 + c[7]*cos3
	o3 := c[1]*cos7 - c[3]*cos5 + c[5]*cos3 - c[7]*cos1
	*c = [8]int{e0 + o0, e1 + o1, e2 + o2, e3 + o3, e3 - o3, e2 - o2, e1 - o1, e0 - o0}
}

func rounded(v, bits int) int { return (v + 1<<(bits-1)) >> bits }

// sample is a value around zero as a sample.
func sample(v, bits int) byte {
	v = rounded(v, bits) + 128
	if uint(v) > 255 { //nolint:gosec // what is below 0 is far above
		return byte(^(v >> 63)) // 0 below, 255 above
	}
	return byte(v) //nolint:gosec // it was looked at
}
