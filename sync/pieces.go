package sync

// Long work in pieces: many steps share a transaction, none holds the writer for long.

import "errors"

// pieceMost is how many steps of one push share a transaction, and spentMost how many bytes
// of documents: to go through so many takes about as long as the steps may.
const (
	pieceMost = 250
	spentMost = 2 << 20
)

// refusedAt says which step of a piece its record refuses for ever.
type refusedAt struct {
	Unfit
	step int
}

// inPieces runs n steps in their order. piece runs those from from to before to in one
// transaction, or as many of them as have spent enough, at least one, and says before which
// it stopped; it may be run again after a rollback. join takes what a committed piece
// did and may stop. A step that its record refuses for ever is told to refuse and then
// tried once more, so that it is answered and the others go on; refuse returns false where
// it knew already.
func inPieces[R any](
	house House, n int, piece func(tx Tx, from, to int) (did R, stopped int, err error), join func(R) (stop bool), refuse func(step int, reason string) bool,
) error {
	size := pieceMost
	for from := 0; from < n; {
		to := min(from+size, n)
		var done R
		err := house.InTransaction(to-from, func(tx Tx) (err error) {
			done, to, err = piece(tx, from, min(from+size, n))
			return err
		})
		var r refusedAt
		switch {
		case errors.As(err, &r) && refuse(from+r.step, r.Reason):
			size = 1 // who sends one such step may send many
			continue
		case err != nil:
			return err
		}
		if join(done) {
			return nil
		}
		from, size = to, min(2*size, pieceMost)
	}
	return nil
}
