package store

// Phones and browsers that want to be told.

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/notify"
)

// Owner is whose a device is: a user's, or a complainant's, known by his complaint.
type Owner struct{ User, Complaint string }

func ownerOf(r *core.Record) Owner {
	return Owner{User: r.GetString("user"), Complaint: r.GetString("complaint")}
}

func (o Owner) where() dbx.HashExp {
	if o.User != "" {
		return dbx.HashExp{"user": o.User}
	}
	return dbx.HashExp{"complaint": o.Complaint}
}

// MaxDevices is how many devices one user or one complaint may have.
const MaxDevices = 20

// Refusals of a device.
var (
	ErrTooManyDevices = errors.New("too many devices")
	ErrChannelUnknown = errors.New("channel unknown")
	ErrDeviceUnknown  = errors.New("device unknown")
	ErrDeviceOwner    = errors.New("a device belongs to one user or one complaint")
)

// pushChannels are what a device may be reached by.
var pushChannels = map[string]bool{"fcm": true}

// Registration is what a device says of itself.
type Registration struct {
	Channel  string `json:"channel"`
	Token    string `json:"token"`
	Platform string `json:"platform"`
	Language string `json:"language"`
	Client   string `json:"client"` // the phone's client id; a new token of the same client replaces its old one
}

// Devices keeps the registered devices.
type Devices struct{ App core.App }

// Register keeps a device for its owner and tells whether it is new. Registered again
// it is only renewed; a token that was somebody else's moves.
func (s Devices) Register(o Owner, reg Registration) (device *core.Record, isNew bool, err error) {
	err = s.App.RunInTransaction(func(tx core.App) error {
		device, err = Devices{tx}.own(o, reg)
		if err != nil {
			return err
		}
		if isNew = device == nil; isNew {
			if device, err = newRecord(tx, "devices", ""); err != nil {
				return err
			}
			device.Set("user", o.User)
			device.Set("complaint", o.Complaint)
		}
		if err := Load(device, reg); err != nil {
			return err
		}
		return tx.Save(device)
	})
	return device, isNew, err
}

// own finds the owner's device with this token, or else the one of this client.
func (s Devices) own(o Owner, reg Registration) (*core.Record, error) {
	var mine []*core.Record
	if err := s.App.RecordQuery("devices").AndWhere(o.where()).All(&mine); err != nil {
		return nil, err
	}
	var sameClient *core.Record
	for _, r := range mine {
		switch {
		case r.GetString("channel") != reg.Channel:
		case r.GetString("token") == reg.Token:
			return r, nil
		case reg.Client != "" && r.GetString("client") == reg.Client:
			sameClient = r
		}
	}
	return sameClient, nil
}

// Admit checks a device that is about to be saved, by whichever way it comes, stamps
// it, and takes its token from whoever had it. App is the transaction of the save.
func (s Devices) Admit(r *core.Record, now time.Time) error {
	o := ownerOf(r)
	if (o.User == "") == (o.Complaint == "") {
		return ErrDeviceOwner
	}
	if !pushChannels[r.GetString("channel")] {
		return fmt.Errorf("%w: %q", ErrChannelUnknown, r.GetString("channel"))
	}
	if err := notify.CheckToken(r.GetString("token")); err != nil {
		return err
	}
	var others []*core.Record
	err := s.App.RecordQuery("devices").AndWhere(dbx.HashExp{"channel": r.GetString("channel"), "token": r.GetString("token")}).
		AndWhere(dbx.Not(dbx.HashExp{"id": r.Id})).All(&others)
	if err != nil {
		return err
	}
	for _, other := range others { // with its deliveries: they were for the one before
		if err := s.App.Delete(other); err != nil {
			return err
		}
	}
	r.Set("last_seen_at", outboxStamp(now))
	if !r.IsNew() {
		return nil
	}
	r.Set("created_at", outboxStamp(now))
	return s.room(o)
}

func (s Devices) room(o Owner) error {
	n, err := s.App.CountRecords("devices", o.where())
	if err != nil {
		return err
	}
	if n >= MaxDevices {
		return fmt.Errorf("%w: %d of %d", ErrTooManyDevices, n, MaxDevices)
	}
	return nil
}

// Of returns the owner's devices, oldest first.
func (s Devices) Of(o Owner) ([]*core.Record, error) {
	var mine []*core.Record
	err := s.App.RecordQuery("devices").AndWhere(o.where()).OrderBy("created_at ASC", "id ASC").All(&mine)
	return mine, err
}

// Remove deletes a device of the owner.
func (s Devices) Remove(o Owner, id string) error {
	records, err := s.App.FindRecordsByIds("devices", []string{id})
	if err != nil {
		return err
	}
	if len(records) == 0 || ownerOf(records[0]) != o {
		return fmt.Errorf("%w: %q", ErrDeviceUnknown, id)
	}
	return s.App.Delete(records[0])
}

// Prune deletes a device whose token is dead, unless it was registered anew since.
func (s Devices) Prune(d notify.Device) error {
	records, err := s.App.FindRecordsByIds("devices", []string{d.ID})
	if err != nil || len(records) == 0 {
		return err
	}
	r := records[0]
	if r.GetString("token") != d.Token || r.GetString("last_seen_at") != d.Seen {
		return nil
	}
	return s.App.Delete(r)
}

// ForMessages returns the devices of users and complaints, as the planner wants them.
func (s Devices) ForMessages(owners []string) ([]notify.Device, error) {
	if len(owners) == 0 {
		return nil, nil
	}
	ids := make([]any, len(owners))
	for i, o := range owners {
		ids[i] = o
	}
	var records []*core.Record
	err := s.App.RecordQuery("devices").AndWhere(dbx.Or(dbx.In("user", ids...), dbx.In("complaint", ids...))).
		OrderBy("created_at ASC", "id ASC").All(&records)
	if err != nil {
		return nil, err
	}
	out := make([]notify.Device, len(records))
	for i, r := range records {
		out[i] = DeviceOf(r)
	}
	return out, nil
}

// DeviceOf reads a device as the planner wants it.
func DeviceOf(r *core.Record) notify.Device {
	return notify.Device{
		ID: r.Id, Owner: r.GetString("user") + r.GetString("complaint"), Channel: r.GetString("channel"),
		Token: r.GetString("token"), Language: r.GetString("language"), Seen: r.GetString("last_seen_at"),
	}
}
