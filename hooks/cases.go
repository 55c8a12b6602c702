package hooks

// The lists and pages of cases.

import "github.com/pocketbase/pocketbase/core"

func bindCases(app core.App, h *house) error { return nil }
