// Package dossier writes the folder of one case that proves itself: the photos, the records,
// a document that people print and read, and the proof that all of it is what the custody log
// holds. Whoever has the folder and the agency's public key needs nothing else to check it:
// no server, no network.
//
// Of who complained it holds nothing: neither names nor where she stood. In its public form
// it holds copies without metadata, and of the records what the public may know.
package dossier

// What goes into the folder, and in which order it is written.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"

	"xuncha/casework"
	"xuncha/evidence/custody"
)

// Names of the files of a folder.
const (
	ListName    = "list.json"    // every file with its SHA-256; the log holds the SHA-256 of this one
	ProofName   = "proof.json"   // that the log holds it, and what it tells of the photos
	RecordsName = "records.json" // the records of the case
	PageName    = "index.html"   // the document
	AboutName   = "README.txt"
	StampName   = "head.tsr" // a time stamp of the head, where there is one (RFC 3161)
)

// List names every file of a folder but the list itself, the proof and the stamp.
type List struct {
	Case   string       `json:"case"`
	Number string       `json:"number"`
	MadeAt string       `json:"made_at"` // UTC
	Public bool         `json:"public"`
	Files  []File       `json:"files"`
	Photos []PhotoEntry `json:"photos"`
}

// File is one file of the folder.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes
}

// PhotoEntry says which files are of a photo; "" where one is not there.
type PhotoEntry struct {
	ID       string `json:"id"`
	Original string `json:"original,omitempty"`
	Copy     string `json:"copy,omitempty"` // 1600 px, without metadata
	// Complainant: it is hers, and the proof tells nothing of it: by the SHA-256 of an original
	// whoever finds it elsewhere would know who took it.
	Complainant bool `json:"complainant,omitempty"`
}

// Photo is a photo as it goes in.
type Photo struct {
	ID          string
	SHA256      string
	Ext         string // of the original: .jpg
	Complainant bool   // it is a complainant's
	// Original and Copy open its files; nil where one does not go in, or has not come yet. A
	// copy may be an error that wraps fs.ErrNotExist, where none was made.
	Original, Copy func(context.Context) (io.ReadCloser, error)
}

// Contents are what a folder is made of.
type Contents struct {
	Records Records
	Photos  []Photo
	Public  bool
	MadeAt  string // UTC
}

// Records are those of one case, as they may leave the house.
type Records struct {
	Case           casework.Case     `json:"case"`
	Respondent     json.RawMessage   `json:"respondent,omitempty"`
	Complaints     []Complaint       `json:"complaints"`
	Actions        []json.RawMessage `json:"actions"`
	Inspections    []json.RawMessage `json:"inspections"`
	Rectifications []json.RawMessage `json:"rectifications"`
	Evidence       []json.RawMessage `json:"evidence"`
	Replies        []json.RawMessage `json:"replies"`
	Transfers      []json.RawMessage `json:"transfers"`
	Supervisions   []json.RawMessage `json:"supervisions"`
	People         map[string]Person `json:"people"`   // by id
	Agencies       map[string]string `json:"agencies"` // names by id
}

// Complaint is what was complained of, without who did.
type Complaint struct {
	Number     string `json:"number"`
	ReceivedAt string `json:"received_at"`
	Source     string `json:"source"`
	Redacted   string `json:"redacted"`
}

// Person is an officer.
type Person struct {
	Name          string `json:"name"`
	CertificateNo string `json:"certificate_no,omitempty"`
	Agency        string `json:"agency,omitempty"`
}

// Sink takes files, one after the other.
type Sink interface {
	// Create begins a file at a path with slashes; the one before is ended then.
	Create(path string) (io.Writer, error)
	// Close ends the last file, and all of it is there then.
	Close() error
}

// Seal writes into the log that a list went out, and proves it with the leaves of the photos.
// stamp is of the head in the proof; nil where there is none.
type Seal func(listSum string) (proof custody.Proof, stamp []byte, err error)

// Errors of originals: one is not the one that was received, or is gone.
var (
	ErrAltered = errors.New("the original has other bytes than were received")
	ErrMissing = errors.New("the original that was received is not there any more")
)

// Write writes a folder; ErrAltered or ErrMissing where an original is not as it was received.
func Write(ctx context.Context, to Sink, c Contents, seal Seal) error {
	w := writing{ctx: ctx, to: to, list: List{
		Case: c.Records.Case.ID, Number: c.Records.Case.Number, MadeAt: c.MadeAt, Public: c.Public, Files: []File{}, Photos: []PhotoEntry{},
	}}
	for i, p := range c.Photos {
		if err := w.photo(i+1, p); err != nil {
			return fmt.Errorf("photo %s: %w", p.ID, err)
		}
	}
	records, err := json.MarshalIndent(c.Records, "", "  ")
	if err != nil {
		return err
	}
	page, err := pageOf(c, w.list)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{RecordsName, records}, {PageName, page}, {AboutName, []byte(about)}} {
		if err := w.file(f.name, f.data); err != nil {
			return err
		}
	}
	return w.end(seal)
}

// writing is a folder that is being written.
type writing struct {
	ctx  context.Context
	to   Sink
	list List
}

// photo writes the files of the n-th photo.
func (w *writing) photo(n int, p Photo) error {
	entry := PhotoEntry{ID: p.ID, Complainant: p.Complainant}
	original := fmt.Sprintf("photos/%03d-%s%s", n, p.ID, p.Ext)
	sum, err := w.copied(original, p.Original)
	if err != nil {
		return err
	}
	if sum == "" && p.Original != nil {
		return fmt.Errorf("%w: %s", ErrMissing, p.SHA256)
	}
	if sum != "" {
		entry.Original = original
		if sum != p.SHA256 {
			return fmt.Errorf("%w: %s instead of %s", ErrAltered, sum, p.SHA256)
		}
	}
	small := fmt.Sprintf("copies/%03d-%s.jpg", n, p.ID)
	if sum, err = w.copied(small, p.Copy); err != nil {
		return err
	}
	if sum != "" {
		entry.Copy = small
	}
	w.list.Photos = append(w.list.Photos, entry)
	return nil
}

// copied writes what open opens, and returns its sum; "" where there is nothing.
func (w *writing) copied(name string, open func(context.Context) (io.ReadCloser, error)) (string, error) {
	if open == nil {
		return "", nil
	}
	in, err := open(w.ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	sum, err := w.stream(name, in)
	return sum, errors.Join(err, in.Close())
}

func (w *writing) stream(name string, in io.Reader) (string, error) {
	out, err := w.to.Create(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), reader{w.ctx, in})
	sum := sumOf(h)
	w.list.Files = append(w.list.Files, File{name, sum, n})
	return sum, err
}

// file writes a file of the list.
func (w *writing) file(name string, data []byte) error {
	sum := sha256.Sum256(data)
	w.list.Files = append(w.list.Files, File{name, hex.EncodeToString(sum[:]), int64(len(data))})
	return w.raw(name, data)
}

func (w *writing) raw(name string, data []byte) error {
	out, err := w.to.Create(name)
	if err == nil {
		_, err = out.Write(data)
	}
	return err
}

// end writes the list, lets the log hold it, and writes the proof.
func (w *writing) end(seal Seal) error {
	list, err := json.MarshalIndent(w.list, "", "  ")
	if err != nil {
		return err
	}
	if err := w.raw(ListName, list); err != nil {
		return err
	}
	sum := sha256.Sum256(list)
	proof, stamp, err := seal(hex.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	if err := w.raw(ProofName, data); err != nil {
		return err
	}
	if len(stamp) > 0 {
		if err := w.raw(StampName, stamp); err != nil {
			return err
		}
	}
	return w.to.Close()
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	in  io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// FolderName is what the folder of a case is called.
func FolderName(number string) string { return path.Base(path.Clean("/" + number)) }

const about = `案件卷宗 · Case dossier

index.html    可打印的卷宗；用浏览器打开。The document: open it in a browser, print it.
photos/       原始照片，逐字节与收到时一致。Original photos, byte for byte as they came.
copies/       供阅读的副本，不含元数据。Copies for reading, without metadata.
records.json  案件记录。The records of the case.
list.json     全部文件及其 SHA-256。Every file with its SHA-256.
proof.json    保管日志的证明：本清单和照片的经过。Proof of the custody log: this list, and the way of the photos.

核验 To verify, on any machine, without a network:

  xuncha verify FOLDER --key PUBLIC-KEY

PUBLIC-KEY 由制作机关公布；不要使用来自本文件夹的公钥。
The agency that made the folder publishes the key; take it from there and not from this folder.

The format: each leaf in proof.json is hashed as RFC 6962 does (SHA-256 of 0x00 and its text); the
head is a checkpoint (C2SP tlog-checkpoint) signed with Ed25519 as a signed note. A leaf with the
event "exported" carries the SHA-256 of list.json.
`
