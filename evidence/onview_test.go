package evidence_test

// Copies that are made when somebody asks: whose turn it is, what fails and for how long, and
// that nothing is stored in between a look at what is stored and the storing of it.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/evidence"
	"xuncha/evidence/check"
	"xuncha/evidence/depottest"
)

// viewed is a desk each of whose photos has one row, which lacks copies until they are written.
type viewed struct {
	mu      sync.Mutex
	tried   []string // sums, in the order in which they were worked on
	found   map[string]evidence.Finding
	takes   time.Duration // how long the desk thinks about each
	nothing bool          // there are no such rows
	full    bool          // nothing can be written
}

func (d *viewed) Bare(sum string) ([]evidence.Item, error) {
	time.Sleep(d.takes)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried = append(d.tried, sum)
	if _, ok := d.found[sum]; ok || d.nothing {
		return nil, nil
	}
	return []evidence.Item{{ID: "row of " + sum, Sum: sum}}, nil
}

func (d *viewed) Copied(_ []evidence.Item, f evidence.Finding) error {
	if d.full {
		return errors.New("the disk is full")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.found[f.Receipt.SHA256] = f
	return nil
}

func (d *viewed) tries() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.tried)
}

func viewDesk() *viewed { return &viewed{found: map[string]evidence.Finding{}} }

// views are made for a desk on a shelf.
func views(d *viewed, s evidence.Shelf) *evidence.OnView {
	return evidence.NewOnView(d, evidence.NewWorker(nil, s, time.Now))
}

// running runs views until the test of a bubble ends.
func running(t *testing.T, v *evidence.OnView) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { v.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

func named(i int) string { return fmt.Sprintf("%064x", i) }

// putHEIC puts a file of the decoder's own tests onto a shelf.
func putHEIC(t *testing.T, s evidence.Shelf, name string) (sum string) {
	t.Helper()
	f, err := os.Open(filepath.Join("heic/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sum, _, _, err = s.Put(f, evidence.MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestWhoAskedLastComesFirstAndTheOldestIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := viewDesk()
		d.nothing, d.takes = true, time.Second
		v := views(d, evidence.Shelf{Dir: t.TempDir()})
		running(t, v)
		ask := func(i int) {
			if err := v.Ask(named(i)); err != nil {
				t.Error(err)
			}
		}
		ask(1000)
		synctest.Wait() // it is worked on
		for i := range 100 {
			ask(i)
		}
		ask(40) // is asked for again
		time.Sleep(time.Hour)
		want := []string{named(1000), named(40)}
		for i := 99; len(want) < 65; i-- {
			if i != 40 {
				want = append(want, named(i))
			}
		}
		if got := d.tries(); !slices.Equal(got, want) {
			t.Errorf("%d were tried: %v", len(got), got)
		}
	})
}

// Who looks on asks every three seconds. What fails is tried again rarely, and he is told why.
func TestWhatFailsIsRememberedAndTriedAgainLater(t *testing.T) {
	const looked = 10 * time.Minute
	for name, c := range map[string]struct {
		away, full  bool
		is          error
		least, most int
	}{
		"an original that is gone": {is: evidence.ErrMissing, least: 4, most: 4},
		"a depot that is away":     {away: true, is: evidence.ErrAway, least: 15, most: 25},
		"a full disk":              {full: true, least: 4, most: 4},
	} {
		t.Run(name, func(t *testing.T) {
			folder := &depottest.Folder{Dir: t.TempDir()}
			d, shelf := viewDesk(), evidence.Shelf{Dir: t.TempDir(), Depot: folder}
			sum := named(7)
			folder.Away.Store(c.away)
			if d.full = c.full; c.full {
				for _, px := range bothSizes {
					data, _ := another(t, px)
					if err := shelf.PutDerivative(sum, px, data); err != nil {
						t.Fatal(err)
					}
				}
			}
			synctest.Test(t, func(t *testing.T) {
				v := views(d, shelf)
				running(t, v)
				for begun := time.Now(); time.Since(begun) < looked; time.Sleep(3 * time.Second) {
					err := v.Ask(sum)
					if first := time.Since(begun) == 0; (err == nil) != first || !first && c.is != nil && !errors.Is(err, c.is) {
						t.Errorf("after %v: %v", time.Since(begun), err)
					}
					synctest.Wait()
				}
				if n := len(d.tries()); n < c.least || n > c.most {
					t.Errorf("in %v it was tried %d times", looked, n)
				}
			})
		})
	}
}

// A depot that was away all night is asked within half a minute.
func TestADepotThatIsBackIsSeenSoon(t *testing.T) {
	folder := &depottest.Folder{Dir: t.TempDir()}
	d, shelf := viewDesk(), evidence.Shelf{Dir: t.TempDir(), Depot: folder}
	sum := named(8)
	for _, px := range bothSizes {
		data, _ := another(t, px)
		if err := shelf.PutDerivative(sum, px, data); err != nil {
			t.Fatal(err)
		}
	}
	folder.Away.Store(true)
	synctest.Test(t, func(t *testing.T) {
		v := views(d, shelf)
		running(t, v)
		for begun := time.Now(); time.Since(begun) < 10*time.Hour; time.Sleep(3 * time.Second) {
			_ = v.Ask(sum)
			synctest.Wait()
		}
		folder.Away.Store(false)
		for begun := time.Now(); time.Since(begun) < 40*time.Second; time.Sleep(3 * time.Second) {
			_ = v.Ask(sum)
			synctest.Wait()
		}
		if err := v.Ask(sum); err != nil || len(d.found[sum].Copies) != 2 {
			t.Errorf("%v %v", err, d.found[sum].Copies)
		}
	})
}

func TestAPhotoThatIsTooHeavyIsDecodedOnce(t *testing.T) {
	d, shelf := viewDesk(), evidence.Shelf{Dir: t.TempDir()}
	sum := putHEIC(t, shelf, "bomb.heic")
	v := views(d, shelf)
	for range 3 {
		if err := v.MakeAll(t.Context(), []string{sum, sum}); err != nil {
			t.Error(err)
		}
	}
	var refusal evidence.Refusal
	if err := v.Ask(sum); !errors.As(err, &refusal) || refusal.Code() != evidence.CodePixels {
		t.Errorf("who looks is told %v", err)
	}
	if n := len(d.tries()); n != 1 || len(d.found) != 0 {
		t.Errorf("it was tried %d times, and found %v", n, d.found)
	}
}

// A case that goes out waits two minutes for all its photos, and for those of others before them.
func TestACaseThatGoesOutDoesNotWaitLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := viewDesk()
		d.nothing, d.takes = true, 50*time.Second
		v := views(d, evidence.Shelf{Dir: t.TempDir()})
		sums := make([]string, 20)
		for i := range sums {
			sums[i] = named(i)
		}
		begun := time.Now()
		if err := v.MakeAll(t.Context(), sums); err != nil || time.Since(begun) > 3*time.Minute || len(d.tries()) != 3 {
			t.Errorf("%v after %v, %d were tried", err, time.Since(begun), len(d.tries()))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { _ = v.Make(t.Context(), named(100)) }()
		synctest.Wait()
		if err := v.MakeAll(ctx, sums); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who goes away behind another is told %v", err)
		}
		time.Sleep(time.Minute) // the other is done
	})
}

// One of two copies was lost in the depot: the other comes from there.
func TestACopyInTheDepotIsNotMadeAnew(t *testing.T) {
	folder := &depottest.Folder{Dir: t.TempDir()}
	d, shelf := viewDesk(), evidence.Shelf{Dir: t.TempDir(), Depot: folder}
	sum := putHEIC(t, shelf, "phone.heic")
	data, want := another(t, evidence.Large)
	if err := shelf.PutDerivative(sum, evidence.Large, data); err != nil {
		t.Fatal(err)
	}
	if err := folder.Put(t.Context(), evidence.Key(sum, evidence.Large), shelf.Place(sum, evidence.Large)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(shelf.Place(sum, evidence.Large)); err != nil {
		t.Fatal(err)
	}
	if err := views(d, shelf).Make(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	f := d.found[sum]
	if f.Copies[evidence.Large] != want || !slices.Equal(f.Anew, []int{evidence.Small}) || f.Picture == nil {
		t.Errorf("%+v", f)
	}
	if n, err := folder.Size(t.Context(), evidence.Key(sum, evidence.Small)); err != nil || n == 0 {
		t.Errorf("the small one in the depot: %d bytes, %v", n, err)
	}
}

// alone sees to it that nobody looks at what is stored while another is about to store.
type alone struct {
	*rows
	t      *testing.T
	inside atomic.Bool
	looks  atomic.Int64
}

func (a *alone) Facts(evidence.Item, *evidence.Finding) (evidence.Known, error) {
	a.looks.Add(1)
	if !a.inside.CompareAndSwap(false, true) {
		a.t.Error("two look at what is stored, and neither sees the other")
	}
	for range 1000 {
		runtime.Gosched()
	}
	return evidence.Known{}, nil
}

func (a *alone) Again(string, int) ([]evidence.Item, error) { return nil, nil }

func (a *alone) Review(evidence.Item, []check.Result) error { return nil }

func (a *alone) Store(item evidence.Item, f evidence.Finding) error {
	a.inside.Store(false)
	return a.rows.Store(item, f)
}

func (a *alone) Bare(sum string) ([]evidence.Item, error) {
	return []evidence.Item{{ID: "x", Sum: sum}}, nil
}

func (a *alone) Copied([]evidence.Item, evidence.Finding) error {
	a.inside.Store(false)
	return nil
}

func TestNothingIsStoredUnseenBesideAPhotoThatIsLookedAt(t *testing.T) {
	r, _ := desk(t)
	r.shelf.Depot = nil
	a := &alone{rows: r, t: t}
	for i := range 20 {
		r.bring(fmt.Sprintf("p%02d", i), uint64(i))
	}
	sum := named(9)
	for _, px := range bothSizes {
		data, _ := another(t, px)
		if err := r.shelf.PutDerivative(sum, px, data); err != nil {
			t.Fatal(err)
		}
	}
	w := evidence.NewWorker(a, r.shelf, time.Now)
	w.Examiner = a
	v := evidence.NewOnView(a, w)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	for r.stored() < 20 {
		if err := v.Make(t.Context(), sum); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-done
	t.Logf("%d looks", a.looks.Load())
}
