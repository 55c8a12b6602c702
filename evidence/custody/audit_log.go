package custody

// The audit of the log: leaves, the tree above them, heads and keys.

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// farAway is a gap that no log has; it is not filled up with nothing.
const farAway = 1 << 20

func leafName(n int64) string { return fmt.Sprintf("leaf %d", n) }

// leaves reads all leaves: none is missing, each is in its form, and its facts are its own.
func (r *running) leaves() error {
	return r.Archive.Leaves(func(k Kept) error {
		if k.N != r.size {
			r.find(LeafMissing, leafName(r.size), "%d leaves before leaf %d are gone", k.N-r.size, k.N)
			r.missing = true
		}
		if k.N > r.size+farAway { // what nobody counted to is no place
			return r.ctx.Err()
		}
		r.size = k.N + 1
		r.report.Leaves++
		for int64(len(r.leafs)) < k.N {
			r.leafs = append(r.leafs, tlog.Hash{})
		}
		r.leafs = append(r.leafs, tlog.RecordHash(k.Text))
		leaf, err := ReadLeaf(k.Text)
		switch {
		case err != nil:
			r.find(LeafAltered, leafName(k.N), "%v", err)
		case leaf.N != k.N:
			r.find(LeafAltered, leafName(k.N), "it says that it is leaf %d", leaf.N)
		case leaf.Event != k.Event || leaf.Evidence != k.Evidence:
			r.find(LeafAltered, leafName(k.N), "it is filed as %s of photo %q and says %s of photo %q", k.Event, k.Evidence, leaf.Event, leaf.Evidence)
		default:
			return r.leaf(leaf, k)
		}
		return r.ctx.Err()
	})
}

func (r *running) leaf(leaf Leaf, k Kept) error {
	if !leaf.Covers(k.Facts) {
		r.find(FactsAltered, leafName(k.N), "the facts of the %s leaf of photo %q are not those that it commits to", leaf.Event, leaf.Evidence)
		return r.ctx.Err()
	}
	switch leaf.Event {
	case Captured, Adopted:
		if _, again := r.captured[leaf.Evidence]; !again {
			r.captured[leaf.Evidence] = k.N
		}
	case Opened, Rotated:
		return r.keyNamed(k)
	case Restored:
		r.restored = k.N
		r.notice(NoticeRestored, leafName(k.N), "on %s a backup was put in place: what was logged after it is not in this log", leaf.At)
	case Broken:
		r.find(LogBroken, leafName(k.N), "at the start of %s the log was not the one whose head lay beside it", leaf.At)
	}
	r.tell("leaves", r.report.Leaves, 0)
	return r.ctx.Err()
}

// keyFact is where a leaf names the key that signs from there on.
const keyFact = "key"

func (r *running) keyNamed(k Kept) error {
	facts, err := Facts(k.Facts)
	if err != nil {
		r.find(FactsAltered, leafName(k.N), "its facts cannot be read: %v", err)
		return r.ctx.Err()
	}
	if name, ok := facts[keyFact].(string); ok {
		r.keys[k.N] = PublicKey(name)
		r.since = append(r.since, k.N)
	}
	return r.ctx.Err()
}

// tree compares the hashes that are kept with the leaves and with each other.
func (r *running) tree() error {
	wrong := false
	err := r.Archive.Hashes(func(place int64, h tlog.Hash) error {
		if place != int64(len(r.hashes)) {
			if !wrong {
				r.find(HashAltered, fmt.Sprintf("hash %d", len(r.hashes)), "hashes before %d are gone", place)
			}
			wrong = true
			if place > int64(len(r.hashes))+farAway {
				return r.ctx.Err()
			}
			for int64(len(r.hashes)) < place {
				r.hashes = append(r.hashes, tlog.Hash{})
			}
		}
		r.hashes = append(r.hashes, h)
		return r.ctx.Err()
	})
	if err != nil {
		return err
	}
	if want := tlog.StoredHashCount(r.size); int64(len(r.hashes)) != want && !wrong {
		r.find(HashAltered, "tree", "it has %d hashes; %d leaves make %d", len(r.hashes), r.size, want)
	}
	for place, h := range r.hashes {
		level, n := tlog.SplitStoredHashIndex(int64(place))
		switch {
		case level == 0 && n < r.size && h != r.leafs[n] && r.leafs[n] != tlog.Hash{}:
			r.find(LeafAltered, leafName(n), "its text is not what was written: the hash that was kept of it is another")
		case level > 0 && h != tlog.NodeHash(r.hashes[tlog.StoredHashIndex(level-1, 2*n)], r.hashes[tlog.StoredHashIndex(level-1, 2*n+1)]):
			r.find(HashAltered, fmt.Sprintf("hash %d", place), "it is not that of the two below it")
		}
	}
	if root, err := r.root(r.size); err == nil && r.size > 0 {
		r.report.Root = root.String()
	}
	return nil
}

// ReadHashes lets the tree that is kept be asked for roots.
func (r *running) ReadHashes(places []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(places))
	for i, p := range places {
		if p >= int64(len(r.hashes)) {
			return nil, errNoHash
		}
		out[i] = r.hashes[p]
	}
	return out, nil
}

var errNoHash = errors.New("a hash of the tree is gone")

func (r *running) root(size int64) (tlog.Hash, error) {
	if size > r.size {
		return tlog.Hash{}, errNoHash
	}
	return tlog.TreeHash(size, r)
}

// signatures compares every head that anybody has with the tree.
func (r *running) signatures() error {
	sealed, named := int64(0), r.named()
	forked := false // the first says it; all later ones follow
	check := func(where, signed string) {
		h, by, err := OpenHead(signed, named)
		if err != nil {
			r.find(HeadAltered, where, "%v", err)
			return
		}
		where = fmt.Sprintf("%s of %d leaves", where, h.Size)
		r.report.Heads++
		r.agree(h, by)
		root, err := r.root(h.Size)
		switch {
		case h.Size > r.size:
			r.find(LogShort, where, "it was signed on %s, and the log ends after %d leaves: what came last was taken away", h.At, r.size)
		case err != nil || root != h.Root:
			if !forked {
				r.find(LogForked, where, "it was signed on %s over other leaves than the log holds", h.At)
			}
			forked = true
		case !slices.Contains(by, r.keyAt(h.Size)):
			r.find(HeadAltered, where, "it is signed by the key %s, and %s signed then", by[0].Fingerprint(), r.keyAt(h.Size).Fingerprint())
		default:
			sealed = max(sealed, h.Size)
		}
	}
	err := r.Archive.Heads(func(signed string, stamp []byte) error {
		check("head", signed)
		if len(stamp) > 0 && r.Stamp != nil {
			r.stamp(signed, stamp)
		}
		return r.ctx.Err()
	})
	if err != nil {
		return err
	}
	switch {
	case r.size == 0 || r.Beside == "" && r.restored >= sealed: // the next start writes it
	case r.Beside == "", r.Beside == Opening && r.report.Heads > 1:
		r.find(HeadMissing, "head beside the database", "it is gone; a log that was cut short could not be told by it")
	case r.Beside != Opening:
		check("head beside the database", r.Beside)
	}
	for _, signed := range r.Witness {
		check("head given", signed)
	}
	if r.size > sealed && len(r.report.Findings) == 0 {
		r.notice(NoticeUnsealed, leafName(sealed), "%d leaves from here on are not signed yet", r.size-sealed)
	}
	r.key()
	return nil
}

func (r *running) stamp(signed string, stamp []byte) {
	said, err := r.Stamp(signed, stamp)
	if err != nil {
		r.find(StampAltered, "time stamp", "%v", err)
		return
	}
	r.report.Stamps, r.report.Stamped = r.report.Stamps+1, said
}

// named are the keys that the log names, in their order.
func (r *running) named() []PublicKey {
	out := make([]PublicKey, 0, len(r.since))
	for _, n := range r.since {
		out = append(out, r.keys[n])
	}
	return out
}

// keyAt is the key that signs a log of a size.
func (r *running) keyAt(size int64) (k PublicKey) {
	for _, n := range r.since {
		if n < size {
			k = r.keys[n]
		}
	}
	return k
}

// agree notes where a key signed a head in which the next one is named already.
func (r *running) agree(h Head, by []PublicKey) {
	for _, n := range r.since {
		if n < h.Size && slices.Contains(by, r.keyAt(n)) {
			r.agreed[n] = true
		}
	}
}

// key compares the key that signs today with what the log says. A trusted key vouches for all
// that was logged before it signed, and for the keys that it agreed to.
func (r *running) key() {
	last := r.keyAt(r.size)
	r.report.Key = last
	if named := r.named(); len(r.Trusted) > 0 && !slices.ContainsFunc(r.Trusted, func(k PublicKey) bool { return slices.Contains(named, k) }) {
		r.find(KeyReplaced, "key", "the log is signed with %s, and you trust %v", last, r.Trusted)
	}
	for _, n := range r.since {
		if before := r.keyAt(n); before != "" && !r.agreed[n] {
			r.find(KeyReplaced, leafName(n), "from here on the key %s signs, and the one before, %s, did not agree", r.keys[n].Fingerprint(), before.Fingerprint())
		}
	}
	switch {
	case r.size == 0:
	case r.Key == "":
		r.find(KeyMissing, "key", "the key file is gone; the log names %s", last)
	case r.Key != last:
		r.find(KeyReplaced, "key", "the key file holds %s, the log names %s", r.Key.Fingerprint(), last.Fingerprint())
	}
}
