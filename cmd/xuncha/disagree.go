package main

// What officers of the demo did without a network, brought in by phones once the house answers:
// two who saw the same visit otherwise, and a conclusion that comes too late. The inbox has
// something to settle then, and it came about as it does in the field.

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/internal/phone"
)

// What two officers write of one visit.
const (
	running = "到场时设备正在运行，门窗敞开，未见值班人员。"
	stopped = "到场时设备已停，门窗关闭，值班人员在场。"
)

// field are the phones of some officers.
type field struct {
	app    core.App
	url    string
	now    func() time.Time
	phones map[string]*phone.Phone // by user
	client map[string]string       // of the phone of each
}

// visited is what a phone shows of a case that officers went to.
type visited struct {
	Status     casework.Status `json:"status"`
	Inspection string          `json:"inspection"`
	Inspectors []string        `json:"inspectors"`
}

// disagree has officers of each agency disagree and be late, once.
func (f *field) disagree(ctx context.Context, officers []login) error {
	f.phones, f.client = map[string]*phone.Phone{}, map[string]string{}
	for _, who := range officers {
		f.client[who.ID] = who.client
	}
	done := map[string]bool{}
	for _, who := range officers {
		if who.Role != string(casework.Inspector) || done[who.Agency+string(casework.Inspecting)] && done[who.Agency+string(casework.Rectifying)] {
			continue
		}
		if err := f.visit(ctx, who, done); err != nil {
			return err
		}
	}
	return nil
}

// visit looks for what is not done yet among an officer's cases.
func (f *field) visit(ctx context.Context, who login, done map[string]bool) error {
	p, err := f.phone(ctx, who.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(p.Rows("cases"))) {
		var c visited
		if err := p.Read("cases", id, &c); err != nil {
			return err
		}
		if c.Inspection == "" || len(c.Inspectors) < 2 || done[who.Agency+string(c.Status)] {
			continue
		}
		done[who.Agency+string(c.Status)] = true
		switch c.Status {
		case casework.Inspecting:
			err = f.otherwise(ctx, c)
		case casework.Rectifying:
			p.Act(id, "conclude", map[string]any{"inspection": c.Inspection, "outcome": "unsubstantiated"}, nil)
			err = p.Sync(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// otherwise has the first two officers of a case write of the same visit, neither knowing of
// the other.
func (f *field) otherwise(ctx context.Context, c visited) error {
	one, err := f.phone(ctx, c.Inspectors[0])
	if err != nil {
		return err
	}
	two, err := f.phone(ctx, c.Inspectors[1])
	if err != nil {
		return err
	}
	one.Edit("inspections", c.Inspection, map[string]any{"findings": running})
	two.Edit("inspections", c.Inspection, map[string]any{"findings": stopped})
	if err := one.Sync(ctx); err != nil {
		return err
	}
	return two.Sync(ctx)
}

// phone is that of an officer, in step with the house.
func (f *field) phone(ctx context.Context, user string) (*phone.Phone, error) {
	if p := f.phones[user]; p != nil {
		return p, nil
	}
	r, err := f.app.FindRecordById("users", user)
	if err != nil {
		return nil, err
	}
	token, err := r.NewAuthToken()
	if err != nil {
		return nil, err
	}
	p := phone.New(f.url, token)
	p.Now, p.Client = f.now, f.client[user]
	f.phones[user] = p
	return p, p.Sync(ctx)
}
