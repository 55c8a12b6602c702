package likeness

// Pictures are found however they were turned, also while others are added.

import (
	"image"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/disintegration/imaging"
)

func hashOf(t *testing.T, img image.Image) Hash {
	t.Helper()
	h, ok := Of(img)
	if !ok {
		t.Fatal("the picture has no hash")
	}
	return h
}

// Turning the hash is turning the picture.
func TestTurnsAreThoseOfThePicture(t *testing.T) {
	for seed := range uint64(50) {
		img := newScene(seed).draw(320, 320, straight)
		h := hashOf(t, img)
		for name, turned := range map[string]image.Image{
			"mirrored": imaging.FlipH(img), "upside down": imaging.FlipV(img), "90": imaging.Rotate90(img), "180": imaging.Rotate180(img),
			"270": imaging.Rotate270(img), "transposed": imaging.Transpose(img), "transverse": imaging.Transverse(img),
		} {
			if n := Apart(h, hashOf(t, turned)); n > 1 { // a sign of what is almost zero may tip
				t.Errorf("scene %d, %s: %d bits", seed, name, n)
			}
		}
	}
}

func TestWhatShowsNothingHasNoHash(t *testing.T) {
	for name, img := range map[string]image.Image{
		"one shade": image.NewGray(image.Rect(0, 0, 100, 100)), "tiny": newScene(1).draw(31, 31, straight), "none": image.NewRGBA(image.Rect(0, 0, 0, 0)),
	} {
		if _, ok := Of(img); ok {
			t.Errorf("%s has a hash", name)
		}
	}
}

func TestAnIndexIsAskedWhileItGrows(t *testing.T) {
	var x Index
	var all sync.WaitGroup
	for part := range 4 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(part), 1))
			for i := range 2_000 {
				h := Hash{r.Uint64(), r.Uint64()}
				key := int64(part*10_000 + i)
				x.Add(key, h)
				found := x.Near(h.Turns()[i%8], 0)
				if len(found) != 1 || found[0] != (Match{key, 0}) {
					t.Errorf("%d: %v", key, found)
					return
				}
			}
		})
	}
	all.Wait()
	if x.Len() != 8_000 {
		t.Errorf("%d pictures", x.Len())
	}
}

// A million pictures are looked through in milliseconds. The bound is that of a busy machine
// with another at work; the number is printed.
func TestAMillionPicturesAreLookedThroughInMilliseconds(t *testing.T) {
	var x Index
	r := rand.New(rand.NewPCG(1, 1))
	for key := range int64(1_000_000) {
		x.Add(key, Hash{r.Uint64(), r.Uint64()})
	}
	best := time.Hour
	for range 9 {
		begun := time.Now()
		x.Near(Hash{r.Uint64(), r.Uint64()}, Maybe)
		best = min(best, time.Since(begun))
	}
	t.Logf("a million pictures in %v", best)
	if best > 60*time.Millisecond {
		t.Errorf("it took %v", best)
	}
}
