package store

// The folder of one case: what of it may leave the house, and the leaves that say that it did.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// Write writes the folder of a case into a sink. Until all photos are in it, nothing is
// written in the house.
func (s Dossiers) Write(ctx context.Context, x Export, to dossier.Sink) error {
	contents, err := s.contents(x)
	if err != nil {
		return err
	}
	return dossier.Write(ctx, to, contents, func(sum string) (custody.Proof, []byte, error) { return s.seal(ctx, x, contents, sum) })
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

// proof proves the leaf of the list and everything that the log tells of the photos. What
// tells of a complainant, or of officers to the public, is proved without its facts.
func (s Dossiers) proof(c dossier.Contents, public bool, listLeaf int64) (custody.Proof, error) {
	var leaves []custody.Kept
	hers := map[string]bool{}
	for _, p := range c.Photos {
		of, err := Audited{App: s.App}.LeavesOf(p.ID)
		if err != nil {
			return custody.Proof{}, err
		}
		leaves = append(leaves, of...)
		r, err := s.App.FindRecordById("evidence", p.ID)
		if err != nil {
			return custody.Proof{}, err
		}
		hers[p.ID] = r.GetString("complaint") != ""
	}
	err := readLeaves(reading(s.App), oneLeaf, dbx.Params{"n": listLeaf}, func(k custody.Kept) error {
		leaves = append(leaves, k)
		return nil
	})
	if err != nil {
		return custody.Proof{}, err
	}
	for i, k := range leaves {
		leaf, err := custody.ReadLeaf(k.Text)
		if err != nil {
			return custody.Proof{}, fmt.Errorf("leaf %d: %w; see xuncha verify", k.N, err)
		}
		if leaf.Evidence != "" && (public && leaf.Event != custody.Derived || hers[leaf.Evidence]) {
			leaves[i].Facts = nil
		}
	}
	return s.Log.Prove(leaves)
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
	c.Photos, err = s.photos(x)
	return c, err
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

// extensions of originals; what is none of these is kept without one.
var extensions = map[string]string{
	evidence.JPEG: ".jpg", evidence.PNG: ".png", evidence.WebP: ".webp", evidence.HEIC: ".heic",
}

// photos are those of a case in the order in which they came. Of a complainant's the original
// stays in the house, for its tags say where she stood; the public gets copies only, and none
// of hers.
func (s Dossiers) photos(x Export) ([]dossier.Photo, error) {
	records, err := s.App.FindAllRecords("evidence", ofTheFamily(x.Case))
	if err != nil {
		return nil, err
	}
	out := []dossier.Photo{}
	for _, r := range records {
		hers, sum := r.GetString("complaint") != "", r.GetString("sha256")
		if hers && x.Public || r.GetString("state") == "pending" && x.Public {
			continue
		}
		p := dossier.Photo{ID: r.Id, SHA256: sum, Ext: extensions[r.GetString("mime")]}
		if r.GetString("state") != "pending" {
			p.Copy = func(ctx context.Context) (io.ReadCloser, error) {
				return s.Files.Copy(ctx, sum, strconv.Itoa(evidence.Large))
			}
			if !hers && !x.Public {
				p.Original = func(ctx context.Context) (io.ReadCloser, error) { return s.Files.Original(ctx, sum) }
			}
		}
		out = append(out, p)
	}
	return out, nil
}
