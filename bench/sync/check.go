package main

// Whether what was acknowledged is there: fsck over all of it, and a new phone that looks
// for each edit.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/internal/phone"
)

// clean asks fsck: a fast answer of wrong rows would be no result. The cases were laid down
// without actions, so their history is not asked for.
func (b *bench) clean(w world) (err error) {
	start := time.Now()
	app, err := hooks.Read(w.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	report, err := store.Fsck{App: app}.Run()
	if err != nil {
		return err
	}
	for _, d := range report.Differences {
		if d.Check == "documents" || d.Check == "access" {
			text, _ := json.Marshal(d) // plain values
			return fmt.Errorf("fsck: %s", text)
		}
	}
	b.line("fsck", "%d records, %d documents, %d rows agree (%v)", report.Records, report.Documents, report.Rows, time.Since(start).Round(time.Millisecond))
	return nil
}

// stand looks for every acknowledged edit with a new phone of each writer.
func stand(c *client, w world, writers []*writer) error {
	for _, one := range writers {
		p := phone.New(c.url, w.crews[one.nth].officers[0].token)
		if err := p.Sync(context.Background()); err != nil {
			return err
		}
		for k, text := range one.texts {
			if text == "" {
				continue
			}
			row := p.Rows("inspections")[one.rows[k].id]
			have := ""
			if err := json.Unmarshal(row.Doc["findings"], &have); err != nil {
				return fmt.Errorf("row %s: %w", one.rows[k].id, err)
			}
			if have != text || row.Versions["findings"] != one.versions[k] {
				return fmt.Errorf("row %s holds %q of version %s; %q of %s was acknowledged", one.rows[k].id, have, row.Versions["findings"], text, one.versions[k])
			}
		}
	}
	return nil
}
