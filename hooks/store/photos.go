package store

// What the checks of a photo are told: its row, its case, its device, and photos like it.

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/evidence"
	"xuncha/evidence/check"
	"xuncha/evidence/likeness"
	"xuncha/geo"
)

// Photos gathers facts for the checks and keeps the pictures' hashes in memory. Use one for
// a database, by pointer.
type Photos struct {
	App   core.App
	index likeness.Index
	mu    sync.Mutex
	last  int64 // of photo_hash that the index holds
}

var _ evidence.Examiner = (*Photos)(nil)

const photoFields = "`id`, `case`, `item`, `purpose`, `pair_of`, `complaint`, `inspection`, `device`, `previous`, `sha256`, `taken_at`, `received_at`, " +
	"coalesce(`position`, '') AS `position`, `heading`, `mock_location`, coalesce(`exif`, '') AS `exif`"

const (
	// photoByID is the row itself; of its device those around it, nearest first.
	photoByID   = "SELECT " + photoFields + " FROM evidence WHERE id = {:id}"
	ofDevice    = "SELECT " + photoFields + " FROM evidence WHERE device = {:device} AND taken_at <= {:at} AND id <> {:id} ORDER BY taken_at DESC LIMIT 40"
	ofDeviceOn  = "SELECT " + photoFields + " FROM evidence WHERE device = {:device} AND taken_at > {:at} ORDER BY taken_at LIMIT 10"
	ofFile      = "SELECT " + photoFields + " FROM evidence WHERE sha256 = {:sum} AND id <> {:id} LIMIT 50"
	firstOfFile = "SELECT " + photoFields + " FROM evidence WHERE sha256 = {:sum} ORDER BY rowid LIMIT 1"
	ofPrevious  = "SELECT " + photoFields + " FROM evidence WHERE previous = {:sum} AND id <> {:id} LIMIT 50"
	partnersOf  = "SELECT " + photoFields + " FROM evidence WHERE pair_of = {:id} LIMIT 10"
	ofItem      = "SELECT " + photoFields + " FROM evidence WHERE `case` = {:case} AND item = {:item} AND id <> {:id} LIMIT 100"
	visitTimes  = "SELECT started_at, finished_at FROM inspections WHERE id = {:id}"
	casePlace   = "SELECT coalesce(location, '') FROM cases WHERE id = {:id}"
	hashOfFile  = "SELECT low, high FROM photo_hash WHERE sha256 = {:sum} AND low IS NOT NULL"
	hashesSince = "SELECT n, low, high FROM photo_hash WHERE n > {:n} ORDER BY n LIMIT 10000"
	fileOfHash  = "SELECT " + photoFields + " FROM evidence WHERE sha256 = (SELECT sha256 FROM photo_hash WHERE n = {:n}) LIMIT 20"
)

// likeMost is how many pictures alike are looked at: more of them say nothing more.
const likeMost = 20

type photoRow struct {
	ID         string  `db:"id"`
	Case       string  `db:"case"`
	Item       string  `db:"item"`
	Purpose    string  `db:"purpose"`
	PairOf     string  `db:"pair_of"`
	Complaint  string  `db:"complaint"`
	Inspection string  `db:"inspection"`
	Device     string  `db:"device"`
	Previous   string  `db:"previous"`
	Sum        string  `db:"sha256"`
	TakenAt    string  `db:"taken_at"`
	ReceivedAt string  `db:"received_at"`
	Position   string  `db:"position"`
	Heading    float64 `db:"heading"`
	Mock       bool    `db:"mock_location"`
	Exif       string  `db:"exif"`
}

// photo is a row as the checks know it; root is the case that its case was merged into.
func (r photoRow) photo(root string) check.Photo {
	var at casework.Position
	var tags evidence.Meta
	decode(r.Position, &at)
	decode(r.Exif, &tags)
	return check.Photo{
		ID: r.ID, Case: root, Item: r.Item, Purpose: r.Purpose, Device: r.Device, Previous: r.Previous, Sum: r.Sum,
		Taken: moment(r.TakenAt), Received: moment(r.ReceivedAt), Place: placeOf(at), Heading: r.Heading, Mock: r.Mock || at.Mock, Tags: tags.Tags(),
	}
}

// placeOf is a position as the checks know it; what is none is not known.
func placeOf(p casework.Position) *check.Place {
	if p.Lon == 0 && p.Lat == 0 || geo.Check(orb.Point{p.Lon, p.Lat}) != nil {
		return nil
	}
	return &check.Place{At: orb.Point{p.Lon, p.Lat}, Accuracy: p.AccuracyM}
}

// moment is a time as phones and the server write it; what is none is not known.
func moment(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// sooner tells which of two photos the server knew first.
func sooner(a, b check.Photo) bool {
	if c := a.Received.Compare(b.Received); c != 0 {
		return c < 0
	}
	return a.ID < b.ID
}

// facts gathers those of one photo.
type facts struct {
	*Photos
	row   photoRow
	roots map[string]string // by case
	known evidence.Known
}

// Facts are what a photo is compared with. Reads only.
func (s *Photos) Facts(item evidence.Item, found *evidence.Finding) (evidence.Known, error) {
	f := facts{Photos: s, roots: map[string]string{}}
	rows, err := s.rows(photoByID, dbx.Params{"id": item.ID})
	if err != nil || len(rows) == 0 {
		return f.known, err
	}
	f.row = rows[0]
	to := &f.known.Facts
	to.PairBits, to.Complainant = -1, f.row.Complaint != ""
	if to.Photo, err = f.one(f.row); err != nil {
		return f.known, err
	}
	var picture *likeness.Hash
	if found != nil {
		to.Photo.Tags, picture = found.Meta.Tags(), found.Picture
	} else if picture, err = s.hash(f.row.Sum); err != nil {
		return f.known, err
	}
	for _, step := range []func(*check.Facts, *likeness.Hash) error{f.place, f.visit, f.device, f.chain, f.pair, f.files, f.alike} {
		if err := step(to, picture); err != nil {
			return f.known, err
		}
	}
	return f.known, nil
}

func (s *Photos) rows(query string, params dbx.Params) (rows []photoRow, err error) {
	return rows, s.App.DB().NewQuery(query).Bind(params).All(&rows)
}

// one is a row with its root.
func (f *facts) one(r photoRow) (check.Photo, error) {
	root, ok := f.roots[r.Case]
	if !ok {
		var err error
		if root, err = (CaseUsers{f.App}).Root(r.Case); err != nil {
			return check.Photo{}, err
		}
		f.roots[r.Case] = root
	}
	return r.photo(root), nil
}

// list is a query's rows with their roots.
func (f *facts) list(query string, params dbx.Params) ([]check.Photo, error) {
	rows, err := f.rows(query, params)
	out := make([]check.Photo, 0, len(rows))
	for _, r := range rows {
		p, err := f.one(r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, err
}

func (f *facts) place(to *check.Facts, _ *likeness.Hash) error {
	if to.Complainant {
		return nil
	}
	var places []string
	if err := f.App.DB().NewQuery(casePlace).Bind(dbx.Params{"id": to.Photo.Case}).Column(&places); err != nil || len(places) == 0 {
		return err
	}
	var at casework.Position
	decode(places[0], &at)
	to.Case = placeOf(at)
	return nil
}

func (f *facts) visit(to *check.Facts, _ *likeness.Hash) error {
	var times []struct {
		Started  string `db:"started_at"`
		Finished string `db:"finished_at"`
	}
	if f.row.Inspection == "" {
		return nil
	}
	err := f.App.DB().NewQuery(visitTimes).Bind(dbx.Params{"id": f.row.Inspection}).All(&times)
	if len(times) > 0 {
		to.Started, to.Ended = moment(times[0].Started), moment(times[0].Finished)
	}
	return err
}

// device are its photos by the time they were taken. Rows are compared by the text of their
// time, which one device writes in one way; the order is then made by the time itself.
func (f *facts) device(to *check.Facts, _ *likeness.Hash) error {
	if f.row.Device == "" || f.row.TakenAt == "" {
		return nil
	}
	params := dbx.Params{"device": f.row.Device, "at": f.row.TakenAt, "id": f.row.ID}
	before, err := f.list(ofDevice, params)
	if err != nil {
		return err
	}
	after, err := f.list(ofDeviceOn, dbx.Params{"device": f.row.Device, "at": f.row.TakenAt})
	to.Device = slices.Concat(before, after)
	slices.SortStableFunc(to.Device, func(a, b check.Photo) int { return a.Taken.Compare(b.Taken) })
	return err
}

func (f *facts) chain(to *check.Facts, _ *likeness.Hash) error {
	if f.row.Previous == "" || f.row.Device == "" {
		return nil
	}
	known, err := f.list(firstOfFile, dbx.Params{"sum": f.row.Previous})
	if err != nil {
		return err
	}
	if len(known) > 0 && f.row.Previous != f.row.Sum { // which would name itself
		to.Link = &known[0]
	}
	forks, err := f.list(ofPrevious, dbx.Params{"sum": f.row.Previous, "id": f.row.ID})
	for _, p := range forks {
		if p.Device == f.row.Device && p.Sum != f.row.Sum && sooner(p, to.Photo) {
			to.Fork = &p
			break
		}
	}
	return err
}

// pair finds the "before" of an "after": the one it names, or that names it, or the latest of
// its item.
func (f *facts) pair(to *check.Facts, picture *likeness.Hash) error {
	if f.row.Purpose != "after" || to.Complainant {
		return nil
	}
	named, err := f.list(photoByID, dbx.Params{"id": f.row.PairOf})
	if err == nil && len(named) == 0 {
		named, err = f.list(partnersOf, dbx.Params{"id": f.row.ID})
	}
	if err == nil && len(named) == 0 && f.row.Item != "" {
		named, err = f.list(ofItem, dbx.Params{"case": f.row.Case, "item": f.row.Item, "id": f.row.ID})
		named = slices.DeleteFunc(named, func(p check.Photo) bool { return p.Purpose != "before" })
		slices.SortStableFunc(named, func(a, b check.Photo) int { return b.Taken.Compare(a.Taken) })
	}
	named = slices.DeleteFunc(named, func(p check.Photo) bool { return p.Case != to.Photo.Case || p.ID == f.row.ID })
	if err != nil || len(named) == 0 {
		return err
	}
	to.Before = &named[0]
	other, err := f.hash(named[0].Sum)
	if picture != nil && other != nil {
		to.PairBits = likeness.Apart(*picture, *other)
	}
	return err
}

// files are rows with the same bytes: those that came earlier count, those that came later
// are checked again.
func (f *facts) files(to *check.Facts, _ *likeness.Hash) error {
	list, err := f.list(ofFile, dbx.Params{"sum": f.row.Sum, "id": f.row.ID})
	for _, p := range list {
		if sooner(p, to.Photo) {
			to.SameFile = append(to.SameFile, p)
		} else {
			f.known.Later = append(f.known.Later, p.ID)
		}
	}
	return err
}

// alike are photos with a picture like this one's, likewise. Papers look alike, by nature.
func (f *facts) alike(to *check.Facts, picture *likeness.Hash) error {
	if picture == nil || f.row.Purpose == "document" {
		return nil
	}
	if err := f.catchUp(); err != nil {
		return err
	}
	to.Alike = []check.Alike{}
	near := f.index.Near(*picture, likeness.Maybe)
	slices.SortStableFunc(near, func(a, b likeness.Match) int { return a.Bits - b.Bits })
	for _, m := range near[:min(len(near), likeMost)] {
		list, err := f.list(fileOfHash, dbx.Params{"n": m.Key})
		if err != nil {
			return err
		}
		for _, p := range list {
			switch {
			case p.Sum == f.row.Sum || p.Purpose == "document":
			case sooner(p, to.Photo):
				to.Alike = append(to.Alike, check.Alike{Photo: p, Bits: m.Bits})
			default:
				f.known.Later = append(f.known.Later, p.ID)
			}
		}
	}
	return nil
}

// decode reads a column of JSON; what is none leaves the zero value.
func decode(text string, into any) {
	if strings.HasPrefix(text, "{") {
		_ = unmarshal(text, into) // written by us; an older form is not known
	}
}
