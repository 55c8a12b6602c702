package route

// Devices: where a user, or a complainant with his number, code and phrase, asks to be told.

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// ComplaintByCode finds the complaint that number, code and the phrase in X-Phrase open
// together; any of them wrong is the same problem.
type ComplaintByCode func(e *core.RequestEvent, number, code string) (id string, err error)

// Devices binds the registration of devices.
//
//	POST   /api/devices       register, or renew, a device
//	GET    /api/devices       the asker's devices, without their tokens
//	DELETE /api/devices/{id}  forget one of them
//
// A complainant sends number and code (POST: in the body; else in the query) and the
// pass-phrase in the header X-Phrase.
func Devices(se *core.ServeEvent, find ComplaintByCode) {
	d := devices{find}
	se.Router.POST("/api/devices", d.register)
	se.Router.GET("/api/devices", d.list)
	se.Router.DELETE("/api/devices/{id}", d.remove)
}

type devices struct{ find ComplaintByCode }

// deviceAnswer is what is told of a device; its token is nobody's business any more.
type deviceAnswer struct {
	ID         string `json:"id"`
	Channel    string `json:"channel"`
	Platform   string `json:"platform"`
	Language   string `json:"language"`
	Client     string `json:"client"`
	CreatedAt  string `json:"created_at"`
	LastSeenAt string `json:"last_seen_at"`
}

func answerDevice(r *core.Record) deviceAnswer {
	return deviceAnswer{
		ID: r.Id, Channel: r.GetString("channel"), Platform: r.GetString("platform"), Language: r.GetString("language"),
		Client: r.GetString("client"), CreatedAt: r.GetString("created_at"), LastSeenAt: r.GetString("last_seen_at"),
	}
}

func (d devices) register(e *core.RequestEvent) error {
	var body store.Registration
	var whose struct{ Number, Code string }
	data, err := readSmall(e)
	if err != nil {
		return err
	}
	if err := errors.Join(intake.Read(data, &body), intake.Read(data, &whose)); err != nil {
		return mistaken(err)
	}
	owner, err := d.owner(e, whose.Number, whose.Code)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"platform": body.Platform, "language": body.Language, "client": body.Client} {
		if len(value) > wordMax {
			return problem.New("too_long", "%s has %d bytes, at most %d", name, len(value), wordMax).With("field", name).With("limit", wordMax)
		}
	}
	record, isNew, err := store.Devices{App: e.App}.Register(owner, body)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	return e.JSON(status, answerDevice(record))
}

const wordMax = 64 // bytes of a platform, a language, a client id

func (d devices) list(e *core.RequestEvent) error {
	owner, err := d.ownerByQuery(e)
	if err != nil {
		return err
	}
	records, err := store.Devices{App: e.App}.Of(owner)
	if err != nil {
		return err
	}
	items := make([]deviceAnswer, len(records))
	for i, r := range records {
		items[i] = answerDevice(r)
	}
	return e.JSON(http.StatusOK, map[string]any{"items": items, "limit": store.MaxDevices})
}

func (d devices) remove(e *core.RequestEvent) error {
	owner, err := d.ownerByQuery(e)
	if err != nil {
		return err
	}
	err = store.Devices{App: e.App}.Remove(owner, e.Request.PathValue("id"))
	if errors.Is(err, store.ErrDeviceUnknown) {
		return problem.New("device_unknown", "device %q", e.Request.PathValue("id"))
	}
	if err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}

func (d devices) ownerByQuery(e *core.RequestEvent) (store.Owner, error) {
	query := e.Request.URL.Query()
	return d.owner(e, query.Get("number"), query.Get("code"))
}

// owner is the complainant whom number, code and phrase prove, or the signed-in user.
func (d devices) owner(e *core.RequestEvent, number, code string) (store.Owner, error) {
	if number != "" {
		id, err := d.find(e, number, code)
		return store.Owner{Complaint: id}, err
	}
	user, err := User(e)
	if err != nil {
		return store.Owner{}, err
	}
	return store.Owner{User: user.Id}, nil
}
