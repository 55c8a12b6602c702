package store

// Actions, the append-only history of a case.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
)

// Actions reads the history of cases.
type Actions struct{ App core.App }

// OfCase returns the actions of a case, oldest first.
func (s Actions) OfCase(caseID string) ([]*core.Record, error) {
	var records []*core.Record
	err := s.App.RecordQuery("actions").AndWhere(dbx.HashExp{"case": caseID}).OrderBy("seq ASC", "received_at ASC").All(&records)
	return records, err
}

// Twin finds the action of an id, whatever the case of its letters; nil if there is none.
func (s Actions) Twin(id string) (*core.Record, error) {
	var records []*core.Record
	err := s.App.RecordQuery("actions").AndWhere(dbx.NewExp("id = {:id} COLLATE NOCASE", dbx.Params{"id": id})).Limit(1).All(&records)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return records[0], nil
}

// ActionOf reads an action from its record.
func ActionOf(r *core.Record) casework.Action {
	a := casework.Action{
		ID: r.Id, Case: r.GetString("case"), Name: r.GetString("name"), Args: json.RawMessage(r.GetString("args")),
		ActorKind: casework.ActorKind(r.GetString("actor_kind")), Actor: r.GetString("actor"),
		ActorRole: casework.Role(r.GetString("actor_role")), ActorAgency: r.GetString("actor_agency"),
		Device: r.GetString("device"), DeviceAt: r.GetString("device_at"), ReceivedAt: r.GetString("received_at"),
		Base: int64(r.GetInt("base")),
	}
	if r.UnmarshalJSONField("position", &a.Position) != nil {
		a.Position = nil // an empty column
	}
	_ = r.UnmarshalJSONField("evidence", &a.Evidence) // or no photos
	return a
}

// PastOf reads an action as one that was done, with what became of it.
func PastOf(r *core.Record) casework.Past {
	p := casework.Past{
		Action: ActionOf(r), Outcome: r.GetString("outcome"), AppliedAt: r.GetString("received_at"),
		From: casework.Status(r.GetString("from")), To: casework.Status(r.GetString("to")),
	}
	if at := r.GetString("decided_at"); at != "" {
		p.AppliedAt = at
	}
	return p
}

// ContentHash is what makes an action with the same id the same action: all that
// its author sent, in hexadecimal SHA-256.
func ContentHash(a casework.Action) string {
	var args any
	if err := json.Unmarshal(a.Args, &args); err != nil {
		args = string(a.Args)
	}
	data, err := json.Marshal([]any{a.Case, a.Name, args, a.Base, a.Device, a.DeviceAt, a.Position, a.Evidence})
	if err != nil {
		panic(err) // plain values only
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
