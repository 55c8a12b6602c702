package dossier

// Checking a folder: on its own, with the agency's public key and nothing else.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"xuncha/evidence/custody"
)

// Codes of what is wrong with a folder, beside those of the custody log.
const (
	FileUnlisted = "file_unlisted" // a file that the list does not name
	ListAltered  = "list_altered"  // the list is not the one that the log holds
	ProofBroken  = "proof_broken"  // the proof does not hold
	Unreadable   = "unreadable"    // a file cannot be read, or is a link, a pipe or a device
)

// Checked is what a folder turned out to be.
type Checked struct {
	List
	Key      custody.PublicKey `json:"key,omitempty"` // that signed the head
	Head     custody.Head      `json:"head"`
	Read     int               `json:"files_read"`
	Bytes    int64             `json:"bytes"`
	Stamped  string            `json:"stamped,omitempty"` // what the time stamp says; "" where there is none
	Findings []custody.Finding `json:"findings"`
}

// Stamps reads a time stamp of a head and says what it is; an error that it is not of the head.
type Stamps func(head string, stamp []byte) (string, error)

// Check checks a folder. An error is one of the disk: the report is then not whole.
func Check(dir fs.FS, trusted []custody.PublicKey, stamps Stamps) (Checked, error) {
	c := checking{dir: dir, stamps: stamps}
	c.Findings = []custody.Finding{}
	data, ok := c.need(ListName)
	if !ok {
		return c.Checked, nil
	}
	if err := json.Unmarshal(data, &c.List); err != nil {
		c.find(ListAltered, ListName, "it cannot be read: %v", err)
		return c.Checked, nil
	}
	raw, ok := c.need(ProofName)
	if !ok {
		return c.Checked, nil
	}
	c.proof(raw, data, trusted)
	return c.Checked, c.files()
}

// checking is a check under way.
type checking struct {
	Checked
	dir    fs.FS
	stamps Stamps
	photos map[string]*told // by id
}

// told is what the proof tells of a photo.
type told struct {
	sum    string
	facts  map[string]any // of the capture; nil where they were left out
	copies map[string]any
}

func (c *checking) find(code, subject, format string, args ...any) {
	c.Findings = append(c.Findings, custody.Finding{Code: code, Subject: subject, What: fmt.Sprintf(format, args...)})
}

func (c *checking) need(name string) ([]byte, bool) {
	data, err := small(c.dir, name)
	if err != nil {
		c.find(Unreadable, name, "it is not there or cannot be read (%v); is this the folder of a case?", err)
	}
	return data, err == nil
}

// proof checks the log's proof: the list is the one that was exported, and what is told of the
// photos is in the log.
func (c *checking) proof(raw, list []byte, trusted []custody.PublicKey) {
	c.photos = map[string]*told{}
	p, err := custody.ReadProof(raw)
	if err != nil {
		c.find(ProofBroken, ProofName, "%v", err)
		return
	}
	proven, err := p.Check(trusted)
	c.Key, c.Head = proven.Key, proven.Head
	if err != nil {
		c.find(ProofBroken, ProofName, "%v", err)
		return
	}
	sum := sha256.Sum256(list)
	if !slices.ContainsFunc(proven.Leaves, func(l custody.Leaf) bool {
		return l.Event == custody.Exported && l.Evidence == "" && l.SHA256 == hex.EncodeToString(sum[:])
	}) {
		c.find(ListAltered, ListName, "the log holds another list than this one")
	}
	for i, leaf := range proven.Leaves {
		c.tell(leaf, proven.Facts[i])
	}
	c.stamp(p.Head)
}

func (c *checking) tell(leaf custody.Leaf, facts map[string]any) {
	if leaf.Evidence == "" {
		return
	}
	t := c.photos[leaf.Evidence]
	if t == nil {
		t = &told{}
		c.photos[leaf.Evidence] = t
	}
	switch leaf.Event {
	case custody.Captured, custody.Adopted:
		t.facts = facts
	case custody.Edited:
		if t.facts != nil && facts != nil {
			maps.Copy(t.facts, facts)
		}
	case custody.Received:
		t.sum = leaf.SHA256
	case custody.Derived:
		t.copies = facts
	}
}

func (c *checking) stamp(head string) {
	stamp, err := small(c.dir, StampName)
	if errors.Is(err, fs.ErrNotExist) || c.stamps == nil {
		return
	}
	if err == nil {
		c.Stamped, err = c.stamps(head, stamp)
	}
	if err != nil {
		c.find(custody.StampAltered, StampName, "%v", err)
	}
}

// files reads every file that is listed, and asks for those that are not.
func (c *checking) files() error {
	sums := map[string]string{}
	for _, f := range c.Files {
		if _, twice := sums[f.Path]; twice {
			c.find(ListAltered, f.Path, "it is listed twice")
			continue
		}
		is, n, err := c.read(f)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c.find(custody.FileMissing, f.Path, "it is listed and not there")
		case err != nil:
			c.find(Unreadable, f.Path, "%v", err)
		case is != f.SHA256 || n != f.Size:
			c.find(custody.FileAltered, f.Path, "it has other bytes than were exported")
		}
		sums[f.Path] = is
	}
	for _, p := range c.Photos {
		c.photo(p, sums)
	}
	c.records()
	return c.unlisted(sums)
}

// read reads a file, and of one that is longer than it is listed no more than shows that.
func (c *checking) read(file File) (sum string, n int64, err error) {
	f, err := open(c.dir, file.Path)
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	n, err = io.Copy(h, io.LimitReader(f, file.Size+1))
	c.Read++
	c.Bytes += n
	return sumOf(h), n, errors.Join(err, f.Close())
}

// photo compares a photo's files with what the log says that was received and made.
func (c *checking) photo(p PhotoEntry, sums map[string]string) {
	if p.Complainant {
		return // the proof tells nothing of it; its copy is in the list as every file is
	}
	t, known := c.photos[p.ID]
	if !known {
		c.find(ProofBroken, "photo "+p.ID, "the proof tells nothing of it")
		return
	}
	if p.Original == "" && !c.Public && t.sum != "" && t.facts != nil {
		c.find(custody.FileMissing, "photo "+p.ID, "it was received, and its original is not in the folder")
	}
	if p.Original != "" && sums[p.Original] != t.sum {
		c.find(custody.FileAltered, "photo "+p.ID, "%s is not what was received", p.Original)
	}
	if made, told := t.copies["1600"].(string); told && p.Copy != "" && sums[p.Copy] != made {
		c.find(custody.CopyAltered, "photo "+p.ID, "%s is not the copy that was made", p.Copy)
	}
}

// records compares the rows of photos with what was logged at their capture.
func (c *checking) records() {
	data, ok := c.need(RecordsName)
	if !ok {
		return
	}
	var in struct {
		Evidence []map[string]any `json:"evidence"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		c.find(custody.RecordAltered, RecordsName, "it cannot be read: %v", err)
		return
	}
	for _, row := range in.Evidence {
		id, _ := row["id"].(string)
		t := c.photos[id]
		if t == nil || t.facts == nil {
			continue // of a complainant's photo the facts are not told
		}
		has := map[string]any{}
		for name := range t.facts {
			if value, there := row[name]; there {
				has[name] = value
			} else {
				has[name] = t.facts[name] // the row does not tell it
			}
		}
		different, err := custody.Differences(t.facts, has)
		if err != nil || len(different) > 0 {
			c.find(custody.RecordAltered, "photo "+id, "in %s it differs from the log in %v", RecordsName, different)
		}
	}
}

func (c *checking) unlisted(sums map[string]string) error {
	if in, ok := c.dir.(unpacked); ok {
		for _, name := range in.outside {
			c.find(FileUnlisted, name, "it lies outside of the folder: it was added later")
		}
	}
	return fs.WalkDir(c.dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, listed := sums[name]; !listed && !ours(name) {
			c.find(FileUnlisted, name, "it is not in the list: it was added later")
		}
		return nil
	})
}
