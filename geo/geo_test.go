package geo

// Datums against the published forward vectors, borders with every fault, and one owner
// for every place.

import (
	"encoding/json"
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

// contains: inside the outer ring and in no hole.
func contains(polygon orb.Polygon, p orb.Point) bool {
	inside := false
	for _, ring := range polygon {
		if inRing(ring, p) {
			inside = !inside
		}
	}
	return inside
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

func TestFilesThatAreNoCollectionAreRefused(t *testing.T) {
	for content, want := range map[string]string{
		"": "no GeoJSON", `{"type":"FeatureCollection","features":[]}`: "no features",
		`{"type":"Feature","features":[{}]}`:         "no GeoJSON",
		`{"type":"FeatureCollection","features":{}}`: "no GeoJSON",
		`{"type":"FeatureCollection","features":[` + polygonOf("110105", `[[[116,39],[NaN,39],[117,40],[116,39]]]`) + `]}`: "no GeoJSON",
	} {
		if _, _, err := ReadDivisions([]byte(content), Reading{CRS: WGS84, CodeField: "code"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", content, err, want)
		}
	}
	if _, _, err := ReadDivisions(one(), Reading{CRS: "mars", CodeField: "code"}); err == nil {
		t.Error("a datum that is none was taken")
	}
}

// badFeatures are features that cannot be mended, by the fault they have.
var badFeatures = map[string]struct{ feature, kind string }{
	"beyond the globe":      {polygonOf("110105", `[[[300,39],[301,39],[301,40],[300,39]]]`), "coordinates_invalid"},
	"swapped":               {polygonOf("110105", `[[[39,116],[39,117],[40,117],[39,116]]]`), "coordinates_swapped"},
	"null in a position":    {polygonOf("110105", `[[[116,39],[117,null],[117,40],[116,39]]]`), NotANumber},
	"half a position":       {polygonOf("110105", `[[[116,39],[117],[117,40],[116,39]]]`), NotANumber},
	"no position":           {polygonOf("110105", `[[[116,39],null,[117,40],[116,39]]]`), NotANumber},
	"a word":                {polygonOf("110105", `[[[116,39],["a","b"],[117,40],[116,39]]]`), NotANumber},
	"a number without end":  {polygonOf("110105", `[[[116,39],[1e999,39],[117,40],[116,39]]]`), NotANumber},
	"a ring that is a word": {polygonOf("110105", `["ring"]`), BadFeature},
	"null geometry":         {`{"type":"Feature","properties":{"code":"110105"},"geometry":null}`, EmptyBorder},
	"no geometry":           {`{"type":"Feature","properties":{"code":"110105"}}`, EmptyBorder},
	"no polygon":            {`{"type":"Feature","properties":{"code":"110105"},"geometry":{"type":"MultiPolygon","coordinates":[]}}`, EmptyBorder},
	"no coordinates":        {`{"type":"Feature","properties":{"code":"110105"},"geometry":{"type":"MultiPolygon"}}`, BadFeature},
	"a point":               {`{"type":"Feature","properties":{"code":"110105"},"geometry":{"type":"Point","coordinates":[116,39]}}`, NoPolygon},
	"no code":               {polygonOf("", `[[[116,39],[117,39],[117,40],[116,39]]]`), CodeMissing},
	"half a code":           {polygonOf("1101", `[[[116,39],[117,39],[117,40],[116,39]]]`), CodeMissing},
	"no properties":         {`{"type":"Feature","properties":null,"geometry":null}`, CodeMissing},
	"the code twice":        {polygonOf("990101", `[[[116,39],[117,39],[117,40],[116,39]]]`), CodeTwice},
	"no feature":            {`"feature"`, BadFeature},
	"a hole through the shell": {polygonOf("110105",
		`[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[3,1],[3,2],[6,2],[6,1],[3,1]]]`), HoleOutside},
	"a hole that leaves between its vertices": {polygonOf("110105",
		`[[[0,0],[4,0],[4,4],[3,4],[3,1],[1,1],[1,4],[0,4],[0,0]],[[0.5,2],[0.5,3],[3.5,3],[3.5,2],[0.5,2]]]`), HoleOutside},
	"a hole that is the shell": {polygonOf("110105", `[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,0],[0,4],[4,4],[4,0],[0,0]]]`), HoleOutside},
	"holes that cross": {polygonOf("110105",
		`[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,3],[3,3],[3,1],[1,1]],[[2,2],[2,4],[4,4],[4,2],[2,2]]]`), HolesOverlap},
	"a hole in a hole": {polygonOf("110105",
		`[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[2,2],[2,3],[3,3],[3,2],[2,2]],[[1,1],[1,4],[4,4],[4,1],[1,1]]]`), HolesOverlap},
	"a hole twice": {polygonOf("110105",
		`[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,3],[3,3],[3,1],[1,1]],[[1,1],[1,3],[3,3],[3,1],[1,1]]]`), HolesOverlap},
	"an empty polygon": {polygonOf("110105", `[]`), TooShort},
	"an empty polygon among others": {`{"type":"Feature","properties":{"code":"110105"},"geometry":{"type":"MultiPolygon",` +
		`"coordinates":[[],[[[116,39],[117,39],[117,40],[116,39]]]]}}`, TooShort},
	"an empty ring":            {polygonOf("110105", `[[]]`), TooShort},
	"an empty hole":            {polygonOf("110105", `[[[116,39],[117,39],[117,40],[116,39]],[]]`), TooShort},
	"a bow tie":                {polygonOf("110105", `[[[116,39],[117,40],[117,39],[116,40],[116,39]]]`), SelfCrossing},
	"a hole that is a bow tie": {polygonOf("110105", `[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[3,3],[3,1],[1,3],[1,1]]]`), SelfCrossing},
	"a vertex twice":           {polygonOf("110105", `[[[0,0],[4,0],[4,4],[2,2],[3,1],[1,1],[2,2],[0,4],[0,0]]]`), SelfCrossing},
	"a vertex on an edge":      {polygonOf("110105", `[[[0,0],[4,0],[4,4],[2,0],[0,4],[0,0]]]`), SelfCrossing},
}

func polygonOf(code, coordinates string) string {
	return `{"type":"Feature","properties":{"code":"` + code + `","name":"县"},"geometry":{"type":"Polygon","coordinates":` + coordinates + `}}`
}

// A feature that is bad in whatever way ends no run: it is named with all the others, and
// left out where that is asked for.
func TestEveryBadFeatureIsNamedAndLeftOut(t *testing.T) {
	good := polygonOf("990101", `[[[116,39],[117,39],[117,40],[116,40],[116,39]]]`)
	features := []string{good}
	for name, c := range badFeatures {
		file := `{"type":"FeatureCollection","features":[` + good + "," + c.feature + `]}`
		how := Reading{CRS: WGS84, CodeField: "code", NameField: "name", Repair: true}
		_, found, err := ReadDivisions([]byte(file), how)
		if !errors.Is(err, ErrFaults) || !slices.ContainsFunc(found, func(f Fault) bool { return f.Kind == c.kind && f.Feature == 1 }) {
			t.Errorf("%s: %v %v, want %s", name, found, err, c.kind)
		}
		how.Skip = true
		ds, found, err := ReadDivisions([]byte(file), how)
		if err != nil || len(ds) != 1 || ds[0].Code != "990101" || len(found) == 0 || !found[0].LeftOut {
			t.Errorf("%s skipped: %v %v %v", name, ds, found, err)
		}
		if _, err := json.Marshal(found); err != nil {
			t.Errorf("%s: the report is no JSON: %v", name, err)
		}
		features = append(features, c.feature)
	}
	_, found, err := ReadDivisions([]byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`),
		Reading{CRS: WGS84, CodeField: "code", NameField: "name"})
	seen := map[int]bool{}
	for _, f := range found {
		seen[f.Feature] = true
	}
	if !errors.Is(err, ErrFaults) || len(seen) != len(badFeatures) {
		t.Errorf("of %d bad features %d are named: %v", len(badFeatures), len(seen), err)
	}
}

// Holes may touch each other and the shell: whose a place is stays clear.
func TestHolesThatTouchAreGood(t *testing.T) {
	for name, coordinates := range map[string]string{
		"the shell in a vertex": `[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,2],[1,3],[1,1],[0,2]]]`,
		"the shell in an edge":  `[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,1],[0,3],[1,3],[1,1],[0,1]]]`,
		"each other in an edge": `[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,3],[3,3],[3,1],[1,1]],[[3,1],[3,3],[5,3],[5,1],[3,1]]]`,
	} {
		file := `{"type":"FeatureCollection","features":[` + polygonOf("990101", coordinates) + `]}`
		if _, found, err := ReadDivisions([]byte(file), Reading{CRS: WGS84, CodeField: "code"}); err != nil || len(found) > 0 {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}

// Ground that two divisions claim is told with its size; what they only touch is not.
func TestOverlapsAreMeasured(t *testing.T) {
	for seed := range uint64(5) {
		s := city
		s.Seed = seed
		if found := Overlaps(divisions(t, s)); len(found) > 0 {
			t.Errorf("seed %d: neighbours, an enclave and a lake overlap: %v", seed, found)
		}
	}
	box := func(code string, west, south, east, north float64) Division {
		return Division{Code: code, Name: "县" + code, Border: orb.MultiPolygon{{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}}
	}
	whole, part, beside := box("110101", 116, 39, 116.5, 39.4), box("110102", 116.2, 39.1, 116.4, 39.3), box("110103", 116.5, 39, 117, 39.4)
	found := Overlaps([]Division{whole, part, beside})
	want := 0.2 * 0.2 * metresPerDegree * metresPerDegree * math.Cos(39.2*math.Pi/180)
	if len(found) != 1 || found[0].A.Code != "110101" || found[0].B.Code != "110102" || math.Abs(found[0].AreaM/want-1) > 0.02 {
		t.Fatalf("%v, want %.0f m²", found, want)
	}
	if !contains(part.Border[0], found[0].At) || !strings.Contains(found[0].String(), "县110102") {
		t.Errorf("%v", found[0])
	}
	sliver := box("110104", 116.5-2/metresPerDegree, 39, 117, 39.4)
	if found := Overlaps([]Division{whole, sliver}); len(found) > 0 {
		t.Errorf("two metres along a border: %v", found)
	}
	hole := Division{Code: "110105", Border: orb.MultiPolygon{{whole.Border[0][0], part.Border[0][0]}}}
	if found := Overlaps([]Division{hole, part}); len(found) > 0 {
		t.Errorf("an enclave in its hole: %v", found)
	}
}

// Where two claim a place the answer says so, whatever the accuracy.
func TestAPlaceThatTwoClaimIsUncertain(t *testing.T) {
	square := orb.MultiPolygon{{{{116, 39}, {117, 39}, {117, 40}, {116, 40}, {116, 39}}}}
	p := NewPartition([]Division{{Code: "110102", Border: square}, {Code: "110101", Border: square}})
	o, err := p.Lookup(orb.Point{116.5, 39.5}, 0)
	if err != nil || o.Code != "110101" || o.Second != "110102" || !o.Uncertain {
		t.Errorf("%+v %v", o, err)
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
		Overlaps(ds)
		if _, err := NewPartition(ds).Lookup(orb.Point{1, 1}, 100); err != nil {
			t.Fatal(err)
		}
	})
}

// The full size stands in bench/geo.
func BenchmarkOwner(b *testing.B) {
	ds := country.Divisions()
	p := NewPartition(ds)
	r := rand.New(rand.NewPCG(1, 1))
	for kind, name := range []string{"anywhere", "within 200 m of a border"} {
		places := make([]orb.Point, 1<<16)
		for i := range places {
			places[i], _ = placeIn(r, ds, kind)
		}
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				p.Owner(places[i%len(places)])
				i++
			}
		})
	}
}
