package evidence

// What is swept off the shelf, and what a crash leaves.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"xuncha/internal/photo"
)

func TestOnlyWhatNobodyKnowsIsSweptOffTheShelf(t *testing.T) {
	s := Shelf{Dir: filepath.Join(t.TempDir(), "shelf")}
	now := time.Now()
	put := func(w int) string {
		sum, _, _, err := s.Put(bytes.NewReader(sample(photo.Tags{Taken: taken}, w, 48)), MaxBytes)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutDerivative(sum, Small, []byte("small")); err != nil {
			t.Fatal(err)
		}
		old := now.AddDate(0, 0, -8)
		if err := errors.Join(os.Chtimes(s.Original(sum), old, old), os.Chtimes(s.Derivative(sum, Small), old, old)); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	named, orphan, young, back := put(64), put(65), put(66), put(67)
	if err := os.Chtimes(s.Original(young), now, now); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Put(bytes.NewReader(sample(photo.Tags{Taken: taken}, 67, 48)), MaxBytes); err != nil {
		t.Fatal(err) // an old one comes again
	}
	known := func(sums []string) ([]string, error) {
		return slices.DeleteFunc(sums, func(sum string) bool { return sum != named }), nil
	}
	if n, err := s.Sweep(known, now.AddDate(0, 0, -7)); err != nil || n != 4 {
		t.Errorf("%d files: %v", n, err)
	}
	for sum, want := range map[string]bool{named: true, orphan: false, young: true, back: true} {
		if s.Has(sum) != want {
			t.Errorf("%s is there: %v", sum, !want)
		}
	}
	if _, err := os.Stat(s.Derivative(orphan, Small)); err == nil {
		t.Error("the derivative of what was swept is left")
	}
	fails := errors.New("the database is busy")
	if _, err := s.Sweep(func([]string) ([]string, error) { return nil, fails }, now.AddDate(0, 0, 1)); !errors.Is(err, fails) || !s.Has(young) {
		t.Errorf("swept without knowing: %v", err)
	}
}

func TestWhatACrashLeftHalfWrittenIsRemoved(t *testing.T) {
	s := Shelf{Dir: t.TempDir()}
	sum, _, _, err := s.Put(bytes.NewReader(picture), MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"incoming-1", "incoming-2.link", "derived-3"} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Tidy(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.Dir); err != nil || len(left) != 1 || !s.Has(sum) {
		t.Errorf("%v %v", left, err)
	}
}

// A file on the shelf that is not whole must not take the place of the one that is.
func TestAWholeFileReplacesOneThatIsNotWhatItsNameSays(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"cut":    func(path string) error { return os.Truncate(path, 10) },
		"rotten": func(path string) error { return os.WriteFile(path, make([]byte, len(picture)), 0o600) },
	} {
		s := Shelf{Dir: t.TempDir()}
		sum, _, _, err := s.Put(bytes.NewReader(picture), MaxBytes)
		if err == nil {
			err = errors.Join(os.Chmod(s.Original(sum), 0o600), spoil(s.Original(sum)))
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Put(bytes.NewReader(picture), MaxBytes); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(s.Original(sum)); err != nil || !bytes.Equal(data, picture) {
			t.Errorf("%s: %d bytes: %v", name, len(data), err)
		}
	}
}
