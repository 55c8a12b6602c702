package journey

// The journey with photos that rest in S3: it ends in the same case, through power cuts of
// the server, and while S3 is away for most of the way.

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xuncha/internal/s3test"
)

// travel makes the whole journey and returns what it came to.
func (e *errand) travel(order []int) string {
	e.complain()
	e.dispatch()
	e.inspect(order)
	e.rectify()
	e.close()
	e.calm()
	e.fsck()
	return e.summary()
}

// onS3 lets every server and tool that the test starts use a bucket.
func onS3(t *testing.T) *s3test.Server {
	t.Helper()
	s3 := s3test.New(t)
	for name, value := range s3.Settings() {
		t.Setenv(name, value)
	}
	return s3
}

// originals are the files that still lie on the server's disk under a sum.
func (c *city) originals() int {
	c.t.Helper()
	all, err := filepath.Glob(filepath.Join(c.dir, "evidence", "??", "*"))
	if err != nil {
		c.t.Fatal(err)
	}
	n := 0
	for _, path := range all {
		if len(filepath.Base(path)) == 64 {
			n++
		}
	}
	return n
}

func TestJourneyEndsInTheSameCaseOnS3(t *testing.T) {
	order := []int{0, 1, 2, 3, 4, 5}
	var here string
	t.Run("on this disk", func(t *testing.T) {
		e := &errand{city: newCity(t, http.DefaultTransport), i: 300}
		here = e.travel(order)
	})
	compare := func(t *testing.T, e *errand, summary string) {
		if summary != here {
			t.Errorf("ended in\n%s\nand on the server's disk in\n%s", summary, here)
		}
		if n := e.originals(); n != 0 {
			t.Errorf("%d originals are left on the server's disk", n)
		}
	}
	t.Run("through power cuts", func(t *testing.T) {
		s3 := onS3(t)
		e := &errand{city: newCity(t, patient{http.DefaultTransport}), i: 301}
		e.power.r, e.power.every = rand.New(rand.NewPCG(7, 301)), 10 //nolint:gosec // the same cuts each time
		compare(t, e, e.travel(order))
		if n := s3.Objects(); n != 30 {
			t.Errorf("the bucket holds %d files, want ten photos with two copies each", n)
		}
	})
	for _, power := range []bool{false, true} {
		name := map[bool]string{false: "S3 is away", true: "S3 is away and the power fails"}[power]
		t.Run(name, func(t *testing.T) {
			s3 := onS3(t)
			e := &errand{city: newCity(t, patient{http.DefaultTransport}), i: 302}
			s3.GoAway()
			e.waits = func() {
				if power {
					e.power.mu.Lock()
					e.power.fail("while S3 is away")
					e.power.mu.Unlock()
				}
				s3.ComeBack()
			}
			e.waitsOnce()
			e.complain()
			e.dispatch()
			e.inspect(order)
			s3.GoAway() // and once more, until the end is near
			e.waits = s3.ComeBack
			e.waitsOnce()
			e.rectify()
			e.close()
			e.fsck()
			compare(t, e, e.summary())
		})
	}
}

// waitsOnce: what is waited for is told only the next time.
func (e *errand) waitsOnce() {
	then := e.waits
	e.waits = func() {
		e.waits = nil
		then()
	}
}

func TestMovingToS3NeedsOnlyTheSettings(t *testing.T) {
	c := newCity(t, http.DefaultTransport)
	e := &errand{city: c, i: 310}
	e.complain()
	e.dispatch()
	e.inspect([]int{0, 1, 2, 3, 4, 5})
	if n := c.originals(); n != 4 {
		t.Fatalf("%d originals are on the disk", n)
	}
	s3 := onS3(t)
	c.power.mu.Lock()
	c.power.server.stop(t)
	c.power.server = serve(t, c.dir, append(os.Environ(), c.power.env...)...)
	c.power.mu.Unlock()
	c.until("the originals have moved", func() bool { return c.originals() == 0 })
	if n := s3.Objects(); n != 12 {
		t.Errorf("the bucket holds %d files, want four photos with two copies each", n)
	}
	c.fsck()
	e.rectify()
	e.close()
	c.fsck()
	copies, keys, there := filepath.Join(t.TempDir(), "copies"), t.TempDir(), t.TempDir()
	said := run(t, "backup", copies, "--dir", c.dir, "--keys", keys, "--elsewhere")
	if !strings.Contains(said, "photos rest in "+s3.URL+"/"+s3test.Bucket+" and are not in it") || strings.Contains(said, "durable does not move") {
		t.Error(said)
	}
	if said := run(t, "backup", "--check", copies); !strings.Contains(said, "photos rest in") || !strings.Contains(said, "it can be restored") {
		t.Error(said)
	}
	run(t, "restore", copies, "--dir", there, "--keys", keys)
	run(t, "fsck", "--dir", there)
	s3.GoAway()
	var out bytes.Buffer
	away := exec.Command(binary, "fsck", "--dir", there)
	away.Stdout = &out
	if err := away.Run(); err == nil || !strings.Contains(out.String(), "the depot is away") {
		t.Errorf("%v: %s", err, out.String())
	}
}

// until looks again until what a worker does is done.
func (c *city) until(what string, done func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("never: %s", what)
		}
	}
}
