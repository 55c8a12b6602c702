package hooks

// The feed: each change of a synced record gets its place in the one order of changes,
// in the transaction that saves the record.

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/hooks/route"
	"xuncha/hooks/store"
	"xuncha/sync"
)

// inside: the feed's hooks run inside casework's, so a case gets its seq before the
// action that moved it.
const inside = 50

func bindFeed(app core.App, h *house) error {
	for _, name := range store.Synced() {
		app.OnRecordCreateExecute(name).Bind(&hook.Handler[*core.RecordEvent]{Func: h.feedSave, Priority: inside})
		app.OnRecordUpdateExecute(name).Bind(&hook.Handler[*core.RecordEvent]{Func: h.feedSave, Priority: inside})
		app.OnRecordDeleteExecute(name).Bind(&hook.Handler[*core.RecordEvent]{Func: h.feedDelete, Priority: inside})
	}
	app.OnRecordCreateExecute("respondents").BindFunc(projectAgain)
	app.OnRecordUpdateExecute("respondents").BindFunc(projectAgain)
	app.OnRecordDeleteExecute("respondents").BindFunc(projectAgain)
	app.OnRecordCreateExecute("users").Bind(&hook.Handler[*core.RecordEvent]{Func: h.keepGrants, Priority: inside + 1})
	app.OnRecordUpdateExecute("users").Bind(&hook.Handler[*core.RecordEvent]{Func: h.keepGrants, Priority: inside + 1})
	if err := (store.Words{App: app}).Furnish(); err != nil {
		return err
	}
	books := store.NewBooks(app, h.cfg.Now)
	desk := sync.Desk{
		House: books, Key: h.keys.For("cursor"), Now: h.cfg.Now,
		Restored: h.restored(store.Epochs{App: app, Now: h.cfg.Now}),
	}
	if h.cfg.Durable == DurableBackup {
		desk.Durable = (&store.Backups{App: app}).Durable
	}
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		(&route.Syncer{App: app, Desk: desk, Hub: h.pokes, Hear: h.phones.Hear}).Bind(se)
		return se.Next()
	})
	return nil
}

// keepGrants keeps what a user may read. His streams end when that changed; his phone
// connects anew.
func (h *house) keepGrants(e *core.RecordEvent) error {
	old := e.Record.Original()
	changed := false
	for _, field := range []string{"agency", "disabled_at", "tokenKey"} {
		changed = changed || e.Record.GetString(field) != old.GetString(field)
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		if changed {
			tx.TxInfo().OnComplete(func(error) error {
				h.pokes.End(e.Record.Id)
				return nil
			})
		}
		return store.Grants{App: tx}.Keep(e.Record)
	})
}

// feedSave takes the seq first and keeps it in the record, so that row, document and
// feed agree.
func (h *house) feedSave(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		feed := store.Feed{App: tx, Poke: h.pokes.Poke}
		change, err := feed.Prepare(e.Context, e.Record)
		if err != nil {
			return err
		}
		if change.Seq > 0 {
			e.Record.Set("seq", change.Seq)
		}
		if err := e.Next(); err != nil {
			return err
		}
		if err := feed.Write(change); err != nil {
			return err
		}
		if e.Record.Collection().Name == "cases" {
			return feed.SpreadCase(e.Record, change)
		}
		return nil
	})
}

func (h *house) feedDelete(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		return store.Feed{App: tx, Poke: h.pokes.Poke}.Delete(e.Record)
	})
}

// projectAgain saves the records whose document reads the changed one.
func projectAgain(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		collection, field := store.Reread(e.Record.Collection().Name)
		records, err := tx.FindAllRecords(collection, dbx.HashExp{field: e.Record.Id})
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := tx.Save(r); err != nil {
				return err
			}
		}
		return nil
	})
}
