package route

// The body of a complaint as it arrives: JSON, or a form with photos.

import (
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/evidence"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// Limits of the photos of a complaint.
const (
	maxPhotos  = 9
	maxPhoto   = 20 << 20                   // bytes of one
	maxForm    = maxPhotos*maxPhoto + 1<<20 // bytes of all, with the fields
	formMemory = 1 << 20                    // bytes held in memory; the rest waits in files
)

// incoming is a complaint as it came.
type incoming struct {
	body intake.Body
	form *multipart.Form // nil for JSON
}

func (in incoming) close() {
	if in.form != nil {
		_ = in.form.RemoveAll() // temporary files; the system sweeps what is left
	}
}

// readComplaint reads either kind of body.
func readComplaint(e *core.RequestEvent) (incoming, error) {
	kind, _, err := mime.ParseMediaType(e.Request.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		return readForm(e)
	}
	data, err := readSmall(e)
	if err != nil {
		return incoming{}, err
	}
	body, err := intake.Decode(data)
	return incoming{body: body}, err
}

func readForm(e *core.RequestEvent) (incoming, error) {
	if e.Request.ContentLength > maxForm {
		return incoming{form: &multipart.Form{}}, TooLarge(maxForm)
	}
	e.Request.Body = http.MaxBytesReader(e.Response, asItComes(e), maxForm)
	if err := e.Request.ParseMultipartForm(formMemory); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return incoming{form: &multipart.Form{}}, TooLarge(maxForm)
		}
		var line *problem.Problem
		if errors.As(err, &line) {
			return incoming{form: &multipart.Form{}}, line
		}
		return incoming{form: &multipart.Form{}}, problem.New("bad_form", "the form has no end or no boundary")
	}
	in := incoming{form: e.Request.MultipartForm}
	data, err := intake.FromForm(in.form.Value)
	if err == nil {
		in.body, err = intake.Decode(data)
	}
	if err == nil {
		err = in.checkPhotos()
	}
	if err != nil {
		in.close()
	}
	return in, err
}

// checkPhotos looks at every photo before any of them is kept.
func (in incoming) checkPhotos() error {
	for name := range in.form.File {
		if name != "photos" {
			return problem.New("field_unknown", "there is no file field %q", name).With("field", name)
		}
	}
	photos := in.form.File["photos"]
	if len(photos) > maxPhotos {
		return problem.New("too_many_photos", "%d photos, at most %d", len(photos), maxPhotos).With("limit", maxPhotos)
	}
	for i, header := range photos {
		if header.Size > maxPhoto {
			return problem.New("file_too_large", "photo %d has %d bytes, at most %d", i+1, header.Size, maxPhoto).
				With("limit", maxPhoto).With("photo", i+1)
		}
		err := reading(header, func(f multipart.File) error {
			_, err := evidence.Check(f)
			return err
		})
		var refused evidence.Refusal
		if errors.As(err, &refused) {
			p := problem.New(refused.Code(), "photo %d: %v", i+1, refused).With("photo", i+1)
			if refused.Limit() > 0 {
				p = p.With("limit", refused.Limit())
			}
			return p
		}
		if err != nil {
			return fmt.Errorf("photo %d: %w", i+1, err)
		}
	}
	return nil
}

// shelve keeps the photos as they came, each picture once.
func (in incoming) shelve(shelf evidence.Shelf) ([]store.Photo, error) {
	if in.form == nil {
		return nil, nil
	}
	var out []store.Photo
	for i, header := range in.form.File["photos"] {
		var photo store.Photo
		err := reading(header, func(f multipart.File) (err error) {
			photo.Sum, photo.Size, photo.Mime, err = shelf.Put(f, maxPhoto)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("photo %d: %w", i+1, err)
		}
		if !slices.Contains(out, photo) {
			out = append(out, photo)
		}
	}
	return out, nil
}

func reading(header *multipart.FileHeader, use func(multipart.File) error) error {
	f, err := header.Open()
	if err != nil {
		return err
	}
	return errors.Join(use(f), f.Close())
}
