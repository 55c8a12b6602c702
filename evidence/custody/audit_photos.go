package custody

// The audit of photos: each row against its leaves, and each file against its hash.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// seen is what an original turned out to be.
type seen struct {
	sum  string // that it has; "" if it is not there
	size int64
}

// story is what the log tells of one photo.
type story struct {
	begun    bool
	adopted  bool
	facts    map[string]any // of the capture
	received *Leaf
	size     int64 // bytes, as they were received
	mime     string
	exif     any
	checks   string
	copies   map[string]any // hashes by size
	flags    []string
	decision map[string]any
}

func (r *running) photos() error {
	chains := chain{known: map[string]bool{}, taken: map[string]int{}, after: map[string][]string{}}
	err := r.Archive.Photos(r.Case, func(p Photo) error {
		r.report.Photos++
		r.tell("photos", int64(r.report.Photos), 0)
		kept, err := r.Archive.LeavesOf(p.ID)
		if err != nil {
			return err
		}
		chains.add(p)
		return r.photo(p, tellStory(p.ID, kept))
	})
	chains.end(r)
	if r.adopted > 0 {
		r.notice(NoticeAdopted, "log", "%d photos were there before the log was: what it tells of them begins with it", r.adopted)
	}
	return err
}

// tellStory reads the leaves of a photo. Broken ones were reported before.
func tellStory(id string, kept []Kept) (s story) {
	for _, k := range kept {
		leaf, err := ReadLeaf(k.Text)
		if err != nil || leaf.Evidence != id || leaf.Event != k.Event || !leaf.Covers(k.Facts) {
			continue
		}
		facts := map[string]any{}
		if len(k.Facts) > 0 {
			if facts, err = Facts(k.Facts); err != nil {
				continue
			}
		}
		s.add(leaf, facts)
	}
	return s
}

func (s *story) add(leaf Leaf, facts map[string]any) {
	switch leaf.Event {
	case Captured, Adopted:
		if !s.begun {
			s.begun, s.adopted, s.facts = true, leaf.Event == Adopted, facts
		}
	case Received:
		s.received = &leaf
		size, _ := facts["size"].(float64) // bytes of a file are far below what this holds
		s.size = int64(size)
		s.mime, _ = facts["mime"].(string)
		s.exif = facts["exif"]
	case Edited:
		maps.Copy(s.facts, facts)
	case Checked:
		s.checks, _ = facts["checks"].(string)
	case Derived:
		s.copies = facts
	case Flagged:
		s.flags = nil
		list, _ := facts["flags"].([]any) // none
		for _, flag := range list {
			s.flags = append(s.flags, fmt.Sprint(flag))
		}
	case Decided:
		s.decision = facts
	}
}

func (r *running) photo(p Photo, s story) error {
	name := "photo " + p.ID
	if told := p.Receipt.LogIndex; told != nil && *told >= r.size {
		r.find(LogShort, name, "its receipt names leaf %d, and the log ends after %d leaves", *told, r.size)
	}
	if !s.begun {
		r.find(RecordUnlogged, name, "its row was never logged")
		return nil
	}
	if s.adopted {
		r.adopted++
	}
	different, err := Differences(s.facts, p.Facts)
	if err != nil {
		return err
	}
	for _, field := range different {
		r.find(RecordAltered, name, "%s is %s in its row and was %s when it was logged", field, brief(p.Facts[field]), brief(s.facts[field]))
	}
	if !slices.Equal(sorted(s.flags), sorted(p.Flags)) {
		r.find(RecordAltered, name, "its flags are %v in its row and %v in the log", p.Flags, s.flags)
	}
	if !sameDecision(s.decision, p.Decision) {
		r.find(RecordAltered, name, "the decision about its flags is %s in its row and %s in the log", brief(p.Decision), brief(s.decision))
	}
	if s.checks != p.Checks {
		r.find(RecordAltered, name, "what the checks found is not what was logged")
	}
	if !p.Stored {
		if s.received != nil {
			r.find(RecordAltered, name, "its bytes were received by leaf %d, and its row says that they were not", s.received.N)
		}
		return nil
	}
	r.receipt(name, p, s)
	if p.State != p.Follows {
		r.find(RecordAltered, name, "its state is %s, and %s follows from its flags and the decision", p.State, p.Follows)
	}
	if s.received != nil {
		seen, err := Differences(map[string]any{"mime": s.mime, "exif": s.exif}, map[string]any{"mime": p.Mime, "exif": p.Exif})
		if err != nil {
			return err
		}
		for _, field := range seen {
			r.find(RecordAltered, name, "%s is not what was logged when its bytes were received", field)
		}
	}
	return r.files(name, p, s)
}

func sameDecision(logged, row map[string]any) bool {
	if logged == nil || row == nil {
		return len(logged) == 0 && len(row) == 0
	}
	different, err := Differences(logged, row)
	return err == nil && len(different) == 0
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// brief is a value in a sentence.
func brief(v any) string {
	if v == nil {
		return "empty"
	}
	return fmt.Sprintf("%.80v", v)
}

// receipt: what the phone was told is what the log holds.
func (r *running) receipt(name string, p Photo, s story) {
	got := p.Receipt
	switch {
	case s.received == nil:
		r.find(ReceiptAltered, name, "no leaf says that its bytes were received")
	case got.SHA256 != p.SHA256 || s.received.SHA256 != p.SHA256:
		r.find(ReceiptAltered, name, "its row is of %.12s…, its receipt of %.12s…, the log of %.12s…", p.SHA256, got.SHA256, s.received.SHA256)
	case got.Size != s.size:
		r.find(ReceiptAltered, name, "its receipt is over %d bytes, the log over %d", got.Size, s.size)
	case got.LogIndex == nil && s.adopted: // it was given before there was a log
	case got.LogIndex == nil:
		r.find(ReceiptAltered, name, "its receipt names no leaf")
	case *got.LogIndex != s.received.N:
		r.find(ReceiptAltered, name, "its receipt names leaf %d, it was received by leaf %d", *got.LogIndex, s.received.N)
	default:
		r.receiptHead(name, got)
	}
}

func (r *running) receiptHead(name string, got Receipt) {
	h, _, err := OpenHead(got.TreeHead, r.named())
	if err != nil {
		r.find(ReceiptAltered, name, "the head in its receipt: %v", err)
		return
	}
	root, err := r.root(h.Size)
	switch {
	case h.Size > r.size:
		r.find(LogShort, name, "its receipt was given over %d leaves, the log has %d", h.Size, r.size)
	case err != nil || root != h.Root:
		r.find(LogForked, name, "its receipt was given over other leaves than the log holds")
	}
}

// files reads the original and its copies.
func (r *running) files(name string, p Photo, s story) error {
	is, err := r.original(p.SHA256)
	switch {
	case err != nil:
		return err
	case is.sum == "":
		r.find(FileMissing, name, "its original %s is gone", p.SHA256)
	case is.sum != p.SHA256:
		r.find(FileAltered, name, "its original has other bytes: their SHA-256 is %.12s…, not %.12s…", is.sum, p.SHA256)
	}
	for _, size := range slices.Sorted(maps.Keys(s.copies)) {
		is, err := r.read(func(ctx context.Context) (io.ReadCloser, error) { return r.Files.Copy(ctx, p.SHA256, size) })
		switch {
		case err != nil:
			return err
		case is.sum == "":
			r.find(CopyMissing, name, "its copy of %s px is gone", size)
		case is.sum != s.copies[size]:
			r.find(CopyAltered, name, "its copy of %s px has other bytes than were made", size)
		}
	}
	return nil
}

// original reads an original once, however many rows name it.
func (r *running) original(sum string) (seen, error) {
	if is, ok := r.sums[sum]; ok {
		return is, nil
	}
	is, err := r.read(func(ctx context.Context) (io.ReadCloser, error) { return r.Files.Original(ctx, sum) })
	if err == nil {
		r.sums[sum] = is
	}
	return is, err
}

func (r *running) read(open func(context.Context) (io.ReadCloser, error)) (seen, error) {
	f, err := open(r.ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return seen{}, nil
	}
	if err != nil {
		return seen{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	r.report.Files++
	r.report.Bytes += n
	return seen{hex.EncodeToString(h.Sum(nil)), n}, errors.Join(err, f.Close())
}

// gone: what was logged has a row. With one case the others are asked for too: a row that
// is gone belongs to none.
func (r *running) gone() error {
	for _, id := range slices.SortedFunc(maps.Keys(r.captured), func(a, b string) int { return int(r.captured[a] - r.captured[b]) }) {
		there, err := r.Archive.Has(id)
		if err != nil {
			return err
		}
		if !there {
			r.find(RecordMissing, "photo "+id, "leaf %d logged it, and its row is gone", r.captured[id])
		}
	}
	return nil
}

// chain follows the photos of devices: each carries the hash of the one before it.
type chain struct {
	known map[string]bool     // sums
	taken map[string]int      // how often, by device and sum: the same bytes may come twice
	after map[string][]string // the photos that follow one, by device and sum
	asks  []Photo
}

func (c *chain) add(p Photo) {
	c.known[p.SHA256] = true
	if p.Device == "" {
		return
	}
	c.taken[p.Device+" "+p.SHA256]++
	if p.Previous != "" {
		key := p.Device + " " + p.Previous
		c.after[key] = append(c.after[key], p.ID)
		c.asks = append(c.asks, p)
	}
}

// end names gaps and forks. Of one case alone they cannot be told: the photo before may be of
// another.
func (c *chain) end(r *running) {
	if r.Case != "" {
		return
	}
	for _, p := range c.asks {
		key := p.Device + " " + p.Previous
		if !c.known[p.Previous] {
			r.notice(NoticeGap, "photo "+p.ID, "the photo that %s took before it (%.12s…) has not arrived", strings.TrimSpace(p.Device), p.Previous)
		}
		if others := c.after[key]; len(others) > max(1, c.taken[key]) && others[0] != p.ID {
			r.notice(NoticeFork, "photo "+p.ID, "it follows %.12s… as photo %s does, on the same device", p.Previous, others[0])
		}
	}
}
