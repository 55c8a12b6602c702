package store

// Messages that come again: known by the id that another system gave them. Nothing that came
// in is dropped because its id was there before.

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

const (
	complaintOfExternal = "SELECT c.id FROM external_ids e JOIN complaints c ON c.id = e.complaint WHERE e.system = {:system} AND e.id = {:id}"

	putExternal = "INSERT INTO external_ids (system, id, complaint) VALUES ({:system}, {:id}, {:complaint})"
)

// byExternal finds the complaint that another system knows by id; nil if there is none.
func (s Complaints) byExternal(e intake.ExternalID) (*core.Record, error) {
	if e == (intake.ExternalID{}) {
		return nil, nil //nolint:nilnil // no message of another system
	}
	var id string
	err := s.App.DB().NewQuery(complaintOfExternal).Bind(dbx.Params{"system": e.System, "id": e.ID}).Row(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // it is new
	}
	if err != nil {
		return nil, err
	}
	return s.App.FindRecordById("complaints", id)
}

func (w *writing) external() error {
	if w.ExternalID == (intake.ExternalID{}) {
		return nil
	}
	return Feed{App: w.App}.exec(putExternal, dbx.Params{"system": w.ExternalID.System, "id": w.ExternalID.ID, "complaint": w.out.ID})
}

// again answers a message whose id came before. The same content is the same message. Other
// content of the public is refused, and so it learns no number by asking for ids; that of
// staff is kept as a further complaint of the same case.
func (s Complaints) again(ctx context.Context, f Filing, first *core.Record) (Filed, error) {
	out := Filed{Number: first.GetString("number"), ID: first.Id, Case: first.GetString("case"), Known: true}
	same, err := s.says(first, f, f.Staff != nil)
	if err != nil || same {
		return out, err
	}
	if f.Staff == nil {
		return Filed{}, intake.ExternalTaken
	}
	out.Differs = true
	if kept, err := s.saidOf(out.Case, f); err != nil || kept {
		return out, err // it came before
	}
	return out, s.keepFurther(ctx, f, out.Case)
}

// saidOf tells whether one of the complaints of a case says what a message of staff says.
func (s Complaints) saidOf(caseID string, f Filing) (bool, error) {
	others, err := s.App.FindAllRecords("complaints", dbx.HashExp{"case": caseID})
	if err != nil {
		return false, err
	}
	for _, other := range others {
		if same, err := s.says(other, f, true); err != nil || same {
			return same, err
		}
	}
	return false, nil
}

// keepFurther files a message beside the first one: text, identity and photos in full, and a
// note of it in the history of the case.
func (s Complaints) keepFurther(ctx context.Context, f Filing, caseID string) error {
	w, err := s.begin(ctx, f)
	if err != nil {
		return err
	}
	w.out.Case = caseID
	return w.write(w.complainant, w.photos, w.complaint, w.showPhotos, w.note)
}

// longestNote is in characters; the further complaint has the whole text.
const longestNote = 1000

// note tells everybody on the case of the further message, without who wrote it. A user who
// does not see the case, or a case that takes no note, leaves the message itself kept.
func (w *writing) note() error {
	if ok, err := (Cases{w.App}).MayAct(w.Staff, w.out.Case); err != nil || !ok {
		return err
	}
	r, err := newRecord(w.App, "actions", "")
	if err != nil {
		return err
	}
	text := []rune(w.redacted(w.Text))
	args := map[string]any{"text": fmt.Sprintf("外部编号 %s / %s 再次来文，内容与先前不同，已另登记为 %s：%s",
		w.ExternalID.System, w.ExternalID.ID, w.out.Number, string(text[:min(len(text), longestNote)]))}
	if err := Load(r, map[string]any{"case": w.out.Case, "name": "note", "args": args, "evidence": []string{}}); err != nil {
		return err
	}
	SignAction(r, w.Staff, casework.Stamp(w.Now))
	err = w.App.SaveWithContext(w.ctx, r)
	var refused interface{ Code() string }
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// says tells whether a complaint says what a message says. What the message leaves out is no
// difference. Identities are compared for staff only: the public could try out whose a
// complaint is.
func (s Complaints) says(stored *core.Record, f Filing, identities bool) (bool, error) {
	if stored.GetString("text") != f.Text || !omittedOr(f.Address, stored.GetString("address")) ||
		!omittedOr(f.RespondentName, stored.GetString("respondent_name")) || !samePlace(stored, f.Location) {
		return false, nil
	}
	if same, err := s.hasPhotos(stored.Id, f.Photos); err != nil || !same {
		return false, err
	}
	if !identities || f.Contact == (intake.Contact{}) {
		return true, nil
	}
	contacts, err := s.contacts(stored.Id)
	if err != nil {
		return false, err
	}
	return sameJSON(contacts[stored.Id], f.Contact), nil
}

func omittedOr(sent, stored string) bool { return sent == "" || sent == stored }

// samePlace: some ten centimetres are the rounding of a conversion.
func samePlace(stored *core.Record, sent *casework.Position) bool {
	if sent == nil {
		return true
	}
	var p *casework.Position
	if stored.UnmarshalJSONField("location", &p) != nil || p == nil {
		return false
	}
	return math.Abs(p.Lon-sent.Lon) < 1e-6 && math.Abs(p.Lat-sent.Lat) < 1e-6
}

func (s Complaints) hasPhotos(complaint string, photos []Photo) (bool, error) {
	if len(photos) == 0 {
		return true, nil
	}
	var sums []string
	err := s.App.DB().Select("sha256").From("evidence").Where(dbx.HashExp{"author": complaint}).Column(&sums)
	return !slices.ContainsFunc(photos, func(p Photo) bool { return !slices.Contains(sums, p.Sum) }), err
}

func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}
