// Package evidence promises that a photo taken on site reaches the case whole, whatever
// the network does, and still proves something a year later. The original is stored as
// it came, byte for byte, under its own SHA-256; what people look at are derivatives
// without metadata. Row and bytes come in any order, days apart; a receipt in the row
// tells the phone that its copy may go.
package evidence

// Refusals of files, with their stable codes.

import "fmt"

// Limits of one file.
const (
	MaxBytes  = 64 << 20    // bytes of one image
	MaxPixels = 108_000_000 // pixels of one image
	MaxSide   = 20_000      // pixels a side
)

// Refusal says why a file is not taken.
type Refusal struct {
	code, detail string
	limit        int64
}

func (r Refusal) Error() string { return r.detail }

// Code is the stable code.
func (r Refusal) Code() string { return r.code }

// Limit is the number that was passed: bytes, pixels; 0 where there is none.
func (r Refusal) Limit() int64 { return r.limit }

func refuse(code, format string, args ...any) error {
	return Refusal{code: code, detail: fmt.Sprintf(format, args...)}
}

// tooMuch refuses what passes a limit.
func tooMuch(limit int64, code, format string, args ...any) error {
	return Refusal{code, fmt.Sprintf(format, args...), limit}
}

// Codes of refusals.
const (
	CodeMedia      = "media_type_not_supported"
	CodeTooLarge   = "file_too_large"
	CodePixels     = "image_too_large"
	CodeScans      = "image_too_many_scans"
	CodeBroken     = "image_broken"
	CodeSum        = "sha256_mismatch"
	CodeNoSum      = "sha256_missing"
	CodeNoLength   = "length_missing"
	CodeLength     = "length_mismatch" // these bytes are known with another length
	CodeUnknown    = "upload_unknown"
	CodeOffset     = "upload_offset_mismatch"
	CodeNoOffset   = "upload_offset_missing"
	CodePiece      = "upload_piece_type" // a piece that is not sent as tus says
	CodeVersion    = "tus_version"
	CodeExtension  = "tus_extension"
	CodeLocked     = "upload_locked" // another request is at the same upload
	CodeTooMuch    = "upload_too_long"
	CodeCut        = "upload_cut"
	CodeMethod     = "method_not_allowed"
	CodeNotReady   = "not_ready"
	CodeChecksum   = "checksum_unknown"   // Upload-Checksum is none that is known
	CodeMismatch   = "checksum_mismatch"  // a piece is not what its checksum says
	CodeFull       = "storage_full"       // the disk
	CodeUnfinished = "uploads_unfinished" // too many at a time
	CodeDaily      = "uploads_daily"      // too much for one day
	CodeAway       = "storage_away"       // what rests in the depot cannot be read now
	CodeAltered    = "original_altered"   // an original is not the one that was received
	CodeMissing    = "original_missing"   // an original that was received is gone
)
