package stamp_test

// Stamps against a real authority on this machine.

import (
	"errors"
	"testing"
	"time"

	"xuncha/evidence/stamp"
	"xuncha/internal/tsatest"
)

func TestAHeadIsStampedAndNothingElseIs(t *testing.T) {
	tsa, other := tsatest.New(t), tsatest.New(t)
	token, err := stamp.Authority{URL: tsa.URL}.Ask(t.Context(), "head")
	if err != nil {
		t.Fatal(err)
	}
	roots, err := stamp.Roots(tsa.Roots)
	if err != nil {
		t.Fatal(err)
	}
	s, err := stamp.Read("head", token, roots)
	if err != nil || s.Authority != "Test Authority" || time.Since(s.Time) > time.Hour {
		t.Fatalf("%v %v", s, err)
	}
	if _, err := stamp.Read("head", token, nil); err != nil {
		t.Errorf("without roots: %v", err)
	}
	if _, err := stamp.Read("other", token, roots); !errors.Is(err, stamp.ErrStamp) {
		t.Errorf("another head: %v", err)
	}
	strangers, err := stamp.Roots(other.Roots)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stamp.Read("head", token, strangers); !errors.Is(err, stamp.ErrStamp) {
		t.Errorf("another root: %v", err)
	}
	for _, at := range []int{len(token) / 3, len(token) / 2, len(token) - 10} {
		broken := append([]byte{}, token...)
		broken[at] ^= 1
		if s, err := stamp.Read("head", broken, roots); err == nil && at == len(token)-10 {
			t.Errorf("a byte of the signature: %v", s)
		}
	}
}

func TestAnAuthorityThatIsAwayIsSaidSo(t *testing.T) {
	tsa := tsatest.New(t)
	tsa.Away.Store(true)
	if _, err := (stamp.Authority{URL: tsa.URL}).Ask(t.Context(), "head"); !errors.Is(err, stamp.ErrRefused) {
		t.Error(err)
	}
	if _, err := (stamp.Authority{URL: "http://127.0.0.1:1"}).Ask(t.Context(), "head"); !errors.Is(err, stamp.ErrRefused) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("no token"))
	f.Fuzz(func(t *testing.T, token []byte) {
		if _, err := stamp.Read("head", token, nil); err == nil {
			t.Error("what came by chance is a stamp")
		}
	})
}
