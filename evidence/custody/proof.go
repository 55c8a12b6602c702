package custody

// Proofs: that leaves are in the log that a signed head shows, to be checked without the log
// and without this server.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that leaves are in a log. It is checked with a public key and nothing else.
type Proof struct {
	Head   string       `json:"head"`   // signed
	Keys   []ProvenKey  `json:"keys"`   // that ever signed, in their order
	Leaves []ProvenLeaf `json:"leaves"` // in their order
}

// ProvenLeaf is a leaf with the hashes that lead from it to the root.
type ProvenLeaf struct {
	Leaf  string           `json:"leaf"`            // its text, to the byte
	Facts string           `json:"facts,omitempty"` // the text that it commits to; left out where it is not for the reader
	Proof tlog.RecordProof `json:"proof"`
}

// ProvenKey is a leaf that names a key, and a head in which the key before agrees to it.
type ProvenKey struct {
	ProvenLeaf
	Agreed      string           `json:"agreed,omitempty"`
	AgreedProof tlog.RecordProof `json:"agreed_proof,omitempty"`
}

// Rotation is a leaf that names a key, with the head in which the key before agreed; "" where
// there is none.
type Rotation struct {
	Kept
	Agreed string
}

// Prove makes a proof for leaves under a head; tree is the log's.
func Prove(tree tlog.HashReader, signed string, keys []Rotation, leaves []Kept) (Proof, error) {
	p, tree := Proof{Head: signed, Keys: []ProvenKey{}, Leaves: []ProvenLeaf{}}, remembering(tree)
	head, err := PeekHead(signed)
	if err != nil {
		return p, err
	}
	for _, k := range keys {
		leaf, err := prove(tree, head.Size, k.Kept)
		if err != nil {
			return p, err
		}
		proven := ProvenKey{ProvenLeaf: leaf, Agreed: k.Agreed}
		if k.Agreed != "" {
			agreed, err := PeekHead(k.Agreed)
			if err == nil {
				proven.AgreedProof, err = tlog.ProveRecord(agreed.Size, k.N, tree)
			}
			if err != nil {
				return p, fmt.Errorf("leaf %d: %w", k.N, err)
			}
		}
		p.Keys = append(p.Keys, proven)
	}
	for _, k := range slices.SortedFunc(slices.Values(leaves), func(a, b Kept) int { return cmp.Compare(a.N, b.N) }) {
		leaf, err := prove(tree, head.Size, k)
		if err != nil {
			return p, err
		}
		p.Leaves = append(p.Leaves, leaf)
	}
	return p, nil
}

// remembering asks for each hash once: the paths of many leaves share most of theirs.
func remembering(tree tlog.HashReader) tlog.HashReader {
	known := map[int64]tlog.Hash{}
	return tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(places))
		for i, place := range places {
			h, ok := known[place]
			if !ok {
				read, err := tree.ReadHashes([]int64{place})
				if err != nil {
					return nil, err
				}
				h, known[place] = read[0], read[0]
			}
			out[i] = h
		}
		return out, nil
	})
}

func prove(tree tlog.HashReader, size int64, k Kept) (ProvenLeaf, error) {
	proof, err := tlog.ProveRecord(size, k.N, tree)
	if err != nil {
		return ProvenLeaf{}, fmt.Errorf("leaf %d: %w", k.N, err)
	}
	if proof == nil {
		proof = tlog.RecordProof{} // a log of one leaf
	}
	return ProvenLeaf{Leaf: string(k.Text), Facts: string(k.Facts), Proof: proof}, nil
}

// Errors of a proof.
var (
	ErrProof     = errors.New("the leaf is not in the log that the head shows")
	ErrFacts     = errors.New("the facts are not those that the leaf commits to")
	ErrUntrusted = errors.New("no key that you trust vouches for the one that signed")
)

// Proven is what a proof shows, once it was checked.
type Proven struct {
	Head   Head
	Key    PublicKey // that signed the head
	Leaves []Leaf    // in their order
	Facts  []map[string]any
}

// Check checks a proof. trusted are keys that the reader knows from elsewhere, of which one
// has to vouch for the one that signed; with none the keys that the proof names are taken, and
// Proven.Key is to be compared with what the agency publishes.
func (p Proof) Check(trusted []PublicKey) (Proven, error) {
	keys, err := p.keys()
	if err != nil {
		return Proven{}, err
	}
	var out Proven
	var by []PublicKey
	if out.Head, by, err = OpenHead(p.Head, keys); err != nil {
		return out, err
	}
	if out.Key = keys[len(keys)-1]; !slices.Contains(by, out.Key) {
		return out, fmt.Errorf("%w: %s signed it, and the log names %s", ErrHead, by[0].Fingerprint(), out.Key.Fingerprint())
	}
	for _, k := range p.Keys {
		if _, _, err := k.check(out.Head); err != nil {
			return out, err
		}
	}
	if err := p.vouched(keys, trusted); err != nil {
		return out, err
	}
	for _, l := range p.Leaves {
		leaf, facts, err := l.check(out.Head)
		if n := len(out.Leaves); err == nil && n > 0 && leaf.N <= out.Leaves[n-1].N {
			err = fmt.Errorf("leaf %d: %w: it does not come behind the one before it", leaf.N, ErrProof)
		}
		if err != nil {
			return out, err
		}
		out.Leaves, out.Facts = append(out.Leaves, leaf), append(out.Facts, facts)
	}
	return out, nil
}

// keys are those that the proof's leaves name.
func (p Proof) keys() ([]PublicKey, error) {
	out := make([]PublicKey, 0, len(p.Keys))
	for _, k := range p.Keys {
		leaf, err := ReadLeaf([]byte(k.Leaf))
		if err != nil || leaf.Event != Opened && leaf.Event != Rotated || !leaf.Covers([]byte(k.Facts)) {
			return nil, fmt.Errorf("%w: a key is named by what is no leaf of a key", ErrProof)
		}
		facts, err := Facts([]byte(k.Facts))
		if err != nil {
			return nil, err
		}
		named, _ := facts[keyFact].(string)
		key, err := ParsePublicKey(named)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no key is named", ErrProof)
	}
	return out, nil
}

// vouched: from a trusted key on, each key agreed to the next one.
func (p Proof) vouched(keys, trusted []PublicKey) error {
	if len(trusted) == 0 {
		return nil
	}
	from := -1
	for i, k := range keys {
		if slices.Contains(trusted, k) {
			from = i
		}
	}
	if from < 0 {
		return fmt.Errorf("%w: the log is signed with %s", ErrUntrusted, keys[len(keys)-1])
	}
	for i := from + 1; i < len(keys); i++ {
		head, _, err := OpenHead(p.Keys[i].Agreed, keys[i-1:i])
		if err != nil {
			return fmt.Errorf("%w: %s did not agree to %s", ErrUntrusted, keys[i-1].Fingerprint(), keys[i].Fingerprint())
		}
		leaf, err := ReadLeaf([]byte(p.Keys[i].Leaf))
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(p.Keys[i].AgreedProof, head.Size, head.Root, leaf.N, tlog.RecordHash([]byte(p.Keys[i].Leaf))); err != nil {
			return fmt.Errorf("%w: %w", ErrUntrusted, err)
		}
	}
	return nil
}

// check checks one leaf under a head. Facts that were left out are nil.
func (l ProvenLeaf) check(head Head) (Leaf, map[string]any, error) {
	leaf, err := ReadLeaf([]byte(l.Leaf))
	if err != nil {
		return leaf, nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if err := tlog.CheckRecord(l.Proof, head.Size, head.Root, leaf.N, tlog.RecordHash([]byte(l.Leaf))); err != nil {
		return leaf, nil, fmt.Errorf("leaf %d: %w: %w", leaf.N, ErrProof, err)
	}
	if l.Facts == "" {
		return leaf, nil, nil
	}
	if !leaf.Covers([]byte(l.Facts)) {
		return leaf, nil, fmt.Errorf("leaf %d: %w", leaf.N, ErrFacts)
	}
	facts, err := Facts([]byte(l.Facts))
	return leaf, facts, err
}

// ReadProof reads a proof as it is sent and stored.
func ReadProof(data []byte) (Proof, error) {
	var p Proof
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&p); err != nil {
		return p, fmt.Errorf("it is no proof: %w", err)
	}
	return p, nil
}
