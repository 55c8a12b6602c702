package sync

// Epochs: how a server notices that its database is an older one than it was, put back by
// somebody's hand. Whoever kept a place in the order of changes is a witness.

// Witness is a place in the order of changes that somebody kept: in a run of an epoch the
// newest seq was this. A run is the time from one opening of the database to the next.
type Witness struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"head"`
	Run   string `json:"run,omitempty"`
}

// Runs knows when the database was opened. A View or a Tx that has it finds a database that was
// put back also after new changes have passed the numbers of the old ones.
type Runs interface {
	// Until returns the head at the end of a run of this epoch; known is false if there
	// was no such run.
	Until(run string) (head int64, known bool, err error)
}

// Contradicts tells whether the witness knows of a change that a database which stands at
// state never made. runs may be nil.
func (w Witness) Contradicts(state State, runs Runs) (bool, error) {
	switch {
	case w.Seq > state.Head:
		return true, nil
	case runs == nil, w.Run == "", w.Run == state.Run, w.Epoch != state.Epoch:
		return false, nil // numbers of other epochs are not used again; these are below the head
	}
	until, known, err := runs.Until(w.Run)
	return err == nil && (!known || w.Seq > until), err
}

// witness is what a cursor knows.
func (c Cursor) witness() Witness { return Witness{Epoch: c.Epoch, Seq: c.newest(), Run: c.Run} }

// astray tells whether a request comes from an epoch that is not this one. Without epoch
// and cursor it is a first contact.
func (s Desk) astray(user string, req Request, state State) bool {
	if req.Epoch == "" && req.Cursor == "" {
		return false
	}
	if req.Epoch != state.Epoch {
		return true
	}
	c, ok := Unseal(s.Key, req.Cursor)
	return ok && c.User == user && c.Epoch != state.Epoch
}

// witness is what the cursor of a request testifies against this database, nil if nothing.
// Only what we signed counts: anything else a phone can make up. in is the view or the
// transaction, which may know runs.
func (s Desk) witness(in any, req Request, state State) (*Witness, error) {
	c, ok := Unseal(s.Key, req.Cursor)
	if !ok {
		return nil, nil
	}
	runs, _ := in.(Runs)
	w := c.witness()
	against, err := w.Contradicts(state, runs)
	if err != nil || !against {
		return nil, err
	}
	return &w, nil
}
