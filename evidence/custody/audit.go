package custody

// The audit: the whole log against itself, its heads, its key, the rows and the files. It
// names everything that is not as it was signed.

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// Codes of findings. Each is something that nobody does by accident, or a fault of the disk.
const (
	LeafMissing    = "leaf_missing"    // leaves are gone from the middle of the log
	LeafAltered    = "leaf_altered"    // a leaf is not the one that was written
	FactsAltered   = "facts_altered"   // the facts beside a leaf are not those it commits to
	HashAltered    = "hash_altered"    // the tree above the leaves does not fit together
	LogShort       = "log_short"       // somebody holds a head of a longer log: it was rolled back
	LogForked      = "log_forked"      // a signed head is of another log
	LogBroken      = "log_broken"      // the log says of itself that it was put back, and nobody said why
	HeadAltered    = "head_altered"    // a head that no key of the log signed
	HeadMissing    = "head_missing"    // the head beside the database is gone
	KeyReplaced    = "key_replaced"    // the key that signs is not the one the log names
	KeyMissing     = "key_missing"     // the key file is gone
	RecordMissing  = "record_missing"  // a photo that was logged has no row any more
	RecordUnlogged = "record_unlogged" // a row that was never logged
	RecordAltered  = "record_altered"  // a fact of the row is another than was logged
	ReceiptAltered = "receipt_altered" // the receipt is not what the log says
	FileMissing    = "file_missing"    // an original is gone
	FileAltered    = "file_altered"    // an original has other bytes
	CopyMissing    = "copy_missing"    // a derivative is gone
	CopyAltered    = "copy_altered"    // a derivative has other bytes
	StampAltered   = "stamp_altered"   // a time stamp is not of its head
)

// Notices say what a reader should know and what is no tampering.
const (
	NoticeUnsealed = "unsealed"   // the newest leaves are not signed yet
	NoticeGap      = "chain_gap"  // the photo that a device took before this one has not come
	NoticeFork     = "chain_fork" // two photos of a device follow the same one
	NoticeAdopted  = "adopted"    // photos that were there before the log was
	NoticeRestored = "restored"   // a backup was put in place
)

// Finding is one thing that is not as it should be: a leaf, a photo, a file or a head.
type Finding struct {
	Code    string `json:"code"`
	Subject string `json:"subject"` // "leaf 12", "photo ID", "head of 100 leaves", "key"
	What    string `json:"what"`
}

// Report is what an audit looked at and what it found.
type Report struct {
	Leaves   int64     `json:"leaves"`
	Root     string    `json:"root,omitempty"`    // of all leaves
	Heads    int       `json:"heads"`             // signed, whose root was compared
	Stamps   int       `json:"stamps"`            // time stamps that are of their heads
	Stamped  string    `json:"stamped,omitempty"` // what the newest says
	Photos   int       `json:"photos"`
	Files    int       `json:"files"` // read to their end
	Bytes    int64     `json:"bytes"`
	Key      PublicKey `json:"key,omitempty"` // that signs today
	Findings []Finding `json:"findings"`
	Notices  []Finding `json:"notices"`
}

// Kept is a leaf as a book keeps it.
type Kept struct {
	N           int64
	Text, Facts []byte
	Event       Event  // as it is filed: it has to be what the text says
	Evidence    string // likewise
}

// Photo is a row as the audit compares it.
type Photo struct {
	ID, SHA256 string
	Stored     bool   // its bytes are said to be there
	State      string // stored or flagged, where they are
	Follows    string // the state that follows from flags and decision
	Mime       string
	Exif       any            // what the tags say
	Checks     string         // SHA-256 of what the checks found; "" where it was not checked
	Facts      map[string]any // of the capture
	Flags      []string
	Decision   map[string]any // nil: nobody has decided
	Receipt    Receipt
	Device     string
	Previous   string // SHA-256 of the device's photo before it
}

// Receipt is what the row tells the phone; it may delete its copy then.
type Receipt struct {
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"` // bytes
	At       string `json:"at"`   // UTC
	LogIndex *int64 `json:"log_index,omitempty"`
	TreeHead string `json:"tree_head,omitempty"` // signed, over a log that holds the leaf
}

// Archive is what is audited, at one moment.
type Archive interface {
	// Leaves calls each for all leaves, in their order.
	Leaves(each func(Kept) error) error
	// LeavesOf returns the leaves of one photo, in their order.
	LeavesOf(evidence string) ([]Kept, error)
	// Hashes calls each for all hashes of the tree, in their order.
	Hashes(each func(place int64, h tlog.Hash) error) error
	// Heads calls each for the heads that are kept, in their order.
	Heads(each func(signed string, stamp []byte) error) error
	// Photos calls each for the rows of a case, or all of them.
	Photos(caseID string, each func(Photo) error) error
	// Has tells whether there is a row.
	Has(evidence string) (bool, error)
}

// Files are the originals and their copies. Errors wrap fs.ErrNotExist where one is not there.
type Files interface {
	Original(ctx context.Context, sum string) (io.ReadCloser, error)
	Copy(ctx context.Context, sum string, size string) (io.ReadCloser, error)
}

// Audit says what is compared with what.
type Audit struct {
	Archive Archive
	Files   Files
	Case    string // only its photos; "" is all. The log is always read whole

	Key     PublicKey   // of the key file; "" where there is none
	Beside  string      // the head that lay beside the database; "" where there was none, Opening where none was yet
	Trusted []PublicKey // one of these the reader knows from elsewhere; none: what the log names is taken
	Witness []string    // heads that the reader has from elsewhere

	Stamp func(head string, stamp []byte) (string, error) // reads a time stamp; nil: none are read
	Tell  func(what string, done, of int64)               // how far it is; nil: to nobody
}

// Run audits. An error is one of the disk or the context: the report is then not whole.
func (a Audit) Run(ctx context.Context) (Report, error) {
	r := &running{Audit: a, ctx: ctx, keys: map[int64]PublicKey{}, captured: map[string]int64{}, agreed: map[int64]bool{}, sums: map[string]seen{}, restored: -1}
	r.report.Findings, r.report.Notices = []Finding{}, []Finding{}
	for _, step := range []func() error{r.leaves, r.tree, r.signatures, r.photos, r.gone} {
		if err := step(); err != nil {
			return r.report, err
		}
		if err := ctx.Err(); err != nil {
			return r.report, err
		}
	}
	return r.report, nil
}

// running is an audit under way.
type running struct {
	Audit
	ctx    context.Context
	report Report

	size     int64               // leaves
	missing  bool                // some are gone from the middle
	hashes   []tlog.Hash         // of the tree, as they are kept
	leafs    []tlog.Hash         // of the leaves, as they are
	keys     map[int64]PublicKey // by the leaf that names them
	since    []int64             // those leaves, in their order
	agreed   map[int64]bool      // and whether the key before agreed
	captured map[string]int64    // the first leaf of each photo
	sums     map[string]seen     // originals by sum
	adopted  int                 // photos
	restored int64               // the last leaf that says that a backup was put in place; -1 is none
}

func (r *running) find(code, subject, format string, args ...any) {
	r.report.Findings = append(r.report.Findings, Finding{code, subject, fmt.Sprintf(format, args...)})
}

func (r *running) notice(code, subject, format string, args ...any) {
	r.report.Notices = append(r.report.Notices, Finding{code, subject, fmt.Sprintf(format, args...)})
}

func (r *running) tell(what string, done, of int64) {
	if r.Tell != nil {
		r.Tell(what, done, of)
	}
}
