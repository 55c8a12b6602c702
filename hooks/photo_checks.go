package hooks

// What changes the checks of stored photos: a row that comes, what a phone says anew of item
// and partner, the times of the inspection, and where the case is and belongs to.

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/evidence"
	"xuncha/hooks/store"
)

// bindChecks lists photos to be checked again in the transaction of what changed, and wakes
// the worker behind it.
func bindChecks(app core.App, worker *evidence.Worker) {
	again := func(list func(tx core.App, r *core.Record) error) func(*core.RecordEvent) error {
		return func(e *core.RecordEvent) error {
			return inTransaction(e, func(tx core.App) error {
				if err := e.Next(); err != nil {
					return err
				}
				tx.TxInfo().OnComplete(func(err error) error {
					if err == nil {
						worker.Wake()
					}
					return nil
				})
				return list(tx, e.Record)
			})
		}
	}
	app.OnRecordCreateExecute("evidence").Bind(&hook.Handler[*core.RecordEvent]{Priority: inside + 10, Func: again(func(tx core.App, r *core.Record) error {
		return store.Touched(tx, r, nil)
	})})
	update := func(collection string, fields []string, list func(tx core.App, r *core.Record) error) {
		changed := again(list)
		app.OnRecordUpdateExecute(collection).Bind(&hook.Handler[*core.RecordEvent]{Priority: inside + 10, Func: func(e *core.RecordEvent) error {
			old := e.Record.Original()
			if slices.ContainsFunc(fields, func(name string) bool { return old.GetString(name) != e.Record.GetString(name) }) {
				return changed(e)
			}
			return e.Next()
		}})
	}
	update("evidence", []string{"item", "pair_of", "purpose"}, func(tx core.App, r *core.Record) error {
		if err := store.AgainItself(tx, r.Id); err != nil {
			return err
		}
		return store.Touched(tx, r, nil)
	})
	update("cases", []string{"primary", "location"}, func(tx core.App, r *core.Record) error {
		for _, id := range []string{r.GetString("primary"), r.Original().GetString("primary")} {
			if id == "" {
				continue
			}
			if err := store.AgainCase(tx, id); err != nil {
				return err
			}
		}
		return store.AgainCase(tx, r.Id)
	})
	update("inspections", []string{"started_at", "finished_at"}, func(tx core.App, r *core.Record) error {
		return store.AgainVisit(tx, r.Id)
	})
}
