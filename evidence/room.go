package evidence

// How much there is room for: on the disk, where the database must go on, and for each user,
// so that one who runs wild does not take everybody's.

import (
	"context"
	"errors"
	stdsync "sync"
	"syscall"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"
)

// Limits bound what is uploaded. The zero value of a field is its default.
type Limits struct {
	File       int64 // bytes of a video or a document; images have MaxBytes
	Unfinished int   // uploads of one user that are begun and not finished
	Daily      int64 // bytes that one user begins to upload on one day in China
	Reserve    int64 // bytes of the disk that stay free for the database

	// Free is the room on the disk of a folder in bytes; nil asks the system.
	Free func(dir string) (int64, error)
}

// WithDefaults fills in what is not set: an inspector brings 500 photos a day, and videos of
// four gigabytes.
func (l Limits) WithDefaults() Limits {
	for _, f := range []struct {
		value *int64
		usual int64
	}{{&l.File, 512 << 20}, {&l.Daily, 8 << 30}, {&l.Reserve, 1 << 30}} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	if l.Unfinished == 0 {
		l.Unfinished = 2000
	}
	if l.Free == nil {
		l.Free = freeOn
	}
	return l
}

func freeOn(dir string) (int64, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(dir, &s)
	return int64(s.Bavail) * s.Bsize, err //nolint:gosec // a disk's size
}

// Used is what a user has taken up.
type Used struct {
	Bytes      int64 // of what was begun today
	Unfinished int
}

// Quota is what a user has used today and may use.
type Quota struct {
	Used   Used
	Limits Limits
	Until  time.Time // when the day ends
}

// china is where a day begins and ends.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// today is when the day began in China.
func today(now time.Time) time.Time {
	y, m, d := now.In(china).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, china)
}

// wasted are bytes that were brought and dropped today, by owner; the rows of those uploads
// are gone. A restart forgives them.
type wasted struct {
	mu    stdsync.Mutex
	day   time.Time
	bytes map[string]int64
}

func (w *wasted) add(owner string, n int64, day time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.day.Equal(day) {
		w.day, w.bytes = day, map[string]int64{}
	}
	if n > 0 {
		w.bytes[owner] += n
	}
}

func (w *wasted) of(owner string, day time.Time) int64 {
	w.add(owner, 0, day)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes[owner]
}

// waste counts what had come of an upload that its owner took back.
func (u *Uploads) waste(info tus.FileInfo) {
	if up, err := u.Owners.ByID(info.ID); err == nil {
		u.wasted.add(up.Owner, info.Offset, today(u.Now()))
	}
}

// Quota tells an owner what is used and what there is room for.
func (u *Uploads) Quota(owner string) (Quota, error) {
	day := today(u.Now())
	used, err := u.Owners.Used(owner, day)
	used.Bytes += u.wasted.of(owner, day)
	return Quota{used, u.limits, day.AddDate(0, 0, 1)}, err
}

// Full tells whether new uploads are refused because the disk has no room.
func (u *Uploads) Full() bool {
	var refusal Refusal
	return errors.As(u.store.room(0, u.limits.Reserve), &refusal)
}

// MaxFile is how many bytes a file may have.
func (u *Uploads) MaxFile() int64 { return u.limits.File }

// admit remembers a new upload if there is room for it. One owner's are judged one after the
// other, so that many at once do not pass the same limit together.
func (u *Uploads) admit(ctx context.Context, up Upload) error {
	if err := u.store.room(up.Size, u.limits.Reserve); err != nil {
		return err
	}
	unlock, err := u.locks.hold(ctx, up.Owner)
	if err != nil {
		return err
	}
	defer unlock()
	q, err := u.Quota(up.Owner)
	switch {
	case err != nil:
		return err
	case q.Used.Unfinished >= q.Limits.Unfinished:
		return tooMuch(int64(q.Limits.Unfinished), CodeUnfinished, "%d uploads are begun and not finished; finish or delete some", q.Used.Unfinished)
	case q.Used.Bytes+up.Size > q.Limits.Daily:
		return tooMuch(q.Limits.Daily, CodeDaily, "%d of %d bytes are used today, and this has %d", q.Used.Bytes, q.Limits.Daily, up.Size)
	}
	return u.Owners.Begin(up)
}

// room refuses so many bytes more where they would leave less than a reserve.
func (d durable) room(size, reserve int64) error {
	free, err := d.limits.Free(d.Path)
	if err != nil {
		return err
	}
	if free-size < reserve {
		return full("%d bytes are free, and %d of them are kept for the database", free, reserve)
	}
	return nil
}
