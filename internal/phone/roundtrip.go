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
	"slices"
	"time"

	"xuncha/sync"
)

// Problem is a refusal of a whole request.
type Problem struct {
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

const (
	pushMost  = 200     // mutations of one request
	pushBytes = 1 << 20 // about, of one request
	keepFor   = 7 * 24 * time.Hour
)

// Sync talks to the server until nothing is left on either side.
func (p *Phone) Sync(ctx context.Context) error {
	for {
		answer, err := p.Step(ctx)
		if err != nil {
			return err
		}
		if p.Wiped && len(p.Outbox) == 0 || !answer.More && answer.Cursor != "" && len(p.Outbox) == 0 {
			return nil
		}
	}
}

// Step is one round trip.
func (p *Phone) Step(ctx context.Context) (sync.Answer, error) {
	req := p.Request()
	answer, err := p.Send(ctx, req)
	if err != nil {
		return answer, err
	}
	return answer, p.Take(req, answer)
}

// Request is what the phone would send now.
func (p *Phone) Request() sync.Request {
	req := sync.Request{
		Client: sync.Client{ID: p.Client, App: "phone/1", Schema: 1}, Epoch: p.Epoch, Cursor: p.Cursor,
		Pull: &sync.PullSpec{Limit: p.Limit}, Phone: p.Says,
	}
	size := 0
	for i, k := range p.Outbox {
		data, err := json.Marshal(k.Mutation)
		if err != nil {
			panic(err) // plain values only
		}
		if size += len(data); i == pushMost || i > 0 && size > pushBytes {
			break
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

// Take stores an answer: results, page and cursor together. An answer whose request
// does not carry the phone's present id, epoch and cursor came too late and counts for
// nothing.
func (p *Phone) Take(req sync.Request, a sync.Answer) error {
	if req.Client.ID != p.Client || req.Epoch != p.Epoch || req.Cursor != p.Cursor {
		return nil
	}
	if a.Reset != nil && (a.Reset.Reason == sync.ResetEpoch || a.Reset.Reason == sync.ResetForked) {
		p.renew(a.Epoch)
		return nil
	}
	p.Epoch, p.Durable = a.Epoch, a.Durable
	p.settle(a.Results)
	if a.Code == sync.CodeGap || a.Applied < p.told() {
		p.rewind(a.Applied)
	}
	if a.Reset != nil {
		p.Staging, p.Replace = nil, true
		if a.Reset.Reason == sync.ResetDisabled {
			p.Snapshot, p.Wiped, p.Cursor, p.Replace = map[string]map[string]Row{}, true, a.Cursor, false
			return nil
		}
	}
	p.Wiped = false
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
		r := byID[k.Mutation.ID]
		if r == nil {
			left = append(left, k)
			continue
		}
		k.Result, k.At = r, p.Now()
		p.Answered = append(p.Answered, k)
		p.report(k)
	}
	p.Outbox = left
}

// told is the highest n that an answer was for. A server that has applied less was put back,
// by so little that no cursor shows it.
func (p *Phone) told() (n int64) {
	for _, k := range p.Answered {
		n = max(n, k.Mutation.N)
	}
	return n
}

// report tells the user what of a change did not stand.
func (p *Phone) report(k Kept) {
	var fields []string
	for name, f := range k.Result.Fields {
		if f.Winner == sync.ByServer {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	if k.Result.Outcome != sync.Held && k.Result.Outcome != sync.Rejected && len(fields) == 0 {
		return
	}
	p.Lost = append(p.Lost, Rejection{
		Mutation: k.Mutation.ID, Collection: k.Mutation.Collection, Record: k.Mutation.Record,
		Outcome: k.Result.Outcome, Code: k.Result.Code, Fields: fields,
	})
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
	if !a.More {
		p.show(a.Head)
	}
	return nil
}

// show applies the staged pages together.
func (p *Phone) show(head int64) {
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
	p.Head, p.Staging, p.Replace = head, nil, false
	for i := range p.Answered {
		p.Answered[i].Shown = p.Answered[i].Result.Seq <= head
	}
	for i := range p.Outbox {
		p.Outbox[i].Shown = false // a replay's old snapshot is replaced
	}
	p.Answered = slices.DeleteFunc(p.Answered, func(k Kept) bool {
		return k.Result.Seq <= p.Durable && k.Result.Seq <= p.Head && p.Now().Sub(k.At) > keepFor
	})
}

// Digest is the sum over what the snapshot holds, to compare with the server's.
func (p *Phone) Digest() sync.Digest {
	var sum sync.Sum
	for collection, rows := range p.Snapshot {
		for id, row := range rows {
			sum.Add(collection, id, row.Seq)
		}
	}
	return sum.Digest()
}
