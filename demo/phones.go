package demo

// The phones of the officers as they stand this morning: most of them well, one with work that
// waits, one with a wrong clock, and each where one of its cases is.

import (
	"math/rand/v2"
	"time"

	"xuncha/casework"
)

// Phone is one installation of the app, as it last said of itself.
type Phone struct {
	User, Client, App string
	Contact           time.Time
	Unsent            int
	OldestUnsent      time.Time // by its own clock
	Clock             time.Time // that it had then
	StorageFree       int64     // bytes
	Battery           float64
	Lon, Lat          float64 // 0, 0 where it did not say
	AccuracyM         float64
}

const (
	app     = "field/1.0.0"
	roomy   = int64(18) << 30
	crowded = int64(90) << 20
)

func (m *maker) phones() error {
	r := rand.New(rand.NewPCG(m.Seed, 77))
	i := 0
	for _, p := range m.city.People {
		if p.Role != string(casework.Inspector) {
			continue
		}
		phone := Phone{
			User: p.ID, Client: installation(r), App: app, Contact: m.Now.Add(-time.Duration(2+r.IntN(50)) * time.Minute),
			StorageFree: roomy - int64(r.IntN(9))<<30, Battery: 0.3 + 0.6*r.Float64(), AccuracyM: float64(6 + r.IntN(20)),
		}
		switch i % 12 {
		case 3: // a valley without a network
			phone.Contact, phone.Unsent = m.Now.Add(-31*time.Hour), 7
			phone.OldestUnsent = m.Now.Add(-30 * time.Hour)
		case 6:
			phone.Unsent, phone.OldestUnsent = 2, phone.Contact.Add(-20*time.Minute)
		case 8:
			phone.StorageFree, phone.Battery = crowded, 0.12
		}
		phone.Clock = phone.Contact
		if i%12 == 10 {
			phone.Clock = phone.Contact.Add(11 * time.Minute)
		}
		if at := m.workplace(p.ID); at != nil {
			phone.Lon, phone.Lat = at.Lon+(r.Float64()-0.5)*0.02, at.Lat+(r.Float64()-0.5)*0.02
		}
		m.city.Phones = append(m.city.Phones, phone)
		i++
	}
	return nil
}

// workplace is where somebody's first open case is.
func (m *maker) workplace(user string) *casework.Position {
	for _, l := range m.city.Lives {
		c := l.Case
		for _, id := range c.Inspectors {
			if id == user && c.Location != nil && casework.Process().State(c.Status).Open {
				return c.Location
			}
		}
	}
	return nil
}

// installation is the id of an app on a phone: a ULID of the year.
func installation(r *rand.Rand) string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	id := []byte("01K0000000")
	for len(id) < 26 {
		id = append(id, letters[r.IntN(len(letters))])
	}
	return string(id)
}
