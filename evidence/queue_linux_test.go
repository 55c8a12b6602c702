package evidence

// A queue of large photos: what the process takes while two are worked on at a time.

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"xuncha/internal/photo"
)

const (
	queueChild  = "XUNCHA_TEST_QUEUE"
	queuePhotos = "QUEUE_PHOTOS" // how many; 60 where it is not said
	queueMost   = 300            // MB that the process may take
)

func TestAQueueOfLargePhotosTakesBoundedMemory(t *testing.T) {
	if os.Getenv(queueChild) != "" {
		workQueue(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAQueueOfLargePhotosTakesBoundedMemory$", "-test.v", "-test.timeout=60m")
	cmd.Env = append(os.Environ(), queueChild+"=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

func workQueue(t *testing.T) {
	n := 60
	if text := os.Getenv(queuePhotos); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	shelf, d := Shelf{Dir: t.TempDir()}, newDesk()
	data := sample(photo.Tags{Taken: taken, Orientation: 6}, 4_000, 3_000)
	for i := range n { // what stands behind the end makes another file of it
		d.put(t, shelf, fmt.Sprintf("p%06d", i), append(bytes.Clone(data), fmt.Sprint(i)...))
	}
	w := NewWorker(d, shelf, func() time.Time { return taken })
	begun := time.Now()
	if err := w.round(context.Background()); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d photos of 12 megapixels in %v, %d MB at most\n", n, time.Since(begun).Round(time.Second), peak(t))
	for i, id := range d.tries() {
		if id != fmt.Sprintf("p%06d", i) || len(d.flags(id)) != 0 {
			t.Errorf("photo %d: %s %v", i, id, d.flags(id))
		}
	}
	if len(d.found) != n || peak(t) > queueMost {
		t.Errorf("%d of %d were stored, %d MB were taken", len(d.found), n, peak(t))
	}
}
