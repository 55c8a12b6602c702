package evidence_test

// The way into the depot: what is inspected is brought there before its row says so, and a
// depot that goes away stops nothing and loses nothing.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/evidence"
	"xuncha/evidence/depottest"
	"xuncha/internal/photo"
)

// rows are a desk in memory.
type rows struct {
	mu    sync.Mutex
	items []evidence.Item
	found map[string]evidence.Finding
	shelf evidence.Shelf
	t     *testing.T
}

func (r *rows) Waiting(after string, limit int) ([]evidence.Item, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []evidence.Item
	for _, item := range r.items {
		if _, done := r.found[item.ID]; !done && item.ID > after && len(out) < limit {
			out = append(out, item)
		}
	}
	return out, nil
}

// Store asks, before a row says so, whether all of it is in the depot.
func (r *rows) Store(item evidence.Item, f evidence.Finding) error {
	if r.shelf.Depot != nil {
		r.rests(item, f)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[item.ID] = f
	return nil
}

func (r *rows) rests(item evidence.Item, f evidence.Finding) {
	far, err := r.shelf.Depot.Open(context.Background(), evidence.Key(item.Sum, 0))
	if err != nil {
		r.t.Errorf("a receipt is given for what is not in the depot: %v", err)
		return
	}
	defer func() { _ = far.Close() }()
	if is, n, err := evidence.SumOf(far); err != nil || n != f.Receipt.Size || is != item.Sum {
		r.t.Errorf("a receipt is given for what lies with %d bytes as %s in the depot: %v", n, is, err)
	}
}

func (r *rows) Settled(sums []string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := func(sum string) bool {
		return slices.ContainsFunc(r.items, func(i evidence.Item) bool { _, done := r.found[i.ID]; return i.Sum == sum && !done })
	}
	return slices.DeleteFunc(slices.Clone(sums), waits), nil
}

func (r *rows) stored() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.found)
}

// bring puts a photo onto the shelf and says that it waits.
func (r *rows) bring(id string, seed uint64) string {
	r.t.Helper()
	sum, size, _, err := r.shelf.Put(bytes.NewReader(photo.JPEG(photo.Scene(seed, 64, 48), photo.Tags{Orientation: 1})), evidence.MaxBytes)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, evidence.Item{ID: id, Sum: sum, Size: size})
	return sum
}

func desk(t *testing.T) (*rows, *depottest.Folder) {
	folder := &depottest.Folder{Dir: t.TempDir()}
	return &rows{found: map[string]evidence.Finding{}, t: t, shelf: evidence.Shelf{Dir: t.TempDir(), Depot: folder}}, folder
}

func TestADepotThatGoesAwayStopsNothingAndLosesNothing(t *testing.T) {
	r, folder := desk(t)
	folder.Away.Store(true)
	sums := []string{r.bring("a", 1), r.bring("b", 2), r.bring("c", 3)}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := evidence.NewWorker(r, r.shelf, time.Now)
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if away, waiting := w.Away(); !away || waiting != 3 || r.stored() != 0 {
			t.Errorf("away %v, %d wait, %d stored", away, waiting, r.stored())
		}
		for _, sum := range sums {
			if _, err := os.Stat(r.shelf.Derivative(sum, evidence.Small)); err != nil {
				t.Errorf("the small copy waits for the depot: %v", err)
			}
		}
		before := folder.Asked.Load()
		time.Sleep(10 * time.Minute)
		if asked := folder.Asked.Load() - before; asked < 15 || asked > 25 {
			t.Errorf("a depot that is away for ten minutes is asked %d times", asked)
		}
		for range 100 {
			w.Wake()
			synctest.Wait()
		}
		folder.Away.Store(false)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if away, waiting := w.Away(); away || waiting != 0 || r.stored() != 3 {
			t.Errorf("away %v, %d wait, %d stored", away, waiting, r.stored())
		}
		cancel()
		<-done
	})
	for _, sum := range sums {
		if r.shelf.Has(sum) {
			t.Error("what rests in the depot takes its place here too")
		}
		f, err := r.shelf.Open(t.Context(), sum, 0)
		if err != nil {
			t.Fatal(err)
		}
		if is, _, err := evidence.SumOf(f); is != sum || err != nil {
			t.Errorf("%s comes back as %s: %v", sum, is, err)
		}
		_ = f.Close()
	}
}

// stubborn is a depot that does not take one file, and says so as if it were away.
type stubborn struct {
	*depottest.Folder
	key string
}

func (s stubborn) Put(ctx context.Context, key, path string) error {
	if key == s.key {
		return evidence.ErrAway
	}
	return s.Folder.Put(ctx, key, path)
}

func TestOneFileThatTheDepotDoesNotTakeStopsNoOther(t *testing.T) {
	r, folder := desk(t)
	bad := r.bring("a", 1)
	r.shelf.Depot = stubborn{folder, evidence.Key(bad, 0)}
	for i := range 20 {
		r.bring("b"+string(rune('a'+i)), uint64(10+i))
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := evidence.NewWorker(r, r.shelf, time.Now)
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if r.stored() != 20 {
			t.Errorf("%d of 20 are stored", r.stored())
		}
		cancel()
		<-done
	})
}

func TestTwoRowsOfTheSameBytesRestOnce(t *testing.T) {
	r, folder := desk(t)
	work := func() {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			w := evidence.NewWorker(r, r.shelf, time.Now)
			done := make(chan struct{})
			go func() { w.Run(ctx); close(done) }()
			time.Sleep(time.Minute)
			cancel()
			<-done
		})
	}
	sum := r.bring("a", 1)
	r.items = append(r.items, evidence.Item{ID: "b", Sum: sum})
	work()
	r.items = append(r.items, evidence.Item{ID: "c", Sum: sum}) // much later, and its bytes rest already
	work()
	if r.stored() != 3 || r.shelf.Has(sum) {
		t.Errorf("%d stored, here %v", r.stored(), r.shelf.Has(sum))
	}
	folder.Away.Store(true)
	if _, err := r.shelf.Open(t.Context(), sum, 0); !errors.Is(err, evidence.ErrAway) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what cannot be asked for now: %v", err)
	}
}

func TestAHouseThatHadNoDepotMovesIn(t *testing.T) {
	r, folder := desk(t)
	r.shelf.Depot = folder
	sum := r.bring("a", 1)
	r.found["a"] = evidence.Finding{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { evidence.NewWorker(r, r.shelf, time.Now).Run(ctx); close(done) }()
		time.Sleep(time.Second)
		cancel()
		<-done
	})
	f, err := folder.Open(t.Context(), evidence.Key(sum, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if data, err := io.ReadAll(f); err != nil || len(data) == 0 || r.shelf.Has(sum) {
		t.Errorf("%d bytes, here %v: %v", len(data), r.shelf.Has(sum), err)
	}
}

func TestCopiesOfWhatRestsAreSweptAfterAWeek(t *testing.T) {
	r, folder := desk(t)
	rests, here, fresh := r.bring("a", 1), r.bring("b", 2), r.bring("c", 3)
	now := time.Now()
	for _, sum := range []string{rests, here, fresh} {
		if err := r.shelf.PutDerivative(sum, evidence.Small, []byte("small")); err != nil {
			t.Fatal(err)
		}
	}
	old := now.AddDate(0, 0, -8)
	if err := errors.Join(
		folder.Put(t.Context(), evidence.Key(rests, 0), r.shelf.Original(rests)), os.Remove(r.shelf.Original(rests)), os.Remove(r.shelf.Original(fresh)),
		os.Chtimes(r.shelf.Derivative(rests, evidence.Small), old, old), os.Chtimes(r.shelf.Derivative(here, evidence.Small), old, old),
		os.Chtimes(r.shelf.Original(here), old, old),
	); err != nil {
		t.Fatal(err)
	}
	all := func(sums []string) ([]string, error) { return sums, nil }
	if n, err := r.shelf.Sweep(all, now.AddDate(0, 0, -evidence.KeptDays)); n != 1 || err != nil {
		t.Errorf("%d swept: %v", n, err)
	}
	for sum, want := range map[string]bool{rests: false, here: true, fresh: true} {
		if _, err := os.Stat(r.shelf.Derivative(sum, evidence.Small)); (err == nil) != want {
			t.Errorf("the copy of %s: %v", sum, err)
		}
	}
}
