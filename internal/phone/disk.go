package phone

// Storage and ids of a phone.

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"time"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ULID makes an id of 26 characters: 48 bits of milliseconds, 80 of chance.
func ULID(now time.Time) string {
	var random [10]byte
	_, _ = rand.Read(random[:]) // never fails
	return ulid(now, random)
}

func ulid(now time.Time, random [10]byte) string {
	out := make([]byte, 26)
	ms := uint64(now.UnixMilli()) //nolint:gosec // after 1970
	for i := 9; i >= 0; i-- {
		out[i] = crockford[ms&31]
		ms >>= 5
	}
	for i := range 16 {
		bit := i * 5
		word := uint16(random[bit/8]) << 8
		if bit/8+1 < len(random) {
			word |= uint16(random[bit/8+1])
		}
		out[10+i] = crockford[word>>(11-bit%8)&31]
	}
	return string(out)
}

// Save writes everything to a file; Load reads it, as after a restart of the phone.
func (p *Phone) Save(path string) error {
	data, err := json.Marshal(p.Disk)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// Load replaces what the phone holds by what Save wrote.
func (p *Phone) Load(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p.Disk = Disk{}
	return json.Unmarshal(data, &p.Disk)
}
