package main

// Measure 8: many write at full speed while one reads along and drains at the end. Ours reads
// by sync; plain PocketBase is read as people poll it, by "updated > cursor". What the reader
// then holds is compared with what the writers were told.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"xuncha/internal/phone"
)

func (b *bench) polling() error {
	w, err := b.seed([]team{{2, b.n.writers * b.n.polledRows}}) // one writes with many phones, one reads
	if err != nil {
		return err
	}
	t, err := b.twin(w, true)
	if err != nil {
		return err
	}
	return b.among(w, t, []string{house, plain}, func(p peers) error {
		b.line(fmt.Sprintf("%d writers, %d rows and %d edits each", b.n.writers, b.n.polledRows, b.n.polledEdits), "seed 1; the reader does not stop, and drains at the end")
		ours, pulls, rate, err := b.readAlong(p[house], w)
		if err != nil {
			return err
		}
		b.goal("rows that a syncing phone is stale in", ours == 0, "0", "%d of %d (%d pulls, %.0f edits/s)", ours, len(w.crews[0].rows), pulls, rate)
		theirs, polls, rate, err := b.pollAlong(p[plain], w, t)
		if err != nil {
			return err
		}
		b.line("rows that polling PocketBase is stale in", "%d of %d (%d polls, %.0f edits/s)", theirs, len(w.crews[0].rows), polls, rate)
		if ours > 0 {
			return fmt.Errorf("a phone that synced all the while is stale in %d rows", ours)
		}
		return b.clean(w)
	})
}

// writeAll lets every writer do its edits in an order of the seed, while read goes on beside
// them; read once more after the last one drains. It returns the edits a second.
func (b *bench) writeAll(edit func(writer, row int) error, read func() error) (rate float64, reads int, err error) {
	done := make(chan error, 1)
	start := time.Now()
	go func() {
		done <- together(b.n.writers, func(i int) error {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			for range b.n.polledEdits {
				if err := edit(i, rng.IntN(b.n.polledRows)); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	for {
		select {
		case err := <-done:
			rate = float64(b.n.writers*b.n.polledEdits) / time.Since(start).Seconds()
			return rate, reads, errors.Join(err, read())
		default:
		}
		if err := read(); err != nil {
			return 0, reads, errors.Join(err, <-done)
		}
		reads++
	}
}

// readAlong syncs the second officer's phone while 64 phones of the first one write.
func (b *bench) readAlong(p *peer, w world) (stale, pulls int, rate float64, err error) {
	c, crew := newClient(p.url), w.crews[0]
	writers := make([]*writer, b.n.writers)
	for i := range writers {
		rows := crew.rows[i*b.n.polledRows : (i+1)*b.n.polledRows]
		writers[i] = &writer{raw: c.raw(crew.officers[0].token), rows: rows, versions: make([]string, len(rows)), texts: make([]string, len(rows))}
		for k, row := range rows {
			writers[i].versions[k] = row.version()
		}
	}
	reader := phone.New(p.url, crew.officers[1].token)
	if err := reader.Sync(context.Background()); err != nil {
		return 0, 0, 0, err
	}
	rate, pulls, err = b.writeAll(func(i, row int) error { return writers[i].edit(row, false) }, func() error {
		return reader.Sync(context.Background())
	})
	if err != nil {
		return 0, 0, 0, err
	}
	for _, one := range writers {
		for k, text := range one.texts {
			have, row := "", reader.Rows("inspections")[one.rows[k].id]
			if err := json.Unmarshal(row.Doc["findings"], &have); err != nil {
				return 0, 0, 0, fmt.Errorf("row %s: %w", one.rows[k].id, err)
			}
			if text != "" && (have != text || row.Versions["findings"] != one.versions[k]) {
				stale++
			}
		}
	}
	return stale, pulls, rate, nil
}

// poller keeps what it has read.
type poller struct {
	*client
	buffers
	token, cursor string
	findings      map[string]string
}

// poll reads what was updated after the cursor, page after page, until nothing comes.
func (p *poller) poll() error {
	const perPage = 1000
	for {
		q := url.Values{"perPage": {fmt.Sprint(perPage)}, "skipTotal": {"1"}, "sort": {"updated,id"}}
		if p.cursor != "" {
			q.Set("filter", fmt.Sprintf("updated > %q", p.cursor))
		}
		text, err := p.do(&p.buffers, http.MethodGet, "/api/collections/inspections/records?"+q.Encode(), p.token, nil)
		if err != nil {
			return err
		}
		var page struct {
			Items []struct{ ID, Findings, Updated string }
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			p.findings[item.ID], p.cursor = item.Findings, item.Updated
		}
		if len(page.Items) < perPage {
			return nil
		}
	}
}

// firstRead reads every row once, as a client does that holds nothing.
func (p *poller) firstRead() error {
	for page := 1; ; page++ {
		path := fmt.Sprintf("/api/collections/inspections/records?perPage=1000&page=%d&skipTotal=1&sort=updated,id", page)
		text, err := p.do(&p.buffers, http.MethodGet, path, p.token, nil)
		if err != nil {
			return err
		}
		var list struct {
			Items []struct{ ID, Findings, Updated string }
		}
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		for _, item := range list.Items {
			p.findings[item.ID], p.cursor = item.Findings, item.Updated
		}
		if len(list.Items) < 1000 {
			return nil
		}
	}
}

// pollAlong polls while 64 writers of the same user patch.
func (b *bench) pollAlong(server *peer, w world, t twin) (stale, polls int, rate float64, err error) {
	c, crew, token := newClient(server.url), w.crews[0], t.tokens[0][0]
	reader := &poller{client: c, token: token, findings: map[string]string{}}
	if err := reader.firstRead(); err != nil {
		return 0, 0, 0, err
	}
	texts, bufs := make([]map[string]string, b.n.writers), make([]buffers, b.n.writers)
	for i := range texts {
		texts[i] = map[string]string{}
	}
	rate, polls, err = b.writeAll(func(i, row int) error {
		id := crew.rows[i*b.n.polledRows+row].id
		text := fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", len(texts[i])+rand.IntN(1<<30))
		texts[i][id] = text
		return c.twinPatch(&bufs[i], token, id, "findings", text)
	}, reader.poll)
	if err != nil {
		return 0, 0, 0, err
	}
	fresh := &poller{client: c, token: token, findings: map[string]string{}}
	if err := fresh.firstRead(); err != nil {
		return 0, 0, 0, err
	}
	for _, of := range texts {
		for id, text := range of {
			if fresh.findings[id] != text {
				return 0, 0, 0, fmt.Errorf("row %s holds %q in PocketBase, it was patched to %q", id, fresh.findings[id], text)
			}
			if reader.findings[id] != text {
				stale++
			}
		}
	}
	return stale, polls, rate, nil
}
