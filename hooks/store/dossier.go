package store

// The folder of one case: what of it may leave the house, and the leaves that say that it did.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/dossier"
	"xuncha/evidence"
	"xuncha/evidence/custody"
)

// Dossiers writes folders of cases.
type Dossiers struct {
	App   core.App
	Log   Custody
	Files custody.Files
	// Show makes the copies of photos whose copies are made only when somebody looks, as far as
	// it can in the time that it takes.
	Show func(ctx context.Context, sums []string) error
	// Stamp asks a time-stamping authority; nil: there is none.
	Stamp func(ctx context.Context, head string) ([]byte, error)
}

// ErrNotPublic: of a case that is not closed the public is told nothing.
var ErrNotPublic = errors.New("only a closed case has a public form")

// Export is what is asked for.
type Export struct {
	Case   string `json:"case"` // id
	Public bool   `json:"public"`
	Actor  string `json:"actor"` // id of the user; custody.System for the operator
}

// Admits says why a case may not be exported as it is asked for.
func (s Dossiers) Admits(x Export) error {
	r, err := s.App.FindRecordById("cases", x.Case)
	if err == nil && x.Public && r.GetString("status") != string(casework.Closed) {
		err = ErrNotPublic
	}
	return err
}

// Name is what the folder of a case is called.
func (s Dossiers) Name(caseID string) (string, error) {
	r, err := s.App.FindRecordById("cases", caseID)
	if err != nil {
		return "", err
	}
	return dossier.FolderName(r.GetString("number")), nil
}

// Write writes the folder of a case into a sink. Copies that are lacking are made first, and the
// log says so; that the case goes out is written once all photos are in the folder.
func (s Dossiers) Write(ctx context.Context, x Export, to dossier.Sink) error {
	if err := s.Admits(x); err != nil {
		return err
	}
	if err := s.show(ctx, x); err != nil {
		return err
	}
	contents, err := s.contents(x)
	if err != nil {
		return err
	}
	return dossier.Write(ctx, to, contents, func(sum string) (custody.Proof, []byte, error) { return s.seal(ctx, x, contents, sum) })
}

// show makes the copies that are to go out and that nobody has looked at yet.
func (s Dossiers) show(ctx context.Context, x Export) error {
	records, err := s.outgoing(x)
	var sums []string
	for _, r := range records {
		if r.GetString("state") != "pending" && shown(r) && evidence.Slow(r.GetString("mime")) {
			sums = append(sums, r.GetString("sha256"))
		}
	}
	if err != nil || len(sums) == 0 {
		return err
	}
	return s.Show(ctx, sums)
}

// seal logs that every photo went out with a list, and proves all of it.
func (s Dossiers) seal(ctx context.Context, x Export, c dossier.Contents, list string) (custody.Proof, []byte, error) {
	entries := make([]custody.Entry, 0, len(c.Photos)+1)
	for _, p := range c.Photos {
		entries = append(entries, custody.Entry{Event: custody.Exported, Evidence: p.ID, SHA256: p.SHA256, Actor: x.Actor, Facts: map[string]any{"list": list}})
	}
	entries = append(entries, custody.Entry{
		Event: custody.Exported, SHA256: list, Actor: x.Actor,
		Facts: map[string]any{"case": x.Case, "number": c.Records.Case.Number, "public": x.Public},
	})
	var first int64
	err := s.App.RunInTransaction(func(tx core.App) (err error) {
		first, err = s.Log.In(tx).clerk().Append(entries...)
		return err
	})
	if err != nil {
		return custody.Proof{}, nil, err
	}
	proof, err := s.proof(c, x.Public, first+int64(len(entries))-1)
	if err != nil || s.Stamp == nil {
		return proof, nil, err
	}
	stamp, err := s.Stamp(ctx, proof.Head)
	if err != nil { // the folder proves itself without it
		slog.Warn("the folder of a case goes out without a time stamp", "error", err)
	}
	return proof, stamp, nil
}

const oneLeaf = `SELECT n, leaf, facts, event, evidence FROM custody_leaves WHERE n = {:n}`

// proof proves the leaf of the list and what the log tells of the photos that it may tell.
func (s Dossiers) proof(c dossier.Contents, public bool, listLeaf int64) (custody.Proof, error) {
	var leaves []custody.Kept
	for _, p := range c.Photos {
		of, err := s.told(p, public)
		if err != nil {
			return custody.Proof{}, err
		}
		leaves = append(leaves, of...)
	}
	err := readLeaves(reading(s.App), oneLeaf, dbx.Params{"n": listLeaf}, func(k custody.Kept) error {
		leaves = append(leaves, k)
		return nil
	})
	if err != nil {
		return custody.Proof{}, err
	}
	return s.Log.Prove(leaves)
}

// told are the leaves of a photo that go out. Of a complainant's there are none, for each holds
// the SHA-256 of her file. Why somebody looked at it is his own affair, and the public is told
// no facts but of the copies. What came while the folder was written is not in it yet.
func (s Dossiers) told(p dossier.Photo, public bool) (out []custody.Kept, err error) {
	if p.Complainant {
		return nil, nil
	}
	leaves, err := Audited{App: s.App}.LeavesOf(p.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range leaves {
		leaf, err := custody.ReadLeaf(k.Text)
		if err != nil {
			return nil, fmt.Errorf("leaf %d: %w; see xuncha verify", k.N, err)
		}
		came := leaf.Event == custody.Received || leaf.Event == custody.Derived
		if came && p.Copy == nil {
			continue
		}
		if leaf.Event == custody.Viewed || public && leaf.Event != custody.Derived {
			k.Facts = nil
		}
		out = append(out, k)
	}
	return out, nil
}

func (s Dossiers) contents(x Export) (c dossier.Contents, err error) {
	record, err := s.App.FindRecordById("cases", x.Case)
	if err != nil {
		return c, err
	}
	c.Public, c.MadeAt = x.Public, s.Log.Now().UTC().Format(stampLayout)
	if err := Into(record, &c.Records.Case); err != nil {
		return c, err
	}
	if x.Public {
		if err := s.Admits(x); err != nil {
			return c, err
		}
		c.Records = publicRecords(c.Records.Case)
	} else if err := s.records(record, &c.Records); err != nil {
		return c, err
	}
	if c.Photos, err = s.photos(x); err == nil {
		err = hideFiles(c.Records.Evidence, c.Photos)
	}
	return c, err
}

// hideFiles takes out of the rows of complainants' photos what tells their files.
func hideFiles(rows []json.RawMessage, photos []dossier.Photo) error {
	hers := map[string]bool{}
	for _, p := range photos {
		hers[p.ID] = p.Complainant
	}
	for i, raw := range rows {
		var row map[string]any
		if err := json.Unmarshal(raw, &row); err != nil {
			return err
		}
		if id, _ := row["id"].(string); !hers[id] {
			continue
		}
		receipt, _ := row["receipt"].(map[string]any)
		row["receipt"] = map[string]any{"at": receipt["at"]}
		delete(row, "sha256")
		delete(row, "size")
		data, err := json.Marshal(row)
		if err != nil {
			return err
		}
		rows[i] = data
	}
	return nil
}

// publicRecords are what the public may know of a closed case: what it is about, in which
// district, and what came of it.
func publicRecords(c casework.Case) dossier.Records {
	return dossier.Records{
		Case: casework.Case{
			ID: c.ID, Number: c.Number, Status: c.Status, Round: c.Round, DivisionCode: c.DivisionCode, PollutionTypes: c.PollutionTypes,
			ReceivedAt: c.ReceivedAt, AcceptedAt: c.AcceptedAt, ClosedAt: c.ClosedAt, Outcome: c.Outcome, LegalBasis: c.LegalBasis,
		},
		Complaints: []dossier.Complaint{}, Actions: []json.RawMessage{}, Inspections: []json.RawMessage{}, Rectifications: []json.RawMessage{},
		Evidence: []json.RawMessage{}, Replies: []json.RawMessage{}, Transfers: []json.RawMessage{}, Supervisions: []json.RawMessage{},
		People: map[string]dossier.Person{}, Agencies: map[string]string{},
	}
}

// records are those that a phone of the case may hold, which say nothing of who complained,
// and the names of the people in them.
func (s Dossiers) records(record *core.Record, r *dossier.Records) (err error) {
	cases := Cases{App: s.App}
	for collection, into := range map[string]*[]json.RawMessage{
		"actions": &r.Actions, "inspections": &r.Inspections, "rectifications": &r.Rectifications, "evidence": &r.Evidence,
		"replies": &r.Replies, "transfers": &r.Transfers, "supervisions": &r.Supervisions,
	} {
		if *into, err = cases.children(collection, record.Id, casework.Inspector); err != nil {
			return err
		}
	}
	if r.Respondent, err = cases.respondent(record.GetString("respondent")); err != nil {
		return err
	}
	complaints, err := s.App.FindAllRecords("complaints", ofTheFamily(record.Id))
	if err != nil {
		return err
	}
	r.Complaints = []dossier.Complaint{}
	for _, c := range complaints {
		r.Complaints = append(r.Complaints, dossier.Complaint{
			Number: c.GetString("number"), ReceivedAt: c.GetString("received_at"), Source: c.GetString("source"), Redacted: c.GetString("redacted"),
		})
	}
	return s.names(r)
}

// names are those of everybody who acted, and of their agencies.
func (s Dossiers) names(r *dossier.Records) error {
	ids := append([]string{r.Case.Lead}, r.Case.Inspectors...)
	for _, list := range [][]json.RawMessage{r.Actions, r.Evidence, r.Inspections} {
		for _, raw := range list {
			var row struct {
				Actor, Author string
				Inspectors    []string
			}
			if err := json.Unmarshal(raw, &row); err != nil {
				return err
			}
			ids = append(append(ids, row.Actor, row.Author), row.Inspectors...)
		}
	}
	users, err := s.App.FindRecordsByIds("users", unique(ids))
	if err != nil {
		return err
	}
	r.People, r.Agencies = map[string]dossier.Person{}, map[string]string{}
	agencies := []string{r.Case.Agency}
	for _, u := range users {
		r.People[u.Id] = dossier.Person{Name: u.GetString("name"), CertificateNo: u.GetString("certificate_no"), Agency: u.GetString("agency")}
		agencies = append(agencies, u.GetString("agency"))
	}
	rows, err := s.App.FindRecordsByIds("agencies", unique(agencies))
	for _, a := range rows {
		r.Agencies[a.Id] = a.GetString("name")
	}
	return err
}

// publicPurposes are those of photos that the public sees: documents and samples may show
// third persons.
var publicPurposes = []string{"before", "after", "scene"}

// forPublic tells whether the public sees a photo: an officer's, of the place, that is there and
// was not rejected.
func forPublic(r *core.Record) bool {
	d := verdictOn(r)
	return r.GetString("complaint") == "" && r.GetString("state") != "pending" &&
		slices.Contains(publicPurposes, r.GetString("purpose")) && (d == nil || d.Verdict != casework.FlagRejected)
}

// outgoing are the rows of the photos that go out, in the order in which they came.
func (s Dossiers) outgoing(x Export) ([]*core.Record, error) {
	records, err := s.App.FindAllRecords("evidence", ofTheFamily(x.Case))
	if x.Public {
		records = slices.DeleteFunc(records, func(r *core.Record) bool { return !forPublic(r) })
	}
	return records, err
}

// photos are those that go out. Of a complainant's the original stays in the house, for its tags
// say where she stood; the public gets copies only.
func (s Dossiers) photos(x Export) ([]dossier.Photo, error) {
	records, err := s.outgoing(x)
	if err != nil {
		return nil, err
	}
	out := make([]dossier.Photo, len(records))
	for i, r := range records {
		sum := r.GetString("sha256")
		p := dossier.Photo{ID: r.Id, SHA256: sum, Ext: evidence.Ending(r.GetString("mime")), Complainant: r.GetString("complaint") != ""}
		if r.GetString("state") != "pending" {
			p.Copy = func(ctx context.Context) (io.ReadCloser, error) {
				return s.Files.Copy(ctx, sum, strconv.Itoa(evidence.Large))
			}
			if !p.Complainant && !x.Public {
				p.Original = func(ctx context.Context) (io.ReadCloser, error) { return s.Files.Original(ctx, sum) }
			}
		}
		out[i] = p
	}
	return out, nil
}
