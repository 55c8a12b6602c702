package hooks

// Messages: written in the transaction of the change they tell of, delivered after it.

import (
	"context"
	"errors"
	"log/slog"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"xuncha/casework"
	"xuncha/hooks/problem"
	"xuncha/hooks/route"
	"xuncha/hooks/store"
	"xuncha/notify"
	"xuncha/sync"
)

func bindNotify(app core.App, h *house) error {
	channel, err := h.pushChannel()
	if err != nil {
		return err
	}
	h.push = notify.NewWorker(notify.WorkerConfig{
		Name: "fcm", Outbox: store.Outbox{App: app}, Channel: channel, Now: h.cfg.Now, Quiet: h.cfg.Quiet, Log: slog.Default(),
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		route.Devices(se, h.complaints.Open)
		n, err := store.Outbox{App: app}.Lapse(h.cfg.Now())
		if err != nil {
			return err
		}
		if n > 0 {
			slog.Info("the server had been switched off: messages under way are sent again", "messages", n)
		}
		return se.Next()
	})
	whileServing(app, h.push.Run)
	app.OnRecordCreateExecute("devices").BindFunc(h.keepDevice)
	app.OnRecordUpdateExecute("devices").BindFunc(h.keepDevice)
	app.OnRecordCreateRequest("devices").BindFunc(guardDevice)
	app.OnRecordUpdateRequest("devices").BindFunc(guardDevice)
	app.OnRecordCreateExecute("held_edits").Bind(&hook.Handler[*core.RecordEvent]{Func: h.tellHeld, Priority: 0})
	app.OnRecordUpdateExecute("cases").Bind(&hook.Handler[*core.RecordEvent]{Func: h.tellDue, Priority: 0})
	app.OnRecordAfterCreateSuccess("actions", "held_edits", "devices").BindFunc(h.wakePush)
	app.OnRecordAfterUpdateSuccess("cases").BindFunc(h.wakePush)
	return nil
}

// pushChannel is FCM, or the log where there are no credentials.
func (h *house) pushChannel() (notify.Channel, error) {
	if h.cfg.FCMCredentials == "" {
		return notify.Log{To: slog.Default()}, nil
	}
	return notify.OpenFCM(context.Background(), notify.FCMSettings{Credentials: h.cfg.FCMCredentials, Endpoint: h.cfg.FCMEndpoint})
}

func (h *house) wakePush(e *core.RecordEvent) error {
	h.push.Wake()
	return e.Next()
}

// notifyCase queues what a verdict asks to tell, in the transaction that writes it.
func (h *house) notifyCase(tx core.App, v casework.Verdict, a casework.Action) error {
	if !v.Applied {
		return nil
	}
	notices, err := store.Notices{App: tx}.Of(store.Event{ID: a.ID, Actor: a.Actor, Case: v.Case}, v.Notices)
	if err != nil {
		return err
	}
	return h.tell(tx, notices)
}

// tell plans and queues. A sentence that is missing from the table stops no case: it is
// logged, and the other messages go out.
func (h *house) tell(tx core.App, notices []notify.Notice) error {
	if len(notices) == 0 {
		return nil
	}
	owners := make([]string, len(notices))
	for i, n := range notices {
		owners[i] = n.Recipient
	}
	devices, err := store.Devices{App: tx}.ForMessages(owners)
	if err != nil {
		return err
	}
	now := h.cfg.Now()
	messages, err := notify.Plan(notices, devices, now, h.cfg.Quiet)
	if err != nil {
		slog.Error("message cannot be told", "error", err)
	}
	return store.Outbox{App: tx}.Enqueue(context.Background(), messages, now)
}

// tellHeld lets the dispatchers of the case know that an edit waits for them.
func (h *house) tellHeld(e *core.RecordEvent) error {
	if isSeeding(e.Context) || e.Record.GetString("state") != sync.StateOpen {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		return h.tellWaiting(tx, e.Record.Id, e.Record.GetString("case"))
	})
}

// tellWaiting: work of the field on a case waits for a decision.
func (h *house) tellWaiting(tx core.App, event, caseID string) error {
	records, err := tx.FindRecordsByIds("cases", []string{caseID})
	if err != nil || len(records) == 0 {
		return err // of nothing known: it stands in the list, nobody is told
	}
	c := casework.Case{ID: records[0].Id, Number: records[0].GetString("number")}
	notices, err := store.Notices{App: tx}.Of(store.Event{ID: event, Case: c},
		[]casework.Notice{{Kind: "held_edits", To: casework.ToDispatchers, Agency: records[0].GetString("agency")}})
	if err != nil {
		return err
	}
	return h.tell(tx, notices)
}

// tellDue: who works on a case hears that its day comes near or has passed, once for each
// day it is due; its dispatchers hear of what is overdue.
func (h *house) tellDue(e *core.RecordEvent) error {
	rises := func(flag string) bool { return e.Record.GetBool(flag) && !e.Record.Original().GetBool(flag) }
	kind := ""
	switch {
	case isSeeding(e.Context):
	case rises("overdue"):
		kind = "overdue"
	case rises("due_soon"):
		kind = "due_soon"
	}
	if kind == "" {
		return e.Next()
	}
	return inTransaction(e, func(tx core.App) error {
		if err := e.Next(); err != nil {
			return err
		}
		var c casework.Case
		if err := store.Into(e.Record, &c); err != nil {
			return err
		}
		asked := []casework.Notice{{Kind: kind, To: casework.ToInspectors, Recipients: c.Inspectors, Urgent: c.Urgent}}
		if kind == "overdue" {
			asked = append(asked, casework.Notice{Kind: kind, To: casework.ToDispatchers, Agency: c.Agency})
		}
		notices, err := store.Notices{App: tx}.Of(store.Event{ID: c.ID + ":" + casework.LastDay(c), Case: c}, asked)
		if err != nil {
			return err
		}
		return h.tell(tx, notices)
	})
}

// keepDevice admits a device, and tells a complainant's new one that it works.
func (h *house) keepDevice(e *core.RecordEvent) error {
	return inTransaction(e, func(tx core.App) error {
		isNew := e.Record.IsNew()
		if err := (store.Devices{App: tx}).Admit(e.Record, h.cfg.Now()); err != nil {
			return deviceProblem(err)
		}
		if err := e.Next(); err != nil {
			return err
		}
		if !isNew || e.Record.GetString("complaint") == "" {
			return nil
		}
		return h.welcome(tx, e.Record)
	})
}

// welcome: the first message of a complainant's device is that the complaint is registered.
func (h *house) welcome(tx core.App, device *core.Record) error {
	complaint, err := tx.FindRecordById("complaints", device.GetString("complaint"))
	if err != nil {
		return err
	}
	now := h.cfg.Now()
	messages, err := notify.Plan([]notify.Notice{{
		Event: device.Id, Kind: "received", Audience: notify.Complainant, Recipient: complaint.Id,
		Case: complaint.GetString("case"), Number: complaint.GetString("number"),
	}}, []notify.Device{store.DeviceOf(device)}, now, h.cfg.Quiet)
	if err != nil {
		return err
	}
	return store.Outbox{App: tx}.Enqueue(context.Background(), messages, now)
}

// deviceFields are what a user sends of his device.
var deviceFields = []string{"id", "user", "channel", "token", "platform", "language", "client"}

// guardDevice: over PocketBase's own API a user keeps devices of his own only.
func guardDevice(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	if err := onlyFields(e, deviceFields); err != nil {
		return err
	}
	if e.Auth == nil || e.Record.GetString("user") != e.Auth.Id {
		return problem.New("field_locked", "a device stays its owner's")
	}
	return e.Next()
}

// deviceProblem names the code of a refusal of a device.
func deviceProblem(err error) error {
	for sentinel, code := range map[error]string{
		store.ErrTooManyDevices: "too_many_devices", store.ErrChannelUnknown: "channel_unknown",
		notify.ErrToken: "token_invalid", store.ErrDeviceOwner: "device_owner",
	} {
		if !errors.Is(err, sentinel) {
			continue
		}
		p := problem.New(code, "%v", err)
		if code == "too_many_devices" {
			p = p.With("limit", store.MaxDevices)
		}
		return p
	}
	return err
}
