package board

// What an open board asks of the index.

import (
	"xuncha/geo/tiles"
	"xuncha/hooks/store/desk"
)

// Map is the map of one desk; ok is false while the index is built, and for a scope that it
// does not know yet.
func (b *Board) Map(scope desk.Scope) (tiles.Snapshot, bool) {
	s := b.now.Load()
	if s == nil || s.scopes[scope] == "" {
		return tiles.Snapshot{}, false
	}
	return s.set.Node(s.scopes[scope]), true
}

// Ready tells whether there is an index.
func (b *Board) Ready() bool { return b.now.Load() != nil }

// Listen registers an open board and returns the place from where on it is told; nil while
// there is no index, and after the end.
func (b *Board) Listen(scope desk.Scope) (l *Listener, place int64) {
	s := b.now.Load()
	if s == nil || s.scopes[scope] == "" {
		return nil, 0
	}
	l = b.news.listen(s.scopes[scope])
	return l, b.news.head()
}

// Head is the place of the newest change.
func (b *Board) Head() int64 { return b.news.head() }

// Ring wakes the open boards: something waits that is no change of a case.
func (b *Board) Ring() {
	b.news.mu.Lock()
	defer b.news.mu.Unlock()
	b.news.ring()
}

// Since are the news of a listener after a place, with what somebody did last to each case.
func (b *Board) Since(l *Listener, place int64) (News, []Told, error) {
	n := b.news.since(l.node, place)
	if len(n.Changed) == 0 {
		return n, []Told{}, nil
	}
	steps, err := b.Pins.Steps(n.Changed)
	if err != nil {
		return n, nil, err
	}
	told := make([]Told, 0, len(n.Changed))
	for _, id := range n.Changed {
		step := steps[id]
		told = append(told, Told{ID: id, Status: string(n.states[id].Status), Number: step.Number, Action: step.Name, By: step.By, ByName: step.ByName})
	}
	return n, told, nil
}

// Told is a case that changed, as a board is told.
type Told struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Number string `json:"number"`
	Action string `json:"action"`
	By     string `json:"by"`
	ByName string `json:"by_name"`
}
