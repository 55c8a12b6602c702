package evidence

// Uploads by tus 1.0: a photo arrives in pieces over days, and after a cut at any byte
// only the last piece is sent again. tusd speaks the protocol; who may touch an upload,
// that an acknowledged byte is on disk, and that the whole is what was promised is ours.

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog" // what tusd's setting takes
)

// ErrNotYours: there is no such upload of this user.
var ErrNotYours error = Refusal{CodeUnknown, "there is no such upload of yours"}

// Upload is one upload as the house remembers it.
type Upload struct {
	ID    string
	Owner string
	Sum   string
	Size  int64
	Done  bool
}

// Owners remembers whose uploads there are.
type Owners interface {
	// Begin remembers a new upload.
	Begin(u Upload) error
	// BySum finds an owner's upload of these bytes; a zero Upload if there is none.
	BySum(owner, sum string) (Upload, error)
	// ByID finds an upload; a zero Upload if there is none.
	ByID(id string) (Upload, error)
	// Finish says that the bytes are on the shelf.
	Finish(id string) error
	// Forget drops an unfinished upload.
	Forget(id string) error
	// Stale returns unfinished uploads begun before a time.
	Stale(before time.Time) ([]string, error)
}

// Uploads is the tus endpoint for one folder.
type Uploads struct {
	Shelf  Shelf
	Owners Owners
	NewID  func() string
	Stored func()                                    // called when bytes came to the shelf
	Answer func(err error) (status int, body []byte) // a refusal as problem+json

	store filestore.FileStore
	tus   *tus.UnroutedHandler
	base  string
}

// Start makes the endpoint ready under the base path, with its folder dir.
func (u *Uploads) Start(dir, base string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	u.store, u.base = filestore.New(dir), base
	composer := tus.NewStoreComposer()
	composer.UseCore(durable{u.store})
	composer.UseTerminater(durable{u.store})
	memorylocker.New().UseIn(composer)
	handler, err := tus.NewUnroutedHandler(tus.Config{
		StoreComposer: composer, BasePath: base, DisableDownload: true, DisableConcatenation: true,
		Cors: &tus.CorsConfig{Disable: true}, MaxSize: MaxBytes,
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
	r = r.Clone(context.WithValue(r.Context(), ownerKey{}, owner))
	r.URL.Path = "/" + strings.TrimPrefix(r.URL.Path, u.base) // tusd takes the id from what is left
	if r.Method == http.MethodPost {
		u.create(w, r, owner)
		return
	}
	upload, err := u.Owners.ByID(path.Base(r.URL.Path))
	if err == nil && (upload.ID == "" || upload.Owner != owner) {
		err = ErrNotYours
	}
	if err != nil {
		u.refuse(w, err)
		return
	}
	var serve http.HandlerFunc
	switch r.Method {
	case http.MethodHead:
		serve = u.tus.HeadFile
	case http.MethodPatch:
		serve = u.tus.PatchFile
	case http.MethodDelete:
		if upload.Done {
			u.refuse(w, refuse(CodeUnknown, "the upload is complete; what is stored stays"))
			return
		}
		serve = u.delete
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	u.tus.Middleware(serve).ServeHTTP(w, r)
}

func (u *Uploads) delete(w http.ResponseWriter, r *http.Request) {
	u.tus.DelFile(w, r)
	if err := u.Owners.Forget(path.Base(r.URL.Path)); err != nil {
		slog.Error("an upload was not forgotten", "error", err)
	}
}

// create begins an upload. The same bytes of the same owner are the same upload: a lost
// answer causes no second one.
func (u *Uploads) create(w http.ResponseWriter, r *http.Request, owner string) {
	sum := metadata(r.Header.Get("Upload-Metadata"))["sha256"]
	if !Sum.MatchString(sum) {
		u.refuse(w, refuse(CodeNoSum, "Upload-Metadata must name sha256 in 64 lower-case hexadecimal digits"))
		return
	}
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 1 {
		u.refuse(w, refuse(CodeNoLength, "Upload-Length must say how many bytes will come"))
		return
	}
	if size > MaxBytes {
		u.refuse(w, refuse(CodeTooLarge, "the file has %d bytes; at most %d are taken", size, MaxBytes))
		return
	}
	known, err := u.Owners.BySum(owner, sum)
	if err != nil {
		u.refuse(w, err)
		return
	}
	if known.ID != "" {
		if _, err := u.store.GetUpload(r.Context(), known.ID); err == nil && known.Size == size {
			w.Header().Set("Location", u.base+known.ID)
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(http.StatusCreated)
			return
		}
		if !known.Done {
			if err := u.drop(r.Context(), known.ID); err != nil {
				u.refuse(w, err)
				return
			}
		}
	}
	u.tus.Middleware(http.HandlerFunc(u.tus.PostFile)).ServeHTTP(w, r)
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

func (u *Uploads) begin(e tus.HookEvent) (tus.HTTPResponse, tus.FileInfoChanges, error) {
	owner, _ := e.Context.Value(ownerKey{}).(string)
	id := u.NewID()
	err := u.Owners.Begin(Upload{ID: id, Owner: owner, Sum: e.Upload.MetaData["sha256"], Size: e.Upload.Size})
	return tus.HTTPResponse{}, tus.FileInfoChanges{ID: id}, err
}

// finish checks that the whole is what was promised. What is refused is terminated, or
// HEAD would go on saying that it is complete.
func (u *Uploads) finish(e tus.HookEvent) (tus.HTTPResponse, error) {
	err := u.shelve(e.Upload)
	if err == nil {
		if u.Stored != nil {
			u.Stored()
		}
		return tus.HTTPResponse{}, nil
	}
	var refusal Refusal
	if !errors.As(err, &refusal) {
		return tus.HTTPResponse{}, err // the server's fault: the bytes stay, the client asks again
	}
	if drop := u.drop(e.Context, e.Upload.ID); drop != nil {
		slog.Error("a refused upload was not removed", "upload", e.Upload.ID, "error", drop)
	}
	return tus.HTTPResponse{}, u.tusError(refusal)
}

func (u *Uploads) shelve(info tus.FileInfo) error {
	path := info.Storage[filestore.StorageKeyPath]
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sum, _, err := SumOf(f)
	if err != nil {
		return err
	}
	if sum != info.MetaData["sha256"] {
		return refuse(CodeSum, "the bytes that arrived have sha256 %s, promised was %s", sum, info.MetaData["sha256"])
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := Check(f); err != nil {
		return err
	}
	if err := u.Shelf.Adopt(path, sum); err != nil {
		return err
	}
	return u.Owners.Finish(info.ID)
}

const problemJSON = "application/problem+json"

func (u *Uploads) refuse(w http.ResponseWriter, err error) {
	status, body := u.Answer(err)
	w.Header().Set("Content-Type", problemJSON)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the line is the client's
}

// tusError is a refusal in tusd's form.
func (u *Uploads) tusError(refusal Refusal) error {
	status, body := u.Answer(refusal)
	return tus.Error{
		ErrorCode: refusal.code, Message: refusal.detail,
		HTTPResponse: tus.HTTPResponse{StatusCode: status, Body: string(body), Header: tus.HTTPHeader{"Content-Type": problemJSON}},
	}
}

func (u *Uploads) drop(ctx context.Context, id string) error {
	upload, err := u.store.GetUpload(ctx, id)
	if err == nil {
		err = u.store.AsTerminatableUpload(upload).Terminate(ctx)
	}
	if err != nil && !errors.Is(err, tus.ErrNotFound) {
		return err
	}
	return u.Owners.Forget(id)
}

// unfinishedDays: an unfinished upload is swept after so long.
const unfinishedDays = 7

// Sweep drops uploads that nobody continued, and returns how many.
func (u *Uploads) Sweep(ctx context.Context, now time.Time) (int, error) {
	ids, err := u.Owners.Stale(now.AddDate(0, 0, -unfinishedDays))
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		if err := u.drop(ctx, id); err != nil {
			return i, err
		}
	}
	return len(ids), nil
}

// durable is tusd's file store with one promise more: a byte that is acknowledged is on disk.
type durable struct{ filestore.FileStore }

func (d durable) NewUpload(ctx context.Context, info tus.FileInfo) (tus.Upload, error) {
	up, err := d.FileStore.NewUpload(ctx, info)
	if err != nil {
		return nil, err
	}
	return synced{up}, syncDir(d.Path)
}

func (d durable) GetUpload(ctx context.Context, id string) (tus.Upload, error) {
	up, err := d.FileStore.GetUpload(ctx, id)
	if err != nil {
		return nil, err
	}
	return synced{up}, nil
}

func (d durable) AsTerminatableUpload(up tus.Upload) tus.TerminatableUpload {
	return d.FileStore.AsTerminatableUpload(up.(synced).Upload)
}

type synced struct{ tus.Upload }

// WriteChunk writes what came and syncs it, also when the line was cut.
func (s synced) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := s.Upload.WriteChunk(ctx, offset, src)
	info, infoErr := s.GetInfo(ctx)
	if infoErr != nil {
		return n, errors.Join(err, infoErr)
	}
	f, openErr := os.OpenFile(info.Storage[filestore.StorageKeyPath], os.O_WRONLY, 0)
	if openErr != nil {
		return n, errors.Join(err, openErr)
	}
	if syncErr := errors.Join(f.Sync(), f.Close()); syncErr != nil {
		return n, errors.Join(err, syncErr)
	}
	return n, err
}
