package route

// Complaints: in from the public and from intake staff; followed, rated and withdrawn with
// number, query code and pass-phrase; the identity behind one opened for a reason.

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/evidence"
	"xuncha/geo"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// Complaints is what the routes of complaints work with.
type Complaints struct {
	Keys   store.Keys
	Now    func() time.Time
	Random io.Reader
	NewID  func() string
	Locate func(at orb.Point, accuracy float64) (geo.Owner, error)
	Shelf  evidence.Shelf
	Limits intake.Limits

	rate      intake.Rate
	tries     intake.Tries
	addresses intake.Tries
}

// Bind binds the routes.
//
//	POST /api/complaints                    file a complaint: number, query code, pass-phrase
//	GET  /api/complaints/{number}?code=…    how it stands; X-Phrase: the pass-phrase
//	POST /api/complaints/{number}/rating    is it solved? once a round, after the reply
//	POST /api/complaints/{number}/withdraw  the complainant asks that the case end
//	POST /api/complaints/{id}/reveal        staff: who complained, with a reason, on record
func (c *Complaints) Bind(se *core.ServeEvent) {
	c.Limits = c.Limits.WithDefaults()
	c.rate.PerHour, c.rate.Burst = c.Limits.PerHour, c.Limits.Burst
	c.tries.Most, c.addresses.Most = c.Limits.Tries, c.Limits.AddressTries
	se.Router.POST("/api/complaints", private(c.file)).Bind(apis.BodyLimit(0)) // readComplaint stops by itself
	se.Router.GET("/api/complaints/{number}", private(c.follow))
	se.Router.POST("/api/complaints/{number}/rating", private(c.rateIt))
	se.Router.POST("/api/complaints/{number}/withdraw", private(c.withdraw))
	se.Router.POST("/api/complaints/{id}/reveal", private(c.reveal))
}

// private: no cache keeps a secret or a name.
func private(next func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		e.Response.Header().Set("Cache-Control", "no-store")
		return mistaken(next(e))
	}
}

// mistaken puts all mistakes of a complaint into the answer.
func mistaken(err error) error {
	var found intake.Mistakes
	if !errors.As(err, &found) || len(found) == 0 {
		return err
	}
	first := found[0]
	p := problem.New(first.Code, "%s", first.Detail).With("mistakes", found)
	if first.Field != "" {
		p = p.With("field", first.Field)
	}
	if first.Limit > 0 {
		p = p.With("limit", first.Limit)
	}
	return p
}

// filedAnswer is what whoever files a complaint is told. Code and phrase are told once.
type filedAnswer struct {
	Number  string          `json:"number"`
	Code    string          `json:"code,omitempty"`
	Phrase  string          `json:"phrase,omitempty"`
	Case    string          `json:"case,omitempty"`    // for intake staff
	Differs bool            `json:"differs,omitempty"` // the id was known, with other content; this one is kept beside it
	Routing *intake.Routing `json:"routing,omitempty"`
}

func (c *Complaints) file(e *core.RequestEvent) error {
	staff, err := intakeStaff(e)
	if err != nil {
		return err
	}
	if staff == nil {
		if err := c.takeTurn(e); err != nil {
			return err
		}
	}
	in, err := readComplaint(e)
	if err != nil {
		c.giveBack(e, staff, in)
		return err
	}
	defer in.close()
	checked, mistakes := intake.Check(in.body, intake.Asker{Staff: staff != nil, Now: c.Now()})
	if len(mistakes) > 0 {
		c.giveBack(e, staff, in)
		return mistakes
	}
	answer, status, err := c.store(e, staff, checked, in)
	if err != nil {
		return err
	}
	return e.JSON(status, answer)
}

// store files a checked complaint, whose photos come onto the shelf first: bytes without a
// row are harmless, a row without its bytes would wait for ever.
func (c *Complaints) store(e *core.RequestEvent, staff *core.Record, checked intake.Complaint, in incoming) (filedAnswer, int, error) {
	complaints := store.Complaints{App: e.App, Keys: c.Keys}
	photos, err := in.shelve(c.Shelf)
	if err != nil {
		return filedAnswer{}, 0, err
	}
	routing, err := c.owner(complaints, staff, checked)
	if err != nil {
		return filedAnswer{}, 0, err
	}
	filed, err := complaints.File(e.Request.Context(), store.Filing{
		Complaint: checked, Staff: staff, Routing: routing, Photos: photos, Now: c.Now(), Random: c.Random, NewID: c.NewID,
	})
	if err != nil {
		return filedAnswer{}, 0, err
	}
	out, status := filedAnswer{Number: filed.Number, Differs: filed.Differs}, http.StatusOK
	if !filed.Known {
		out.Code, out.Phrase, out.Routing, status = filed.Code, filed.Phrase, &routing, http.StatusCreated
	}
	if staff != nil {
		out.Case = filed.Case
	}
	return out, status, nil
}

// owner finds who answers for a complaint.
func (c *Complaints) owner(complaints store.Complaints, staff *core.Record, checked intake.Complaint) (intake.Routing, error) {
	agencies, err := complaints.Agencies()
	if err != nil {
		return intake.Routing{}, err
	}
	var found *intake.Found
	if at := checked.Location; at != nil {
		owner, err := c.Locate(orb.Point{at.Lon, at.Lat}, at.AccuracyM)
		if err != nil {
			return intake.Routing{}, err
		}
		found = intake.FoundAt(owner)
	}
	own := ""
	if staff != nil {
		own = staff.GetString("agency")
	}
	return intake.Owner(agencies, checked.DivisionCode, own, found), nil
}

// intakeStaff is the signed-in user if he takes complaints in; nil for the public and for
// other users, who complain as anybody does.
func intakeStaff(e *core.RequestEvent) (*core.Record, error) {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return nil, nil //nolint:nilnil // nobody of the house
	}
	user, err := User(e)
	if err != nil {
		return nil, err
	}
	if role := user.GetString("role"); role != string(casework.Intake) && role != string(casework.Dispatcher) {
		return nil, nil //nolint:nilnil // a user as anybody else
	}
	return user, nil
}

func (c *Complaints) takeTurn(e *core.RequestEvent) error {
	if wait := c.rate.Take(intake.Network(e.RealIP()), c.Now()); wait > 0 {
		return later(wait, c.Limits.PerHour, "complaints an hour from one network")
	}
	return nil
}

// giveBack: a mistake costs no turn, unless photos came with it.
func (c *Complaints) giveBack(e *core.RequestEvent, staff *core.Record, in incoming) {
	if staff == nil && in.form == nil {
		c.rate.Give(intake.Network(e.RealIP()))
	}
}

// later refuses for now, with the limit and the seconds to wait.
func later(wait time.Duration, limit int, of string) error {
	seconds := int(math.Ceil(wait.Seconds()))
	p := problem.New("rate_limited", "at most %d %s; again in %d seconds", limit, of, seconds).
		With("limit", limit).With("retry_after", seconds)
	p.Retry = seconds
	return p
}

// Open finds the complaint that number, code and the phrase in X-Phrase open together.
// Whatever is wrong, the answer is the same; who is wrong too often waits.
func (c *Complaints) Open(e *core.RequestEvent, number, code string) (string, error) {
	if len(number) > maxNumber {
		number = number[:maxNumber]
	}
	now, address := c.Now(), e.RealIP()
	key, network := number+" "+address, intake.Network(address)
	if wait := c.tries.Begin(key, now); wait > 0 {
		return "", later(wait, c.Limits.Tries, "wrong tries in 15 minutes")
	}
	if wait := c.addresses.Begin(network, now); wait > 0 {
		return "", later(wait, c.Limits.AddressTries, "wrong tries in 15 minutes from one network")
	}
	id, err := store.Complaints{App: e.App, Keys: c.Keys}.ByQuery(number, code, e.Request.Header.Get("X-Phrase"))
	if err == nil {
		c.tries.Right(key)
		c.addresses.Right(network)
		return id, nil
	}
	if errors.Is(err, store.ErrComplaintUnknown) {
		err = problem.New("complaint_unknown", "")
	}
	return "", err
}

const maxNumber = 32 // bytes

func (c *Complaints) follow(e *core.RequestEvent) error {
	id, err := c.Open(e, e.Request.PathValue("number"), e.Request.URL.Query().Get("code"))
	if err != nil {
		return err
	}
	progress, err := store.Complaints{App: e.App, Keys: c.Keys}.Progress(id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, progress)
}

func (c *Complaints) rateIt(e *core.RequestEvent) error {
	var body intake.RatingBody
	id, err := c.openWith(e, &body, &body.Code)
	if err != nil {
		return err
	}
	rating, mistakes := intake.CheckRating(body)
	if len(mistakes) > 0 {
		return mistakes
	}
	progress, err := store.Complaints{App: e.App, Keys: c.Keys}.Rate(e.Request.Context(), id, rating, c.Now())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusCreated, progress)
}

func (c *Complaints) withdraw(e *core.RequestEvent) error {
	var body intake.WithdrawBody
	id, err := c.openWith(e, &body, &body.Code)
	if err != nil {
		return err
	}
	reason, mistakes := intake.CheckReason(body.Reason, 0)
	if len(mistakes) > 0 {
		return mistakes
	}
	progress, err := store.Complaints{App: e.App, Keys: c.Keys}.Withdraw(e.Request.Context(), id, reason, c.Now())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, progress)
}

// openWith reads a small body and opens the complaint of the address; the query code stands
// in the address or in the body.
func (c *Complaints) openWith(e *core.RequestEvent, body any, code *string) (string, error) {
	data, err := readSmall(e)
	if err != nil {
		return "", err
	}
	if err := intake.Read(data, body); err != nil {
		return "", err
	}
	if q := e.Request.URL.Query().Get("code"); q != "" {
		*code = q
	}
	return c.Open(e, e.Request.PathValue("number"), *code)
}

// readSmall reads a JSON body of at most intake.MaxBody bytes; nothing is an empty object.
func readSmall(e *core.RequestEvent) ([]byte, error) {
	data, err := io.ReadAll(e.Request.Body) // which ends at its limit
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return []byte("{}"), nil
	}
	return data, sound(data)
}

// revealers are the roles that may ask who complained.
var revealers = []string{"intake", "dispatcher", "reviewer", "supervisor"}

func (c *Complaints) reveal(e *core.RequestEvent) error {
	user, err := User(e)
	if err != nil {
		return err
	}
	if !slices.Contains(revealers, user.GetString("role")) {
		return problem.New("forbidden", "this role never sees who complained")
	}
	reason, err := readReason(e, intake.MinReveal)
	if err != nil {
		return err
	}
	contact, err := store.Complaints{App: e.App, Keys: c.Keys}.Reveal(user, e.Request.PathValue("id"), reason, c.Now())
	if errors.Is(err, store.ErrOutsideScope) {
		return problem.New("not_found", "there is no such complaint within your scope")
	}
	if err != nil {
		return fmt.Errorf("reveal: %w", err)
	}
	return e.JSON(http.StatusOK, revealed{contact.Name, contact.Phone, contact.Email, contact.IDNumber, contact.Home})
}

// readReason reads {"reason"} of at least so many characters.
func readReason(e *core.RequestEvent, least int) (string, error) {
	data, err := readSmall(e)
	if err != nil {
		return "", err
	}
	var body struct {
		Reason string `json:"reason"`
	}
	if err := intake.Read(data, &body); err != nil {
		return "", err
	}
	reason, mistakes := intake.CheckReason(body.Reason, least)
	if len(mistakes) > 0 {
		return "", mistakes
	}
	return reason, nil
}

// revealed names each part, given or not.
type revealed struct {
	Name     string        `json:"name"`
	Phone    string        `json:"phone"`
	Email    string        `json:"email"`
	IDNumber string        `json:"id_number"`
	Home     *intake.Point `json:"home"`
}
