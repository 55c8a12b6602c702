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
	default:
		b.separated(dst, stride, n)
	}
}

// separated transforms the columns and then the rows.
func (b *block) separated(dst []byte, stride, n int) {
	var mid block
	for x := range n {
		var c [8]int
		rest := 0
		c[0] = b[x]
		for y := 1; y < n; y++ {
			c[y] = b[n*y+x]
			rest |= c[y]
		}
		if rest == 0 { // most columns have no more
			v := rounded(c[0]*cos4, cosBits+1-midBits)
			for y := range n {
				mid[n*y+x] = v
			}
			continue
		}
		transform(&c, n)
		for y := range n {
			mid[n*y+x] = rounded(c[y], cosBits+1-midBits)
		}
	}
	for y := range n {
		var c [8]int
		copy(c[:n], mid[n*y:])
		transform(&c, n)
		out := dst[y*stride : y*stride+n]
		for x := range out {
			out[x] = sample(c[x], cosBits+1+midBits)
		}
	}
}

// transform transforms n coefficients. A variable for it would put each c on the heap.
func transform(c *[8]int, n int) {
	if n == 4 {
		four(c)
	} else {
		eight(c)
	}
}

// four transforms the first four coefficients to twice their samples, times 1 << cosBits.
func four(c *[8]int) {
	even, odd := (c[0]+c[2])*cos4, (c[0]-c[2])*cos4
	outer, inner := c[1]*cos2+c[3]*cos6, c[1]*cos6-c[3]*cos2
	c[0], c[1], c[2], c[3] = even+outer, odd+inner, odd-inner, even-outer
}

// eight does the same with all eight.
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
