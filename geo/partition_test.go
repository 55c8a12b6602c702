package geo

// The index beside a search through all borders: on borders that are a partition, and on
// borders that are nothing of the kind.

import (
	"cmp"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// exact is the sign of a turn in rational numbers.
func exact(a, b, p orb.Point) int {
	r := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
	left := new(big.Rat).Mul(sub(b[0], a[0]), sub(p[1], a[1]))
	return left.Cmp(new(big.Rat).Mul(sub(b[1], a[1]), sub(p[0], a[0])))
}

// nudged moves a coordinate by some of the smallest steps there are.
func nudged(v float64, steps int) float64 {
	for range max(steps, -steps) {
		v = math.Nextafter(v, math.Copysign(math.Inf(1), float64(steps)))
	}
	return v
}

// degrees are round as on a map, or as odd as a computation leaves them.
func degrees() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-8, 8), func(i int) float64 { return float64(i) }),
		rapid.Map(rapid.IntRange(-900, 900), func(i int) float64 { return float64(i) / 10 }),
		rapid.Float64Range(-90, 90),
		rapid.SampledFrom([]float64{1e-30, -1e-99, 5e-324}),
	)
}

func TestTheSideOfAnEdgeIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		point := func(name string) orb.Point {
			return settled(orb.Point{degrees().Draw(t, name+" lon"), degrees().Draw(t, name+" lat")})
		}
		a, b, p := point("a"), point("b"), point("p")
		if got, want := cmp.Compare(turn(a, b, p), 0), exact(a, b, p); got != want {
			t.Fatalf("%v from %v to %v: %d, want %d", p, a, b, got, want)
		}
		if left(a, b, p) != left(b, a, p) {
			t.Fatalf("%v lies on two sides of %v %v", p, a, b)
		}
	})
}

// On an edge and a few of the smallest steps beside it rounded numbers are often wrong.
func TestTheSideIsExactWhereRoundedNumbersAreWrong(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, 1))
	wrong := 0
	for range 20_000 {
		a, b := orb.Point{73 + 62*r.Float64(), 3 + 50*r.Float64()}, orb.Point{73 + 62*r.Float64(), 3 + 50*r.Float64()}
		along := r.Float64()
		p := orb.Point{nudged(a[0]+along*(b[0]-a[0]), r.IntN(5)-2), nudged(a[1]+along*(b[1]-a[1]), r.IntN(5)-2)}
		want := exact(a, b, p)
		if got := cmp.Compare(turn(a, b, p), 0); got != want {
			t.Fatalf("seed %d: %v from %v to %v: %d, want %d", seed, p, a, b, got, want)
		}
		if cmp.Compare((b[0]-a[0])*(p[1]-a[1]), (b[1]-a[1])*(p[0]-a[0])) != want {
			wrong++
		}
	}
	if wrong < 100 {
		t.Errorf("rounded numbers were wrong %d times only", wrong)
	}
}

// sprawl draws divisions that overlap, cross themselves, lie on each other and have no ring,
// with vertices on the lines and the corners of cells.
func sprawl() *rapid.Generator[[]Division] {
	at := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{float64(rapid.IntRange(0, 6).Draw(t, "x")), float64(rapid.IntRange(0, 6).Draw(t, "y"))}
	})
	ring := rapid.Map(rapid.SliceOfN(at, 0, 7), func(ps []orb.Point) orb.Ring { return ps })
	polygon := rapid.Map(rapid.SliceOfN(ring, 0, 3), func(rs []orb.Ring) orb.Polygon { return rs })
	border := rapid.Map(rapid.SliceOfN(polygon, 0, 2), func(ps []orb.Polygon) orb.MultiPolygon { return ps })
	return rapid.Map(rapid.SliceOfN(border, 0, 7), func(bs []orb.MultiPolygon) []Division {
		var out []Division
		for i, b := range bs {
			out = append(out, Division{Code: string(rune('a' + i*3%7)), Border: b})
		}
		return out
	})
}

// claimed is who claims a place, by the crossing rule in rational numbers.
func claimed(ds []Division, at orb.Point) []string {
	var out []string
	for _, d := range ds {
		for _, polygon := range d.Border {
			inside := false
			for _, ring := range polygon {
				for i, b := range ring {
					a := ring[(i+len(ring)-1)%len(ring)]
					if a[1] > b[1] {
						a, b = b, a
					}
					if a[1] <= at[1] && at[1] < b[1] && exact(a, b, at) > 0 {
						inside = !inside
					}
				}
			}
			if inside && len(polygon[0]) > 0 {
				out = append(out, d.Code)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// aligned is the partition over a frame whose lines and corners are vertices.
func aligned(ds []Division) *Partition {
	p := NewPartition(ds)
	s := newSeams(1000)
	part := uint32(0)
	sorted := slices.Clone(ds)
	slices.SortStableFunc(sorted, func(a, b Division) int { return cmp.Compare(a.Code, b.Code) })
	for _, d := range sorted {
		for _, polygon := range d.Border {
			if bounds(polygon) {
				s.add(polygon, part)
				part++
			}
		}
	}
	border, arcs := s.arcs()
	f := frame{origin: orb.Point{-1, -1}, size: [2]float64{1, 1}, per: [2]float64{1, 1}, n: [2]int{9, 9}}
	p.grid = newGrid(f, border, arcs)
	return p
}

// Whatever the borders are, the index says what a search through all of them says: also on
// vertices, on edges, on the lines between cells and one step beside all of these.
func TestTheIndexSaysWhatTheCrossingRuleSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ds := sprawl().Draw(t, "divisions")
		coordinate := rapid.Custom(func(t *rapid.T) float64 {
			v := float64(rapid.IntRange(-1, 14).Draw(t, "halves")) / 2
			return nudged(v, rapid.IntRange(-1, 1).Draw(t, "steps"))
		})
		indexes := map[string]*Partition{"its own frame": NewPartition(ds), "a frame through the vertices": aligned(ds)}
		for range 30 {
			at := settled(orb.Point{coordinate.Draw(t, "lon"), coordinate.Draw(t, "lat")})
			want := claimed(ds, at)
			for name, p := range indexes {
				agree(t, name, p, at, want)
			}
		}
	})
}

func agree(t rapid.TB, name string, p *Partition, at orb.Point, want []string) {
	t.Helper()
	var got []string
	for _, part := range p.grid.claims(at) {
		got = append(got, p.parts[part].Code)
	}
	got = slices.Compact(got)
	owner := ""
	if len(want) > 0 {
		owner = want[0]
	}
	if !slices.Equal(got, want) || p.Owner(at) != owner {
		t.Fatalf("%s, %v: %v claim it, %q owns it; want %v", name, at, got, p.Owner(at), want)
	}
	if o, err := p.Lookup(at, 0); err != nil || o.Code != owner || o.Uncertain != (len(want) > 1) || o.Uncertain && o.Second != want[1] {
		t.Fatalf("%s, %v: %+v %v, want %v", name, at, o, err, want)
	}
}

// searched is what Lookup says, found by a search through all borders.
func searched(ds []Division, at orb.Point, accuracy float64) Owner {
	o := Owner{BorderM: accuracy}
	if codes := claimed(ds, at); len(codes) > 0 {
		o.Code = codes[0]
		if len(codes) > 1 {
			o.Second, o.Uncertain = codes[1], true
		}
	}
	nearest := math.Inf(1)
	for _, d := range ds {
		if m := metresTo(d, at); d.Code == o.Code {
			o.BorderM = min(o.BorderM, m)
		} else if m <= accuracy && m < nearest {
			nearest, o.Second, o.Uncertain = m, d.Code, true
		}
	}
	return o
}

// metresTo is how far a place is from the border of a division.
func metresTo(d Division, at orb.Point) float64 {
	nearest := math.Inf(1)
	for _, polygon := range d.Border {
		for _, ring := range polygon {
			nearest = min(nearest, distance(ring, at, [2]float64{metresPerDegree * math.Cos(at[1]*math.Pi/180), metresPerDegree}))
		}
	}
	return nearest
}

// counties are some that share borders.
func counties() *rapid.Generator[[]Division] {
	return rapid.Custom(func(t *rapid.T) []Division {
		return Synthetic{
			Seed: rapid.Uint64().Draw(t, "seed"), Bound: orb.Bound{Min: orb.Point{116, 39}, Max: orb.Point{116.6, 39.4}}, CodePrefix: "9901",
			Columns: rapid.IntRange(1, 4).Draw(t, "columns"), Rows: rapid.IntRange(1, 3).Draw(t, "rows"), Detail: rapid.IntRange(2, 5).Draw(t, "detail"),
		}.Divisions()
	})
}

// islets are divisions of two islets each, some of which lie over each other: much smaller than a cell.
func islets() *rapid.Generator[[]Division] {
	return rapid.Custom(func(t *rapid.T) []Division {
		const size = 0.0003
		var out []Division
		for i := range rapid.IntRange(1, 40).Draw(t, "divisions") {
			d := Division{Code: Synthetic{CodePrefix: "9901"}.code(i)}
			for range 2 {
				x, y := rapid.Float64Range(116, 116.6).Draw(t, "x"), rapid.Float64Range(39, 39.4).Draw(t, "y")
				d.Border = append(d.Border, orb.Polygon{{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}}})
			}
			out = append(out, d)
		}
		return out
	})
}

// The nearest borders are found however far the search has to go, inside and outside.
func TestBordersAreAsFarAsASearchSays(t *testing.T) {
	uncertain := 0
	rapid.Check(t, func(t *rapid.T) {
		ds := rapid.OneOf(counties(), islets()).Draw(t, "divisions")
		p := NewPartition(ds)
		for range 10 {
			at := orb.Point{rapid.Float64Range(115.9, 116.8).Draw(t, "lon"), rapid.Float64Range(38.9, 39.5).Draw(t, "lat")}
			if rapid.Bool().Draw(t, "on a vertex") {
				at = rapid.SampledFrom(ds).Draw(t, "division").Border[0][0][0]
			}
			accuracy := rapid.SampledFrom([]float64{0.1, 30, 500, 8000, 100_000}).Draw(t, "accuracy")
			got, err := p.Lookup(at, accuracy)
			want := searched(ds, at, accuracy)
			if err != nil || got.Code != want.Code || got.Uncertain != want.Uncertain || math.Abs(got.BorderM-want.BorderM) > 1e-6 {
				t.Fatalf("%v, %g m: %+v, want %+v (%v)", at, accuracy, got, want, err)
			}
			if got.Second != want.Second && math.Abs(metresTo(divisionOf(ds, got.Second), at)-metresTo(divisionOf(ds, want.Second), at)) > 1e-6 {
				t.Fatalf("%v, %g m: %+v, want %+v", at, accuracy, got, want) // where three meet, two are equally near
			}
			if got.Uncertain {
				uncertain++
			}
		}
	})
	if uncertain == 0 {
		t.Error("no place was uncertain")
	}
}

func divisionOf(ds []Division, code string) Division {
	return ds[slices.IndexFunc(ds, func(d Division) bool { return d.Code == code })]
}

// country is large enough for cells without a border and small enough for every test run.
var country = Synthetic{
	Seed: 11, Bound: orb.Bound{Min: orb.Point{100, 25}, Max: orb.Point{120, 37}}, Columns: 20, Rows: 15, CodePrefix: "1101", Detail: 8,
	PerCity: 10, PerProvince: 6, IslandEvery: 7,
}

// Of 300 counties with 320,000 vertices, every place has one owner, lakes aside: the index
// and a search say the same, on and beside vertices and edges too.
func TestEveryPlaceOfACountryHasOneOwner(t *testing.T) {
	ds := country.Divisions()
	p := NewPartition(ds)
	r := rand.New(rand.NewPCG(country.Seed, 3))
	type part struct {
		code  string
		bound orb.Bound
		shape orb.Polygon
	}
	var parts []part
	for _, d := range ds {
		for _, shape := range d.Border {
			parts = append(parts, part{d.Code, shape.Bound(), shape})
		}
	}
	nobodys := 0
	for i := range 100_000 {
		at, loose := placeIn(r, ds, i%5)
		owner, owners, loosely := "", 0, ""
		for _, part := range parts {
			if !part.bound.Contains(at) {
				continue
			}
			if contains(part.shape, at) {
				owner, owners = part.code, owners+1
			}
			if loose && planar.PolygonContains(part.shape, at) {
				loosely = part.code
			}
		}
		if owners > 1 || p.Owner(at) != owner || loose && loosely != owner {
			t.Fatalf("seed %d, place %d, %v: %d owners, %q; orb says %q, the index %q", country.Seed, i, at, owners, owner, loosely, p.Owner(at))
		}
		if owners == 0 {
			nobodys++
			if !inLake(ds, at) {
				t.Fatalf("seed %d, place %d, %v: it lies in no lake and has no owner", country.Seed, i, at)
			}
		}
	}
	if nobodys == 0 || nobodys > 5_000 {
		t.Errorf("%d places are nobody's", nobodys)
	}
}

// placeIn is a place within the outer border: anywhere, near a border, on a vertex, on the
// middle of an edge, or a step beside one of these. It is loose if it is not on a border.
func placeIn(r *rand.Rand, ds []Division, kind int) (at orb.Point, loose bool) {
	b := country.Bound.Pad(-0.2)
	if kind == 0 {
		return orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}, true
	}
	for {
		polygon := ds[r.IntN(len(ds))].Border
		ring := polygon[r.IntN(len(polygon))]
		line := ring[r.IntN(len(ring))]
		i := 1 + r.IntN(len(line)-1)
		at = line[i]
		switch {
		case kind == 1: // within 200 m
			at = orb.Point{at[0] + (r.Float64()-0.5)*0.002, at[1] + (r.Float64()-0.5)*0.002}
		case kind == 3 || kind == 4 && i%2 == 0:
			at = orb.Point{(at[0] + line[i-1][0]) / 2, (at[1] + line[i-1][1]) / 2}
		}
		if kind == 4 {
			at = orb.Point{nudged(at[0], r.IntN(3)-1), nudged(at[1], r.IntN(3)-1)}
		}
		if b.Contains(at) {
			return at, kind == 1
		}
	}
}

// inLake: in a hole of a county, and in no enclave, which the caller knows.
func inLake(ds []Division, at orb.Point) bool {
	for _, d := range ds {
		for _, polygon := range d.Border {
			for _, hole := range polygon[1:] {
				if inRing(hole, at) {
					return true
				}
			}
		}
	}
	return false
}

// What no file may hold is not in the way of the rest, and of no use.
func TestBordersThatBoundNothingAreLeftOut(t *testing.T) {
	good := orb.Polygon{{{116, 39}, {117, 39}, {117, 40}, {116, 40}, {116, 39}}}
	nan, inf := math.NaN(), math.Inf(1)
	for name, border := range map[string]orb.MultiPolygon{
		"none":                  nil,
		"no ring":               {{}},
		"an empty ring":         {{{}}},
		"an empty hole":         {{good[0], {}}},
		"one vertex":            {{{{116, 39}}}},
		"two vertices":          {{{{116, 39}, {117, 40}, {116, 39}}}},
		"one vertex many times": {{{{116, 39}, {116, 39}, {116, 39}, {116, 39}}}},
		"NaN":                   {{{{116, 39}, {nan, 39}, {117, 40}, {116, 39}}}},
		"NaN in a hole":         {{good[0], {{116.2, 39.2}, {116.4, nan}, {116.4, 39.4}, {116.2, 39.2}}}},
		"without end":           {{{{116, 39}, {inf, 39}, {117, -inf}, {116, 39}}}},
		"beyond the globe":      {{{{116, 39}, {1e300, 39}, {117, 1e300}, {116, 39}}}},
		"a bow tie":             {{{{116, 39}, {117, 40}, {117, 39}, {116, 40}, {116, 39}}}},
		"out and back":          {{{{116, 39}, {117, 39}, {118, 39}, {117, 39}, {117, 40}, {116, 40}, {116, 39}}}},
		"not closed":            {{{{116, 39}, {117, 39}, {117, 40}, {116, 40}}}},
	} {
		p := NewPartition([]Division{{Code: "990102", Border: border}, {Code: "990101", Border: orb.MultiPolygon{good}}})
		o, err := p.Lookup(orb.Point{116.2, 39.3}, 1_000_000)
		if err != nil || o.Code != "990101" || math.IsNaN(o.BorderM) {
			t.Errorf("%s: %+v %v", name, o, err)
		}
		twice := slices.Contains([]string{"an empty hole", "a bow tie", "out and back", "not closed"}, name)
		if o, _ := p.Lookup(orb.Point{116.2, 39.3}, 0); o.Uncertain != twice {
			t.Errorf("%s: %+v", name, o)
		}
		alone := NewPartition([]Division{{Code: "990102", Border: border}})
		if got := alone.Owner(orb.Point{116.2, 39.3}); (got != "") != twice {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhatIsNoPlaceIsNobodys(t *testing.T) {
	p := NewPartition(city.Divisions())
	nan, inf := math.NaN(), math.Inf(1)
	for _, at := range []orb.Point{{nan, 39.5}, {116.5, nan}, {nan, nan}, {inf, 39.5}, {116.5, -inf}, {-1e308, 1e308}, {0, 0}} {
		if got := p.Owner(at); got != "" {
			t.Errorf("%v: %q", at, got)
		}
	}
	if got := NewPartition(nil).Owner(orb.Point{116.5, 39.5}); got != "" {
		t.Errorf("without divisions: %q", got)
	}
	if o, err := NewPartition(nil).Lookup(orb.Point{116.5, 39.5}, 100); err != nil || o.Code != "" || o.Uncertain {
		t.Errorf("without divisions: %+v %v", o, err)
	}
}

// A hundred divisions that meet in one place are more than the fast way tells apart.
func TestACrowdOfDivisionsHasItsOwners(t *testing.T) {
	const n = 100
	var ds []Division
	rim := func(i int) orb.Point {
		angle := 2 * math.Pi * float64(i%n) / n
		return orb.Point{116 + math.Cos(angle), 39 + math.Sin(angle)}
	}
	for i := range n {
		ds = append(ds, Division{Code: Synthetic{CodePrefix: "9901", PerCity: 60}.code(i), Border: orb.MultiPolygon{{{{116, 39}, rim(i), rim(i + 1), {116, 39}}}}})
	}
	p := NewPartition(ds)
	r := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		d, angle := 0.9*math.Pow(r.Float64(), 4), 2*math.Pi*r.Float64()
		at := orb.Point{116 + d*math.Cos(angle), 39 + d*math.Sin(angle)}
		agree(t, "a crowd", p, at, owners(ds, at))
	}
	agree(t, "the middle", p, orb.Point{116, 39}, claimed(ds, orb.Point{116, 39}))
	if p.Owner(orb.Point{116, 39}) == "" {
		t.Error("where all meet is nobody's")
	}
}

func TestTheOwnerIsFoundWithoutAnAllocation(t *testing.T) {
	ds := divisions(t, city)
	p := NewPartition(ds)
	line := ds[0].Border[0][0]
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		a, b := line[i%len(line)], line[(i+1)%len(line)]
		p.Owner(a)
		p.Owner(orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
		i++
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestCodesGoOnInTheNextCityAndProvince(t *testing.T) {
	s := Synthetic{CodePrefix: "1101", Columns: 6, Rows: 5, PerCity: 4, PerProvince: 3, Bound: orb.Bound{Max: orb.Point{6, 5}}}
	ds := s.Divisions()
	for i, want := range map[int]string{0: "110101", 3: "110104", 4: "110201", 12: "120101", 29: "130202"} {
		if ds[i].Code != want {
			t.Errorf("county %d has the code %s, want %s", i, ds[i].Code, want)
		}
	}
	if got := (Synthetic{CodePrefix: "9901"}).code(99); got != "990201" {
		t.Errorf("the hundredth county has the code %s", got)
	}
}
