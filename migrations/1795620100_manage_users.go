package migrations

// Administrators keep the log-ins of their subtree: e-mail and password, without the old
// one. Their own they change as everybody does.

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(manageUsers, manageNobody) }

const userManage = enabled + ` && id != @request.auth.id && @request.auth.role = "admin" && ` + subtree

func manageUsers(app core.App) error { return setManageRule(app, rule(userManage)) }

func manageNobody(app core.App) error { return setManageRule(app, nil) }

func setManageRule(app core.App, to *string) error {
	col, err := app.FindCollectionByNameOrId(users.name)
	if err != nil {
		return err
	}
	col.ManageRule = to
	return app.Save(col)
}
