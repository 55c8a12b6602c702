package hooks

// Actions move cases: this binds the creation of an action to casework.

import "github.com/pocketbase/pocketbase/core"

func bindSteps(app core.App, h *house) error { return nil }
