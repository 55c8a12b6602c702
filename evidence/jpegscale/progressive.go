package jpegscale

// Progressive images: a few coefficients of all blocks, or one bit more of each, and at the end
// the transform of what was gathered (ITU-T T.81, annex G).

// band decodes the first bits of some coefficients of a block.
func (d *decoder) band(s *pass, p *plane, c *[64]int16) error {
	ac := &d.codes[1][p.ac]
	for k := s.first; k <= s.last; k++ {
		symbol, ok := d.symbol(ac)
		if !ok {
			return errCode
		}
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 {
			if run < 15 {
				s.run = 1<<run - 1
				if run > 0 {
					s.run += d.bits(run)
				}
				return nil
			}
			k += 15
			continue
		}
		k += run
		if k > s.last {
			return broken("a band of more coefficients than it has")
		}
		v := d.extended(size) << s.low
		if v != int(int16(v)) { //nolint:gosec // that is the question
			return errFar
		}
		c[k] = int16(v) //nolint:gosec // it was looked at
	}
	return nil
}

// refine brings one bit more of each coefficient of a band.
func (d *decoder) refine(s *pass, p *plane, c *[64]int16) error {
	bit := int16(1) << s.low
	if s.first == 0 {
		if d.bits(1) == 1 {
			c[0] |= bit
		}
		return nil
	}
	k := s.first
	if s.run == 0 {
		for ; k <= s.last; k++ {
			symbol, ok := d.symbol(&d.codes[1][p.ac])
			if !ok {
				return errCode
			}
			run, size := int(symbol>>4), symbol&15
			fresh := int16(0)
			switch {
			case size == 1:
				if fresh = bit; d.bits(1) == 0 {
					fresh = -bit
				}
			case size != 0:
				return broken("a coefficient that begins with more than one bit")
			case run < 15:
				s.run = 1 << run
				if run > 0 {
					s.run += d.bits(run)
				}
			}
			if s.run > 0 {
				break
			}
			k = d.correct(c, k, s.last, run, bit)
			if fresh != 0 {
				if k > s.last {
					return broken("a band of more coefficients than it has")
				}
				c[k] = fresh
			}
		}
	}
	if s.run > 0 {
		s.run--
		d.correct(c, k, s.last, 64, bit)
	}
	return nil
}

// correct goes over so many coefficients that are zero yet, corrects all others by their next
// bit, and returns the place of the zero behind them.
func (d *decoder) correct(c *[64]int16, k, last, zeros int, bit int16) int {
	for ; k <= last; k++ {
		if c[k] == 0 {
			if zeros == 0 {
				return k
			}
			zeros--
			continue
		}
		if d.bits(1) == 1 {
			if c[k] > 0 {
				c[k] += bit
			} else {
				c[k] -= bit
			}
		}
	}
	return k
}

// finish transforms what a progressive image has gathered.
func (d *decoder) finish() error {
	if !d.progressive {
		return nil
	}
	for i := range d.planes {
		p := &d.planes[i]
		if !d.hasSteps[p.table] {
			return broken("a component without its steps")
		}
		for y := range p.rows {
			for x := range p.cols {
				at := (y*p.wide + x) * 64
				b, flat, all := &d.scratch, true, 0
				for k, v := range p.coefs[at : at+64] {
					if to := d.place[k]; v != 0 && to < d.n*d.n {
						b[to] = int(v) * int(d.steps[p.table][k])
						all += b[to] ^ b[to]>>63
						flat = flat && k == 0
					}
				}
				if all > farthest {
					return errFar
				}
				d.show(b, p, x, y, flat)
				clear(b[:d.n*d.n])
			}
		}
	}
	return nil
}
