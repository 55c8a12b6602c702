package store

// The outbox of messages: what is to be told stands in the database with the change
// it tells of.

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/notify"
)

// Outbox keeps messages and their deliveries. Enqueue in the transaction of the
// change; lease and settle with the app itself.
type Outbox struct{ App core.App }

var _ notify.Outbox = Outbox{}

const outboxTime = "2006-01-02T15:04:05.000Z"

func outboxStamp(t time.Time) string { return t.UTC().Format(outboxTime) }

const (
	// addMessage: an event that was told already is left alone.
	addMessage = "INSERT OR IGNORE INTO notifications (id, event, kind, `case`, recipient, recipient_kind, urgency, collapse_key, " +
		"payload, not_before, expires_at, created_at) VALUES ({:id}, {:event}, {:kind}, {:case}, {:recipient}, {:audience}, " +
		"{:urgency}, {:key}, {:payload}, {:not_before}, {:expires}, {:now})"

	addDelivery = "INSERT OR IGNORE INTO deliveries (id, notification, channel, device, collapse_key, state, next_attempt_at, created_at) " +
		"VALUES ({:id}, {:message}, {:channel}, {:device}, {:key}, 'queued', {:not_before}, {:now})"

	// supersede: the older ones that wait give way; an urgent one only to an urgent one.
	supersede = "UPDATE deliveries SET state = 'superseded' WHERE device = {:device} AND collapse_key = {:key} AND state = 'queued' " +
		"AND ({:urgency} = 'urgent' OR (SELECT n.urgency FROM notifications n WHERE n.id = deliveries.notification) <> 'urgent')"

	// newer: whether a later delivery says more than d. SQLite's rowid is the order of arrival.
	newer = "EXISTS (SELECT 1 FROM deliveries x JOIN notifications m ON m.id = x.notification " +
		"WHERE x.device = d.device AND x.collapse_key = d.collapse_key AND x.state IN ('queued', 'leased', 'sent') " +
		"AND x.rowid > d.rowid AND (m.urgency = 'urgent' OR n.urgency <> 'urgent'))"

	dueDeliveries = "SELECT d.id, d.attempts, d.collapse_key, n.payload, n.recipient_kind, n.urgency, n.expires_at, " +
		"coalesce(v.id, '') AS device, coalesce(v.channel, '') AS channel, coalesce(v.token, '') AS token, " +
		"coalesce(v.language, '') AS language, coalesce(v.last_seen_at, '') AS seen, coalesce(v.user || v.complaint, '') AS owner, " +
		newer + " AS superseded FROM deliveries d JOIN notifications n ON n.id = d.notification LEFT JOIN devices v ON v.id = d.device " +
		"WHERE d.channel = {:channel} AND d.state = {:state} AND d.next_attempt_at <= {:now} ORDER BY d.next_attempt_at, d.rowid LIMIT {:max}"

	// leaseDelivery: a lease that lapses is due like any other, hence next_attempt_at.
	leaseDelivery = "UPDATE deliveries SET state = 'leased', attempts = attempts + 1, lease_until = {:until}, next_attempt_at = {:until} WHERE id = {:id}"

	dropDelivery = "UPDATE deliveries SET state = {:state}, error = {:error}, lease_until = '' WHERE id = {:id}"

	settleDelivery = "UPDATE deliveries AS d SET state = {:state}, error = {:error}, lease_until = '', sent_at = {:sent} " +
		"WHERE d.id = {:id} AND d.state = 'leased' AND d.attempts = {:attempt}"

	requeueDelivery = "UPDATE deliveries AS d SET error = {:error}, lease_until = '', next_attempt_at = {:at}, state = CASE WHEN (SELECT " + newer +
		" FROM notifications n WHERE n.id = d.notification) THEN 'superseded' ELSE 'queued' END " +
		"WHERE d.id = {:id} AND d.state = 'leased' AND d.attempts = {:attempt}"

	nextDelivery = "SELECT coalesce(min(at), '') FROM (SELECT min(next_attempt_at) AS at FROM deliveries WHERE channel = {:channel} AND state = 'queued' " +
		"UNION ALL SELECT min(next_attempt_at) FROM deliveries WHERE channel = {:channel} AND state = 'leased')"
)

// Enqueue writes messages with their deliveries; App is the transaction of the change.
func (s Outbox) Enqueue(_ context.Context, messages []notify.Message, now time.Time) error {
	return s.App.RunInTransaction(func(tx core.App) error {
		for _, m := range messages {
			if err := (Outbox{tx}).add(m, now); err != nil {
				return fmt.Errorf("message %s to %s: %w", m.Kind, m.Recipient, err)
			}
		}
		return nil
	})
}

func (s Outbox) add(m notify.Message, now time.Time) error {
	urgency := notify.Normal
	if m.Urgent {
		urgency = notify.Urgent
	}
	n, err := s.exec(addMessage, dbx.Params{
		"id": m.ID, "event": m.Event, "kind": m.Kind, "case": m.Case, "recipient": m.Recipient, "audience": string(m.Audience),
		"urgency": urgency, "key": m.CollapseKey, "payload": string(m.Payload), "not_before": outboxStamp(m.NotBefore),
		"expires": outboxStamp(m.Expires), "now": outboxStamp(now),
	})
	if err != nil || n == 0 {
		return err
	}
	for _, d := range m.Deliveries {
		if _, err := s.exec(supersede, dbx.Params{"device": d.Device, "key": m.CollapseKey, "urgency": urgency}); err != nil {
			return err
		}
		if _, err := s.exec(addDelivery, dbx.Params{
			"id": d.ID, "message": m.ID, "channel": d.Channel, "device": d.Device, "key": m.CollapseKey,
			"not_before": outboxStamp(m.NotBefore), "now": outboxStamp(now),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s Outbox) exec(sql string, params dbx.Params) (int64, error) {
	res, err := s.App.NonconcurrentDB().NewQuery(sql).Bind(params).Execute()
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// dueRow is a delivery with its message and its device, as the query gives it.
type dueRow struct {
	ID         string `db:"id"`
	Attempts   int    `db:"attempts"`
	Key        string `db:"collapse_key"`
	Payload    string `db:"payload"`
	Audience   string `db:"recipient_kind"`
	Urgency    string `db:"urgency"`
	Expires    string `db:"expires_at"`
	Device     string `db:"device"`
	Channel    string `db:"channel"`
	Token      string `db:"token"`
	Language   string `db:"language"`
	Seen       string `db:"seen"`
	Owner      string `db:"owner"`
	Superseded bool   `db:"superseded"`
}

// Lease implements notify.Outbox. While nothing is due it takes no writer's time.
func (s Outbox) Lease(ctx context.Context, want notify.Want) ([]notify.Delivery, error) {
	due, ok, err := s.Next(ctx, want.Channel)
	if err != nil || !ok || due.After(want.Now) {
		return nil, err
	}
	var out []notify.Delivery
	err = s.App.RunInTransaction(func(tx core.App) error {
		out = nil
		for _, state := range []notify.State{notify.Leased, notify.Queued} {
			batch, err := Outbox{tx}.leaseThose(ctx, state, want, want.Max-len(out))
			if err != nil {
				return err
			}
			out = append(out, batch...)
		}
		return nil
	})
	return out, err
}

func (s Outbox) leaseThose(ctx context.Context, state notify.State, want notify.Want, most int) ([]notify.Delivery, error) {
	var rows []dueRow
	err := s.App.DB().NewQuery(dueDeliveries).WithContext(ctx).Bind(dbx.Params{
		"channel": want.Channel, "state": string(state), "now": outboxStamp(want.Now), "max": most,
	}).All(&rows)
	if err != nil {
		return nil, err
	}
	var out []notify.Delivery
	for _, r := range rows {
		switch {
		case r.Device == "":
			_, err = s.exec(dropDelivery, dbx.Params{"id": r.ID, "state": string(notify.Failed), "error": "the device is gone"})
		case r.Superseded:
			_, err = s.exec(dropDelivery, dbx.Params{"id": r.ID, "state": string(notify.Superseded), "error": ""})
		default:
			var d notify.Delivery
			if d, err = r.delivery(); err == nil {
				out = append(out, d)
				_, err = s.exec(leaseDelivery, dbx.Params{"id": r.ID, "until": outboxStamp(want.Until)})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("delivery %s: %w", r.ID, err)
		}
	}
	return out, nil
}

func (r dueRow) delivery() (notify.Delivery, error) {
	payload, err := notify.DecodePayload([]byte(r.Payload))
	if err != nil {
		return notify.Delivery{}, err
	}
	expires, err := time.Parse(outboxTime, r.Expires)
	if err != nil {
		return notify.Delivery{}, err
	}
	return notify.Delivery{
		ID: r.ID, Attempt: r.Attempts + 1, Payload: payload, Audience: notify.Audience(r.Audience), Urgent: r.Urgency == notify.Urgent,
		CollapseKey: r.Key, Expires: expires,
		Device: notify.Device{ID: r.Device, Owner: r.Owner, Channel: r.Channel, Token: r.Token, Language: r.Language, Seen: r.Seen},
	}, nil
}

// Settle implements notify.Outbox.
func (s Outbox) Settle(ctx context.Context, now time.Time, done []notify.Settlement) error {
	if len(done) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	return s.App.RunInTransaction(func(tx core.App) error {
		for _, d := range done {
			if err := (Outbox{tx}).settle(now, d); err != nil {
				return fmt.Errorf("delivery %s: %w", d.ID, err)
			}
		}
		return nil
	})
}

func (s Outbox) settle(now time.Time, d notify.Settlement) error {
	sql, params := settleDelivery, dbx.Params{"id": d.ID, "attempt": d.Attempt, "error": d.Error}
	if d.State == notify.Queued {
		sql, params["at"] = requeueDelivery, outboxStamp(d.At)
	} else {
		params["state"], params["sent"] = string(d.State), ""
		if d.State == notify.Sent {
			params["sent"] = outboxStamp(now)
		}
	}
	n, err := s.exec(sql, params)
	if err != nil || n == 0 || d.Prune == nil {
		return err
	}
	return Devices(s).Prune(*d.Prune)
}

const lapseLeases = "UPDATE deliveries SET lease_until = {:now}, next_attempt_at = {:now} WHERE state = 'leased'"

// Lapse ends the leases that a server left when it was switched off, and returns how many.
// One process at a time works on a directory, so nobody else can hold one.
func (s Outbox) Lapse(now time.Time) (int64, error) {
	return s.exec(lapseLeases, dbx.Params{"now": outboxStamp(now)})
}

// Next implements notify.Outbox.
func (s Outbox) Next(ctx context.Context, channel string) (time.Time, bool, error) {
	var at string
	err := s.App.DB().NewQuery(nextDelivery).WithContext(ctx).Bind(dbx.Params{"channel": channel}).Row(&at)
	if err != nil || at == "" {
		return time.Time{}, false, err
	}
	due, err := time.Parse(outboxTime, at)
	return due, err == nil, err
}
