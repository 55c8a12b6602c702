package evidence_test

// Copies that lie already stay as they are, for the log says what bytes they have; and an
// original leaves this disk only for bytes that were read back.

import (
	"bytes"
	"context"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/evidence"
	"xuncha/evidence/depottest"
	"xuncha/internal/photo"
)

// work lets a worker work for a while.
func (r *rows) work(t *testing.T, while time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { evidence.NewWorker(r, r.shelf, time.Now).Run(ctx); close(done) }()
		time.Sleep(while)
		cancel()
		<-done
	})
}

// another is a copy as another encoder would make it.
func another(t *testing.T, px int) (data []byte, sum string) {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo.Scene(uint64(px), 64, 48), &jpeg.Options{Quality: 33}); err != nil {
		t.Fatal(err)
	}
	sum, _, err := evidence.SumOf(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sum
}

// bothSizes are those that every photo has.
var bothSizes = []int{evidence.Small, evidence.Large}

func TestASecondRowKeepsTheCopiesThatLieThere(t *testing.T) {
	for name, c := range map[string]struct {
		depot, swept bool
	}{"on this disk": {}, "in the depot and here": {depot: true}, "in the depot only": {depot: true, swept: true}} {
		t.Run(name, func(t *testing.T) {
			r, folder := desk(t)
			if !c.depot {
				r.shelf.Depot = nil
			}
			sum := r.bring("a", 1)
			r.work(t, time.Minute)
			for _, px := range bothSizes {
				data, _ := another(t, px)
				if err := r.shelf.PutDerivative(sum, px, data); err != nil {
					t.Fatal(err)
				}
				if !c.depot {
					continue
				}
				if err := folder.Put(t.Context(), evidence.Key(sum, px), r.shelf.Place(sum, px)); err != nil {
					t.Fatal(err)
				}
				if c.swept {
					if err := os.Remove(r.shelf.Place(sum, px)); err != nil {
						t.Fatal(err)
					}
				}
			}
			again := r.bring("b", 1)
			r.work(t, time.Minute)
			if again != sum || r.stored() != 2 {
				t.Fatalf("%d stored", r.stored())
			}
			first, second := r.found["a"], r.found["b"]
			for _, px := range bothSizes {
				_, want := another(t, px)
				f, err := r.shelf.Open(t.Context(), sum, px)
				if err != nil {
					t.Fatal(err)
				}
				is, _, err := evidence.SumOf(f)
				_ = f.Close()
				if err != nil || is != want || second.Copies[px] != want || first.Copies[px] == want {
					t.Errorf("%d px lies as %.8s, the second row says %.8s, it was %.8s: %v", px, is, second.Copies[px], want, err)
				}
			}
			data, _ := another(t, evidence.Small)
			if want := evidence.Picture(data); second.Picture == nil || *second.Picture != *want {
				t.Errorf("what is seen is %v", second.Picture)
			}
		})
	}
}

// A small one alone is a first preview, and a lost one is made beside the other.
func TestOnlyALargeCopySaysThatBothAreReal(t *testing.T) {
	r, _ := desk(t)
	r.shelf.Depot = nil
	preview, lost := r.bring("a", 1), r.bring("b", 2)
	small, smallSum := another(t, evidence.Small)
	large, largeSum := another(t, evidence.Large)
	if err := r.shelf.PutDerivative(preview, evidence.Small, small); err != nil {
		t.Fatal(err)
	}
	if err := r.shelf.PutDerivative(lost, evidence.Large, large); err != nil {
		t.Fatal(err)
	}
	r.work(t, time.Minute)
	if a := r.found["a"]; len(a.Copies) != 2 || a.Copies[evidence.Small] == smallSum {
		t.Errorf("a preview stays: %v", a.Copies)
	}
	if b := r.found["b"]; len(b.Copies) != 2 || b.Copies[evidence.Large] != largeSum {
		t.Errorf("the large one is made anew: %v", b.Copies)
	}
}

// damage puts an object of the right length and other bytes under a key.
func damage(t *testing.T, folder *depottest.Folder, key, like string) {
	t.Helper()
	data, err := os.ReadFile(like)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	path := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Put(t.Context(), key, path); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedObjectOfTheSameLengthIsPutAgain(t *testing.T) {
	r, folder := desk(t)
	waits, moves := r.bring("a", 1), r.bring("b", 2)
	r.found["b"] = evidence.Finding{} // of a house that had no depot
	for _, sum := range []string{waits, moves} {
		damage(t, folder, evidence.Key(sum, 0), r.shelf.Original(sum))
	}
	r.work(t, time.Minute)
	if r.stored() != 2 {
		t.Errorf("%d stored", r.stored())
	}
	for _, sum := range []string{waits, moves} {
		f, err := folder.Open(t.Context(), evidence.Key(sum, 0))
		if err != nil {
			t.Fatal(err)
		}
		is, _, err := evidence.SumOf(f)
		_ = f.Close()
		if is != sum || err != nil || r.shelf.Has(sum) {
			t.Errorf("%s rests as %s, here %v: %v", sum, is, r.shelf.Has(sum), err)
		}
	}
}

// deaf is a depot that says it took an original, and keeps what it had.
type deaf struct{ *depottest.Folder }

func (d deaf) Put(ctx context.Context, key, path string) error {
	if filepath.Ext(key) == "" {
		d.Asked.Add(1)
		return nil
	}
	return d.Folder.Put(ctx, key, path)
}

func TestAnOriginalIsNotLetGoForOtherBytes(t *testing.T) {
	r, folder := desk(t)
	waits, moves := r.bring("a", 1), r.bring("b", 2)
	r.found["b"] = evidence.Finding{}
	for _, sum := range []string{waits, moves} {
		damage(t, folder, evidence.Key(sum, 0), r.shelf.Original(sum))
	}
	r.shelf.Depot = deaf{folder}
	r.work(t, time.Hour)
	if r.stored() != 1 || !r.shelf.Has(waits) || !r.shelf.Has(moves) {
		t.Errorf("%d stored, here %v and %v", r.stored(), r.shelf.Has(waits), r.shelf.Has(moves))
	}
	if n := folder.Asked.Load(); n > 100 {
		t.Errorf("the depot is asked %d times in an hour", n)
	}
	r.shelf.Depot = folder
	r.work(t, time.Minute)
	if r.stored() != 2 || r.shelf.Has(waits) || r.shelf.Has(moves) {
		t.Errorf("once it can be: %d stored, here %v and %v", r.stored(), r.shelf.Has(waits), r.shelf.Has(moves))
	}
}
