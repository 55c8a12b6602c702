package main

// The whole bench in small: not how fast anything is, but that every measure is taken and
// what it checks holds. A bench that measures wrong answers would be worse than none.

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain is also the servers that the bench starts: they are this program again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == asPeer {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEveryMeasureIsTakenAndWhatItChecksHolds(t *testing.T) {
	var out bytes.Buffer
	err := run(&bench{n: tiny(), dir: t.TempDir(), out: &out}, nil)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range measures {
		if !strings.Contains(out.String(), "\n"+m.name+". "+m.title) {
			t.Errorf("measure %s is not in the output", m.name)
		}
	}
	for _, want := range []string{"summary", "on the wire", "rows that a syncing phone is stale in", "rows agree"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the output", want)
		}
	}
}

func TestAMeasureThatIsNotThereIsRefused(t *testing.T) {
	if err := run(&bench{n: tiny(), dir: t.TempDir(), out: t.Output()}, []string{"99"}); err == nil {
		t.Fatal("measure 99 was taken")
	}
}

func TestTheFloorTakesItsOwnTokensOnlyAndInTime(t *testing.T) {
	good := floorToken("somebody", time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		token string
		ok    bool
	}{
		"good":            {good, true},
		"none":            {"", false},
		"another's":       {good[:len(good)-4] + "AAAA", false},
		"without its end": {good[:strings.LastIndexByte(good, '.')], false},
		"over":            {floorToken("somebody", time.Now().Add(-time.Hour)), false},
	} {
		user, ok := floorUser(c.token)
		if ok != c.ok || ok && user != "somebody" {
			t.Errorf("%s: %q %v", name, user, ok)
		}
	}
}

func TestCutFindsNamesAtTheEdgesAndInTheMiddle(t *testing.T) {
	filler := strings.Repeat(`{"doc":{"findings":"a \"cursor\":\"no\" b"}},`, 200)
	for _, body := range []string{
		`{"cursor":"yes","changes":[` + filler + `]}`,
		`{"changes":[` + filler + `],"cursor":"yes"}`,
		`{"changes":[` + filler + `],"cursor":"yes","held":[` + filler + `]}`,
	} {
		if got := string(cut([]byte(body), `"cursor":"`)); got != "yes" {
			t.Errorf("%q", got)
		}
	}
	if got := cut([]byte(`{}`), `"cursor":"`); got != nil {
		t.Errorf("%q", got)
	}
}
