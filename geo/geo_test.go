package geo

// Datums against the published forward vectors, borders with every fault, and one owner
// for every place.

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"pgregory.net/rapid"
)

func TestConversionsMeetTheForwardVectors(t *testing.T) {
	for _, v := range []struct{ wgs, gcj, bd orb.Point }{
		{orb.Point{116.391305, 39.907458}, orb.Point{116.3975461789, 39.9088592767}, orb.Point{116.4039189741, 39.9152026888}},
		{orb.Point{113.324520, 23.106680}, orb.Point{113.3299412635, 23.1040782773}, orb.Point{113.3364970294, 23.1097835149}},
		{orb.Point{87.616823, 43.826630}, orb.Point{87.6196730254, 43.8278348196}, orb.Point{87.6261231160, 43.8339790167}},
		{orb.Point{109.508268, 18.247872}, orb.Point{109.5123624553, 18.2461793405}, orb.Point{109.5189123930, 18.2519183059}},
	} {
		for crs, p := range map[CRS]orb.Point{WGS84: v.wgs, CGCS2000: v.wgs, GCJ02: v.gcj, BD09: v.bd} {
			there, err := FromWGS84(v.wgs, crs)
			if err != nil || !near(there, p, 1e-9) {
				t.Errorf("%v to %s: %.10f, want %.10f (%v)", v.wgs, crs, there, p, err)
			}
			back, err := ToWGS84(p, crs)
			if err != nil || !near(back, v.wgs, 1e-9) {
				t.Errorf("%v from %s: %.10f, want %.10f (%v)", p, crs, back, v.wgs, err)
			}
		}
	}
}

func near(a, b orb.Point, eps float64) bool {
	return math.Abs(a[0]-b[0]) < eps && math.Abs(a[1]-b[1]) < eps
}

func TestEveryConversionComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(73.5, 135).Draw(t, "lon"), rapid.Float64Range(3.5, 53.5).Draw(t, "lat")}
		crs := rapid.SampledFrom([]CRS{WGS84, GCJ02, BD09, CGCS2000}).Draw(t, "crs")
		there, err := FromWGS84(p, crs)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ToWGS84(there, crs)
		if err != nil || !near(back, p, 1e-9) {
			t.Fatalf("%v became %v (%v)", p, back, err)
		}
	})
}

func TestWhatIsNoPositionIsRefused(t *testing.T) {
	for _, c := range []struct {
		p    orb.Point
		crs  CRS
		code string
	}{
		{orb.Point{math.NaN(), 39}, WGS84, "coordinates_invalid"},
		{orb.Point{116, math.Inf(1)}, WGS84, "coordinates_invalid"},
		{orb.Point{181, 39}, WGS84, "coordinates_invalid"},
		{orb.Point{39.9, 116.4}, GCJ02, "coordinates_swapped"},
		{orb.Point{22.5, 88}, WGS84, "coordinates_swapped"},
		{orb.Point{116.4, 39.9}, "epsg:4326", "crs_unknown"},
		{orb.Point{116.4, 39.9}, "", "crs_unknown"},
	} {
		_, err := ToWGS84(c.p, c.crs)
		var r Refusal
		if !errors.As(err, &r) || r.Code() != c.code {
			t.Errorf("%v %s: %v, want %s", c.p, c.crs, err, c.code)
		}
	}
}

var city = Synthetic{Seed: 7, Bound: orb.Bound{Min: orb.Point{116, 39}, Max: orb.Point{117, 40}}, Columns: 3, Rows: 2, CodePrefix: "9901", Detail: 6}

func divisions(t testing.TB, s Synthetic) []Division {
	t.Helper()
	data, err := s.Features().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	out, found, err := ReadDivisions(data, Reading{CRS: WGS84, CodeField: "code", NameField: "name"})
	if err != nil || len(found) > 0 {
		t.Fatalf("the synthetic partition has faults: %v %v", err, found)
	}
	return out
}

// owners counts by brute force who claims a point.
func owners(ds []Division, p orb.Point) []string {
	var out []string
	for _, d := range ds {
		for _, polygon := range d.Border {
			if contains(polygon, p) {
				out = append(out, d.Code)
			}
		}
	}
	return out
}

func TestEveryPlaceHasOneOwnerAlsoOnABorder(t *testing.T) {
	for seed := range uint64(20) {
		s := city
		s.Seed = seed
		ds := divisions(t, s)
		p := NewPartition(ds)
		r := rand.New(rand.NewPCG(seed, 1))
		var places []orb.Point
		for range 2000 {
			places = append(places, orb.Point{116 + r.Float64(), 39 + r.Float64()})
		}
		for column := 1; column < s.Columns; column++ { // inner borders: vertices and middles
			edge := s.edge(column, 0, 1)
			for i := 1; i < len(edge)-1; i++ {
				places = append(places, edge[i], orb.Point{(edge[i][0] + edge[i-1][0]) / 2, (edge[i][1] + edge[i-1][1]) / 2})
			}
		}
		inside := 0
		for _, at := range places {
			claimed := owners(ds, at)
			o, err := p.Lookup(at, 0)
			if err != nil || len(claimed) > 1 || len(claimed) == 1 && claimed[0] != o.Code || len(claimed) == 0 && o.Code != "" {
				t.Fatalf("seed %d, %v: claimed by %v, the index says %q (%v)", seed, at, claimed, o.Code, err)
			}
			inside += len(claimed)
		}
		if inside < len(places)*8/10 {
			t.Fatalf("seed %d: only %d of %d places have an owner", seed, inside, len(places))
		}
	}
}

func TestAnEnclaveBelongsToItsOwnDivisionAndALakeToNobody(t *testing.T) {
	p := NewPartition(divisions(t, city))
	w, h := city.size()
	lake := orb.Point{116 + w*0.35, 39 + h*0.35}
	for _, c := range []struct {
		at   orb.Point
		want string
	}{{lake, ""}, {orb.Point{lake[0] + w*0.3, lake[1] + h*0.3}, "990102"}, {orb.Point{116 + w*0.2, 39 + h*0.8}, "990101"}} {
		o, err := p.Lookup(c.at, 0)
		if err != nil || o.Code != c.want {
			t.Errorf("%v: %q, want %q (%v)", c.at, o.Code, c.want, err)
		}
	}
	o, _ := p.Lookup(orb.Point{116 + w*0.2, 39 + h*0.8}, 0)
	if !slices.Equal(o.Ancestors, []string{"990100", "990000"}) {
		t.Errorf("ancestors %v", o.Ancestors)
	}
}

func TestAPlaceNearABorderIsUncertain(t *testing.T) {
	p := NewPartition(divisions(t, city))
	edge := city.edge(1, 0, 1)
	at := edge[len(edge)/2]
	at[0] += 0.0005 // some 43 m to the east
	near, err := p.Lookup(at, 200)
	if err != nil || !near.Uncertain || near.Second == "" || near.Second == near.Code || near.BorderM > 60 {
		t.Errorf("%+v %v", near, err)
	}
	if far, _ := p.Lookup(orb.Point{116.05, 39.4}, 20); far.Uncertain || far.BorderM != 20 {
		t.Errorf("%+v", far)
	}
}

// one is a file with one feature of the given rings.
func one(rings ...orb.Ring) []byte {
	fc := geojson.NewFeatureCollection()
	f := geojson.NewFeature(orb.Polygon(rings))
	f.Properties["code"] = "990101"
	data, err := fc.Append(f).MarshalJSON()
	if err != nil {
		panic(err)
	}
	return data
}

func TestFaultsAreNamedMendedOrLeftOut(t *testing.T) {
	square := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	reversed := slices.Clone(square)
	slices.Reverse(reversed)
	for name, c := range map[string]struct {
		data  []byte
		kind  string
		mends bool
	}{
		"unclosed":     {one(square[:4]), Unclosed, true},
		"doubled":      {one(orb.Ring{{0, 0}, {4, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}), Doubled, true},
		"spike":        {one(orb.Ring{{0, 0}, {4, 0}, {9, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}), Spike, true},
		"clockwise":    {one(reversed), Orientation, true},
		"bow tie":      {one(orb.Ring{{0, 0}, {4, 4}, {4, 0}, {0, 4}, {0, 0}}), SelfCrossing, false},
		"two points":   {one(orb.Ring{{0, 0}, {4, 4}, {0, 0}}), TooShort, false},
		"hole outside": {one(square, orb.Ring{{8, 8}, {8, 9}, {9, 9}, {9, 8}, {8, 8}}), HoleOutside, false},
		"no rings":     {one(), TooShort, false},
	} {
		how := Reading{CRS: WGS84, CodeField: "code"}
		_, found, err := ReadDivisions(c.data, how)
		if !errors.Is(err, ErrFaults) || !slices.ContainsFunc(found, func(f Fault) bool { return f.Kind == c.kind }) {
			t.Errorf("%s: %v %v", name, found, err)
		}
		how.Repair = true
		ds, found, err := ReadDivisions(c.data, how)
		if c.mends != (err == nil) {
			t.Errorf("%s mended: %v %v", name, found, err)
		}
		if c.mends {
			if left := faults(ds[0].Border[0][0], false); len(left) > 0 {
				t.Errorf("%s: after mending %v", name, left)
			}
		}
		how.Skip = true
		if ds, found, err := ReadDivisions(c.data, how); err != nil || len(found) == 0 || len(ds) == 0 && !found[0].LeftOut {
			t.Errorf("%s skipped: %v %v", name, found, err)
		}
	}
}

func TestFilesThatAreNoBordersAreRefused(t *testing.T) {
	for content, want := range map[string]string{
		"": "no GeoJSON", `{"type":"FeatureCollection","features":[]}`: "no features",
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"99"},"geometry":{"type":"Polygon","coordinates":[]}}]}`:      "six digits",
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101"},"geometry":{"type":"Point","coordinates":[1,2]}}]}`: "Polygon",
		strings.Replace(string(one(orb.Ring{{39, 116}, {39, 117}, {40, 117}, {39, 116}})), "990101", "990101", 1):                                     "swapped",
	} {
		if _, _, err := ReadDivisions([]byte(content), Reading{CRS: WGS84, CodeField: "code"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", content, err, want)
		}
	}
}

func FuzzReadDivisions(f *testing.F) {
	f.Add(one(orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}), true, true)
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990101"},"geometry":{"type":"MultiPolygon","coordinates":[[[]],[]]}}]}`), true, false)
	f.Fuzz(func(t *testing.T, data []byte, repair, skip bool) {
		ds, _, err := ReadDivisions(data, Reading{CRS: WGS84, CodeField: "code", Repair: repair, Skip: skip})
		if err != nil {
			return
		}
		if _, err := NewPartition(ds).Lookup(orb.Point{1, 1}, 100); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	s := city
	s.Columns, s.Rows, s.Detail = 9, 9, 8
	p := NewPartition(divisions(b, s))
	r := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		if _, err := p.Lookup(orb.Point{116 + r.Float64(), 39 + r.Float64()}, 0); err != nil {
			b.Fatal(err)
		}
	}
}
