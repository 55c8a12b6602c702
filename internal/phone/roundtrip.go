package phone

// One sync: push what waits, pull page after page, and show the result at once.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"

	"xuncha/sync"
)

// Problem is a refusal of a whole request.
type Problem struct {
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// pushMost is how many mutations go into one request.
const pushMost = 200

// Sync talks to the server until nothing is left on either side.
func (p *Phone) Sync(ctx context.Context) error {
	for {
		answer, err := p.Step(ctx)
		if err != nil {
			return err
		}
		if answer.Reset != nil && answer.Reset.Reason == sync.ResetDisabled && len(p.Outbox) == 0 {
			return nil
		}
		if !answer.More && len(p.Outbox) == 0 && answer.Cursor != "" {
			return nil
		}
	}
}

// Step is one round trip.
func (p *Phone) Step(ctx context.Context) (sync.Answer, error) {
	answer, err := p.Send(ctx, p.request())
	if err != nil {
		return answer, err
	}
	return answer, p.Take(answer)
}

func (p *Phone) request() sync.Request {
	req := sync.Request{
		Client: sync.Client{ID: p.Client, App: "phone/1", Schema: 1}, Epoch: p.Epoch, Cursor: p.Cursor,
		Pull: &sync.PullSpec{Limit: sync.MaxRows},
	}
	for i, k := range p.Outbox {
		if i == pushMost {
			break
		}
		data, err := json.Marshal(k.Mutation)
		if err != nil {
			panic(err) // plain values only
		}
		req.Push = append(req.Push, data)
	}
	return req
}

// Send sends one request and reads the answer.
func (p *Phone) Send(ctx context.Context, r sync.Request) (sync.Answer, error) {
	var answer sync.Answer
	body, err := json.Marshal(r)
	if err != nil {
		return answer, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/api/sync", bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	req.Header.Set("Authorization", p.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := p.HTTP.Do(req)
	if err != nil {
		return answer, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return answer, err
	}
	if res.StatusCode != http.StatusOK {
		problem := Problem{Status: res.StatusCode}
		_ = json.Unmarshal(data, &problem) // else the status says enough
		return answer, problem
	}
	return answer, json.Unmarshal(data, &answer)
}

// Take stores an answer: results, page and cursor together.
func (p *Phone) Take(a sync.Answer) error {
	if a.Reset != nil && (a.Reset.Reason == sync.ResetEpoch || a.Reset.Reason == sync.ResetForked) {
		p.renew(a.Epoch)
		return nil
	}
	p.Epoch, p.Durable = a.Epoch, a.Durable
	p.settle(a.Results)
	if a.Code == sync.CodeGap {
		return fmt.Errorf("gap: the server has %d, this phone sent from %d", a.Applied, p.N-int64(len(p.Outbox))+1)
	}
	if a.Reset != nil {
		p.Staging, p.Replace = nil, true
		if a.Reset.Reason == sync.ResetDisabled {
			p.Snapshot, p.Wiped, p.Cursor, p.Replace = map[string]map[string]Row{}, true, "", false
			return nil
		}
	}
	return p.stage(a)
}

// settle moves answered mutations out of the outbox.
func (p *Phone) settle(results []sync.Result) {
	byID := map[string]*sync.Result{}
	for i := range results {
		byID[results[i].ID] = &results[i]
	}
	var left []Kept
	for _, k := range p.Outbox {
		if r := byID[k.Mutation.ID]; r != nil {
			k.Result = r
			p.Answered = append(p.Answered, k)
			continue
		}
		left = append(left, k)
	}
	p.Outbox = left
}

// stage gathers pages; the snapshot changes when the last one is there.
func (p *Phone) stage(a sync.Answer) error {
	if p.Staging == nil {
		p.Staging = map[string]map[string]Row{}
	}
	for _, c := range a.Changes {
		row := Row{Seq: c.Seq, Reason: c.Reason}
		if c.Gone == "" {
			if err := json.Unmarshal(c.Doc, &row.Doc); err != nil {
				return err
			}
			if err := json.Unmarshal(c.Versions, &row.Versions); err != nil {
				return err
			}
		}
		if p.Staging[c.Collection] == nil {
			p.Staging[c.Collection] = map[string]Row{}
		}
		p.Staging[c.Collection][c.Record] = row
	}
	p.Cursor = a.Cursor
	if a.More {
		return nil
	}
	if p.Replace || p.Snapshot == nil {
		p.Snapshot = map[string]map[string]Row{}
	}
	for collection, rows := range p.Staging {
		if p.Snapshot[collection] == nil {
			p.Snapshot[collection] = map[string]Row{}
		}
		maps.Copy(p.Snapshot[collection], rows)
		maps.DeleteFunc(p.Snapshot[collection], func(_ string, r Row) bool { return r.Doc == nil })
	}
	p.Head, p.Staging, p.Replace = a.Head, nil, false
	return nil
}

// renew begins anew after a restore or a clone: a new client id, what was answered
// before what was not, in the old order, and everything pulled again.
func (p *Phone) renew(epoch string) {
	var again []Kept
	for _, k := range p.Answered {
		k.Mutation.Was, k.Result = k.Result, nil
		again = append(again, k)
	}
	p.Outbox, p.Answered = append(again, p.Outbox...), nil
	p.Client, p.Epoch, p.Cursor, p.N = ULID(p.Now()), epoch, "", 0
	for i := range p.Outbox {
		p.N++
		p.Outbox[i].Mutation.N = p.N
	}
	p.Staging, p.Replace = nil, true
}
