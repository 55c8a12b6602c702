package main

// Measure 3: many mutations a request, one client, beside PocketBase's Batch API.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
)

func (b *bench) batches() error {
	w, err := b.seed([]team{{1, b.n.batch}})
	if err != nil {
		return err
	}
	t, err := b.twin(w, false)
	if err != nil {
		return err
	}
	return b.among(w, t, []string{house, plain, quiet}, func(p peers) error {
		ours := newClient(p[house].url)
		writers, err := b.writersOf(ours, w)
		if err != nil {
			return err
		}
		me := writers[0]
		fresh, theirs, quiets := newMaker(w, 1), newMaker(w, 1), newMaker(w, 1)
		loads := []*load{
			{name: "patches pushed", peer: p[house], step: one(me.editAll)},
			{name: "patches by PocketBase's Batch", peer: p[plain], step: one(batched(newClient(p[plain].url), w, t))},
			{name: "the same, no request log", peer: p[quiet], step: one(batched(newClient(p[quiet].url), w, t))},
			{name: "creates pushed", peer: p[house], step: one(func(int) error { return me.createAll(fresh) })},
			{name: "creates by PocketBase's Batch", peer: p[plain], step: one(batchedCreates(newClient(p[plain].url), t, theirs, len(me.rows)))},
			{name: "the same, no request log", peer: p[quiet], step: one(batchedCreates(newClient(p[quiet].url), t, quiets, len(me.rows)))},
		}
		if err := b.contestRows(loads); err != nil {
			return err
		}
		over := func(i, k int) (float64, float64) {
			return median(loads[i].rates) / median(loads[k].rates), median(loads[k].cpu) / median(loads[i].cpu)
		}
		patches, patchCPU := over(0, 1)
		creates, createCPU := over(3, 4)
		b.goal(fmt.Sprintf("pushes of %d patches, rows/s, ours / Batch", b.n.batch), patches >= 0.8, ">= 0.8x", "%.2fx (CPU %.2fx)", patches, patchCPU)
		b.goal(fmt.Sprintf("pushes of %d creates, rows/s, ours / Batch", b.n.batch), creates >= 0.8, ">= 0.8x", "%.2fx (CPU %.2fx)", creates, createCPU)
		if err := stand(ours, w, writers); err != nil {
			return err
		}
		if err := fresh.stand(ours, w); err != nil {
			return err
		}
		return b.clean(w)
	})
}

func one(step func(int) error) []func(int) error { return []func(int) error{step} }

// contestRows lets each send some requests, once unmeasured and then in each round.
func (b *bench) contestRows(loads []*load) error {
	for round := range b.n.rounds + 1 {
		for _, l := range loads {
			cpu := l.peer.cpu()
			took, err := timed(func() error {
				for i := range b.n.batches {
					if err := l.step[0](i); err != nil {
						return fmt.Errorf("%s: %w", l.name, err)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			if rows := float64(b.n.batches * b.n.batch); round > 0 {
				l.rates = append(l.rates, rows/took.Seconds())
				l.cpu = append(l.cpu, float64((l.peer.cpu()-cpu).Microseconds())/rows)
			}
		}
	}
	for _, l := range loads {
		if err := b.profiled(l.peer, l.name, func() error { return repeat(10, func() error { return l.step[0](0) }) }); err != nil {
			return err
		}
		b.line(l.name, "%.0f rows/s, server CPU %.0f us a row", median(l.rates), median(l.cpu))
	}
	return nil
}

// editAll changes every row in one request.
func (w *writer) editAll(int) error {
	for k, row := range w.rows {
		w.texts[k] = fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", w.n+1)
		w.patch(row.id, "findings", w.texts[k], w.versions[k])
	}
	answer, err := w.round(false)
	if err != nil {
		return err
	}
	w.versions, err = all(answer, "ok", len(w.rows))
	return err
}

func batched(c *client, w world, t twin) func(int) error {
	var b buffers
	n := 0
	return func(int) error {
		var body bytes.Buffer
		for i, row := range w.crews[0].rows {
			n++
			body.WriteString(map[bool]string{true: `{"requests":[`, false: ","}[i == 0])
			fmt.Fprintf(&body, `{"method":"PATCH","url":%q,"body":{"findings":%q}}`, twinPath(row.id),
				fmt.Sprintf("第%d次复查，现场有刺鼻气味，废气处理设施未运行，已要求立即停止排放。", n))
		}
		body.WriteString("]}")
		return c.batch(&b, t.tokens[0][0], body.Bytes(), len(w.crews[0].rows))
	}
}

// batch sends a body to PocketBase's Batch API and wants every request in it done.
func (c *client) batch(b *buffers, token string, body []byte, count int) error {
	text, err := c.do(b, http.MethodPost, "/api/batch", token, body)
	if got := bytes.Count(text, []byte(`"status":200`)); err == nil && got != count {
		err = fmt.Errorf("%d of %d requests were done: %.300s", got, count, text)
	}
	return err
}

// maker makes new inspections of one case.
type maker struct {
	rng    *rand.Rand
	caseID string
	by     []officer
	made   map[string]string // findings by id
}

func newMaker(w world, seed uint64) *maker {
	c := w.crews[0]
	return &maker{rng: rand.New(rand.NewPCG(seed, 3)), caseID: c.rows[0].of, by: c.officers, made: map[string]string{}}
}

// next is a new inspection as its author sends it.
func (m *maker) next() (id string, fields map[string]any) {
	id, fields = idFrom(m.rng), inspection(m.rng, m.caseID, idsOf(m.by))
	delete(fields, "created_by") // the server says who
	m.made[id] = fields["findings"].(string)
	return id, fields
}

// createAll sends as many new rows as the writer has.
func (w *writer) createAll(m *maker) error {
	for range w.rows {
		id, fields := m.next()
		set, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		w.create(id, set)
	}
	answer, err := w.round(false)
	if err != nil {
		return err
	}
	_, err = all(answer, "ok", len(w.rows))
	return err
}

func batchedCreates(c *client, t twin, m *maker, count int) func(int) error {
	var b buffers
	return func(int) error {
		type request struct {
			Method string         `json:"method"`
			URL    string         `json:"url"`
			Body   map[string]any `json:"body"`
		}
		var list []request
		for range count {
			id, fields := m.next()
			fields["id"], fields["created_by"] = id, m.by[0].id
			list = append(list, request{http.MethodPost, "/api/collections/inspections/records", fields})
		}
		body, err := json.Marshal(map[string]any{"requests": list})
		if err != nil {
			return err
		}
		return c.batch(&b, t.tokens[0][0], body, count)
	}
}

// stand looks for every row that was made.
func (m *maker) stand(c *client, w world) error {
	found := 0
	_, err := c.raw(w.crews[0].officers[0].token).whole(func(page []byte) {
		for rest := page; ; found++ {
			_, next, ok := bytes.Cut(rest, []byte(`"collection":"inspections","record":"`))
			if !ok {
				return
			}
			rest = next
		}
	})
	if want := len(m.made) + len(w.crews[0].rows); err == nil && found != want {
		err = fmt.Errorf("%d of %d inspections are there", found, want)
	}
	return err
}
