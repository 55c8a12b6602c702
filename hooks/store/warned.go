package store

// Who hears of a warning.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/notify"
)

const (
	caseOfNotice = "SELECT number, agency, division_code, seq FROM cases WHERE id = {:case}"

	// warned are the supervisors in whose scope a case lies, and the dispatchers of its agency.
	warned = "SELECT id FROM users WHERE disabled_at = '' AND (role = 'supervisor' AND (agency = {:agency} OR " +
		"{:code} <> '' AND scope_from <> '' AND scope_from <= {:code} AND {:code} <= scope_to) OR role = 'dispatcher' AND agency = {:agency}) ORDER BY id"
)

// OfWarning turns a warning about one case into a notice for each who is warned; about none
// there is nobody to tell.
func (s Notices) OfWarning(warning *core.Record) ([]notify.Notice, error) {
	var about struct {
		Case string `json:"case"`
	}
	if err := warning.UnmarshalJSONField("inputs", &about); err != nil || about.Case == "" {
		return nil, err
	}
	var c struct {
		Number string `db:"number"`
		Agency string `db:"agency"`
		Code   string `db:"division_code"`
		Seq    int64  `db:"seq"`
	}
	if err := s.App.DB().NewQuery(caseOfNotice).Bind(dbx.Params{"case": about.Case}).One(&c); err != nil {
		return nil, err
	}
	var ids []string
	if err := s.App.DB().NewQuery(warned).Bind(dbx.Params{"agency": c.Agency, "code": c.Code}).Column(&ids); err != nil {
		return nil, err
	}
	return toUsers(notify.Notice{
		Event: warning.Id, Kind: "warning", Audience: notify.Dispatcher, Case: about.Case, Number: c.Number, Revision: c.Seq,
	}, ids, ""), nil
}
