package evidence

// Uploads by tus 1.0: a photo arrives in pieces over days, and after a cut at any byte
// only the last piece is sent again. tusd speaks the protocol; who may touch an upload,
// that an acknowledged byte is on disk, and that the whole is what was promised is ours.

import (
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	stdsync "sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
	expslog "golang.org/x/exp/slog" // what tusd's setting takes
)

// ErrNotYours: there is no such upload of this user.
var ErrNotYours error = Refusal{code: CodeUnknown, detail: "there is no such upload of yours"}

// Upload is one upload as the house remembers it.
type Upload struct {
	ID    string
	Owner string
	Sum   string
	Size  int64
	Done  bool
	Rests bool // a row says that these bytes are stored
}

// key is what an owner uploads once.
func (up Upload) key() string { return up.Owner + " " + up.Sum }

// Owners remembers whose uploads there are.
type Owners interface {
	// Begin remembers a new upload, in the place of an earlier one of the same owner and sum.
	Begin(u Upload) error
	// BySum finds an owner's upload of these bytes; a zero Upload if there is none.
	BySum(owner, sum string) (Upload, error)
	// ByID finds an upload; a zero Upload if there is none.
	ByID(id string) (Upload, error)
	// Finish says that the bytes are on the shelf.
	Finish(id string) error
	// Forget drops an unfinished upload.
	Forget(id string) error
	// Unfinished returns the unfinished uploads begun before a time.
	Unfinished(before time.Time) ([]Upload, error)
	// Used is what an owner has unfinished, and began since a time.
	Used(owner string, since time.Time) (Used, error)
}

// Uploads is the tus endpoint for one folder.
type Uploads struct {
	Shelf  Shelf
	Owners Owners
	NewID  func() string
	Stored func()                                    // called when bytes came to the shelf
	Answer func(err error) (status int, body []byte) // a refusal as problem+json
	Now    func() time.Time
	Limits Limits // the zero value is the defaults

	limits  Limits // with its defaults
	store   durable
	tus     *tus.UnroutedHandler
	base    string
	locks   locks
	wasted  wasted
	silence time.Duration // see the locker; tests have less time
}

// Start makes the endpoint ready under the base path, with its folder dir.
func (u *Uploads) Start(dir, base string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	u.limits, u.base = u.Limits.WithDefaults(), base
	u.store = durable{filestore.New(dir), u.limits, func(r Refusal) error { return u.tusError(r) }, u.waste, u.drop}
	composer := tus.NewStoreComposer()
	composer.UseCore(u.store)
	composer.UseTerminater(u.store)
	if u.silence == 0 {
		u.silence = silence
	}
	(&locker{silence: u.silence}).UseIn(composer)
	handler, err := tus.NewUnroutedHandler(tus.Config{
		StoreComposer: composer, BasePath: base, DisableDownload: true, DisableConcatenation: true, RespectForwardedHeaders: true,
		Cors: &tus.CorsConfig{Disable: true}, MaxSize: u.limits.File, AcquireLockTimeout: u.silence + 15*time.Second,
		Logger:                    expslog.New(expslog.NewTextHandler(io.Discard, nil)), // what went wrong is logged where it is answered
		PreUploadCreateCallback:   u.begin,
		PreFinishResponseCallback: u.finish,
	})
	u.tus = handler
	return err
}

// ownerKey carries the user through tusd.
type ownerKey struct{}

// Serve answers one request of a signed-in owner.
func (u *Uploads) Serve(w http.ResponseWriter, r *http.Request, owner string) {
	sum, err := readChecksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		u.refuse(w, err)
		return
	}
	ctx := context.WithValue(r.Context(), ownerKey{}, owner)
	if r.Body != nil {
		l := &line{ReadCloser: r.Body, checksum: sum}
		ctx = context.WithValue(ctx, lineKey{}, l)
		r = r.WithContext(ctx)
		r.Body = l
	}
	r = r.Clone(ctx)
	r.URL.Path = "/" + strings.TrimPrefix(r.URL.Path, u.base) // tusd takes the id from what is left
	out := &answer{ResponseWriter: w, refuse: u.refuse, expires: func() string { return u.expires(w, r) }}
	u.tus.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			u.create(w, r, owner)
			return
		}
		out.most = u.goOn(w, r, owner)
		switch {
		case r.Method == http.MethodDelete && out.status == 0:
			u.forget(path.Base(r.URL.Path), owner)
		case out.status == http.StatusNotFound:
			u.meanwhile(out, r, owner)
		}
	})).ServeHTTP(out, r)
	out.end()
}

// goOn answers for an upload that was begun, and returns how many bytes it has.
func (u *Uploads) goOn(w http.ResponseWriter, r *http.Request, owner string) int64 {
	up, err := u.mine(r.Context(), path.Base(r.URL.Path), owner)
	switch {
	case err != nil:
		u.refuse(w, err)
	case up.Done:
		u.complete(w, r, up)
	case r.Method == http.MethodHead:
		u.tus.HeadFile(w, r)
	case r.Method == http.MethodPatch:
		u.tus.PatchFile(w, r)
	case r.Method == http.MethodDelete:
		u.tus.DelFile(w, r)
	default:
		u.refuse(w, refuse(CodeMethod, "an upload takes HEAD, PATCH and DELETE"))
	}
	return up.Size
}

// meanwhile answers for an upload that another request has finished while this one waited.
func (u *Uploads) meanwhile(out *answer, r *http.Request, owner string) {
	up, err := u.mine(r.Context(), path.Base(r.URL.Path), owner)
	if err != nil || !up.Done {
		return
	}
	out.status = 0
	out.said.Reset()
	out.Header().Del("Content-Length")
	out.Header().Del("Content-Type")
	u.complete(out, r, up)
}

// forget drops an upload that its owner took back; what was refused stays.
func (u *Uploads) forget(id, owner string) {
	up, err := u.Owners.ByID(id)
	if err == nil && up.Owner == owner && !up.Done {
		err = u.drop(id)
	}
	if err != nil {
		slog.Error("an upload was not forgotten", "error", err)
	}
}

// expires is when the upload of an answer is swept if nothing more comes; "" where it is
// finished or gone.
func (u *Uploads) expires(w http.ResponseWriter, r *http.Request) string {
	id := path.Base(r.URL.Path)
	if r.Method == http.MethodPost {
		id = path.Base(w.Header().Get("Location"))
	}
	info, err := os.Stat(filepath.Join(u.store.Path, id))
	if err != nil || !info.Mode().IsRegular() || r.Method == http.MethodDelete {
		return ""
	}
	return info.ModTime().AddDate(0, 0, KeptDays).UTC().Format(http.TimeFormat)
}

// mine finds an upload of an owner. What is whole and was not finished, since the server
// ended before the answer, is finished now.
func (u *Uploads) mine(ctx context.Context, id, owner string) (Upload, error) {
	up, err := u.Owners.ByID(id)
	if err != nil {
		return Upload{}, err
	}
	if up.ID == "" || up.Owner != owner {
		return Upload{}, ErrNotYours
	}
	if up, err = u.settle(ctx, up); err == nil && up.ID == "" {
		err = ErrNotYours
	}
	return up, err
}

// complete answers for bytes that are on the shelf, without asking tusd's files.
func (u *Uploads) complete(w http.ResponseWriter, r *http.Request, up Upload) {
	size := strconv.FormatInt(up.Size, 10)
	switch r.Method {
	case http.MethodHead:
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Upload-Length", size)
		w.Header().Set("Upload-Offset", size)
		w.WriteHeader(http.StatusOK)
	case http.MethodPatch:
		if offset := r.Header.Get("Upload-Offset"); offset != size {
			u.refuse(w, refuse(CodeOffset, "the upload is complete with %s bytes; it does not go on at %q", size, offset))
			return
		}
		w.Header().Set("Upload-Offset", size)
		w.WriteHeader(http.StatusNoContent)
	default:
		u.refuse(w, refuse(CodeUnknown, "the upload is complete; what is stored stays"))
	}
}

// create begins an upload. The same bytes of the same owner are the same upload: a lost
// answer causes no second one, and neither do many at once.
func (u *Uploads) create(w http.ResponseWriter, r *http.Request, owner string) {
	up, err := promised(r, owner, u.limits.File)
	if err != nil {
		u.refuse(w, err)
		return
	}
	unlock, err := u.locks.hold(r.Context(), up.key())
	if err != nil {
		u.refuse(w, err)
		return
	}
	unlock = stdsync.OnceFunc(unlock)
	defer unlock()
	known, offset, err := u.standing(r.Context(), up)
	if err != nil {
		u.refuse(w, err)
		return
	}
	if known.ID != "" {
		u.again(w, r, known, offset)
		return
	}
	// The lock is let go before bytes are taken in: the line may hang, and finish needs it.
	ctx := context.WithValue(r.Context(), createdKey{}, unlock)
	u.tus.PostFile(w, r.WithContext(ctx))
}

// promised is what a creation says of the upload to come.
func promised(r *http.Request, owner string, limit int64) (Upload, error) {
	sum := metadata(r.Header.Get("Upload-Metadata"))["sha256"]
	if !Sum.MatchString(sum) {
		return Upload{}, refuse(CodeNoSum, "Upload-Metadata must name sha256 in 64 lower-case hexadecimal digits")
	}
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 1 {
		return Upload{}, refuse(CodeNoLength, "Upload-Length must say how many bytes will come")
	}
	if size > limit {
		return Upload{}, tooMuch(limit, CodeTooLarge, "the file has %d bytes; at most %d are taken", size, limit)
	}
	return Upload{Owner: owner, Sum: sum, Size: size}, nil
}

// again answers a creation that was made before, just as it was answered then. Bytes that
// came with it are taken in, or the answer would not get through, and left.
func (u *Uploads) again(w http.ResponseWriter, r *http.Request, known Upload, offset int64) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, known.Size)) // the line is the client's
	}
	w.Header().Set("Location", outside(r)+u.base+known.ID)
	w.Header().Set("Upload-Offset", strconv.FormatInt(offset, 10))
	w.WriteHeader(http.StatusCreated)
}

// outside is how the client reached the server, as tusd finds it out: through a proxy that
// ends TLS too. It tells nobody but the client itself.
func outside(r *http.Request) string {
	scheme, host := "http", r.Host
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
		host = forwarded
	}
	return scheme + "://" + host
}

// metadata reads the header of tus: names with values in base64.
func metadata(header string) map[string]string {
	out := map[string]string{}
	for _, pair := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if data, err := base64.StdEncoding.DecodeString(value); err == nil {
			out[name] = string(data)
		}
	}
	return out
}
