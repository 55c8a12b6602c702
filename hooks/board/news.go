package board

// News: what changed, for the boards that are open. Each is told what lies in its own scope.

import (
	"slices"
	stdsync "sync"

	"github.com/paulmach/orb/maptile"

	"xuncha/hooks/store/desk"
)

// changedZoom is the zoom of the tiles that are named as changed; others follow from them.
const changedZoom maptile.Zoom = 14

// kept is how many changes are remembered for boards that were away for a moment.
const kept = 20_000

type change struct {
	at    int64 // its place, which grows
	pin   desk.Pin
	nodes []string // where it is now
	was   []string // where it was, and is perhaps
	tiles []maptile.Tile
}

// news are the latest changes. The zero value is ready.
type news struct {
	mu        stdsync.Mutex
	list      []change // in their order
	first     int64    // places above this one are all in the list
	last      int64
	listeners map[*Listener]bool
	over      bool
}

// Listener is one open board. C is signalled when there may be news; it is closed at the end.
type Listener struct {
	C    chan struct{}
	node string
	of   *news
}

func (n *news) add(changes []change) {
	if len(changes) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range changes {
		n.last++
		changes[i].at = n.last
	}
	n.list = append(n.list, changes...)
	if drop := len(n.list) - kept; drop > 0 {
		n.first = n.list[drop-1].at
		n.list = slices.Delete(n.list, 0, drop)
	}
	n.ring()
}

// begin tells every board to begin anew, from a place on that is behind all there were: a
// start of the server takes one from its clock, so that no board goes on from another start.
func (n *news) begin(place int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = max(n.last+1, place)
	n.list, n.first = nil, n.last
	n.ring()
}

func (n *news) ring() {
	for l := range n.listeners {
		select {
		case l.C <- struct{}{}:
		default: // it will look anyway
		}
	}
}

func (n *news) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.over = true
	for l := range n.listeners {
		close(l.C)
	}
	n.listeners = nil
}

// head is the place of the newest change.
func (n *news) head() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last
}

// listen registers a board; nil after the end.
func (n *news) listen(node string) *Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.over {
		return nil
	}
	if n.listeners == nil {
		n.listeners = map[*Listener]bool{}
	}
	l := &Listener{C: make(chan struct{}, 1), node: node, of: n}
	n.listeners[l] = true
	return l
}

// Leave ends listening.
func (l *Listener) Leave() {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	delete(l.of.listeners, l)
}

// News are what changed for one board.
type News struct {
	Place   int64          // up to which this goes
	Reload  bool           // too much was missed
	Changed []string       // cases, each once
	Gone    []string       // cases that are not in the scope any more
	Tiles   []maptile.Tile // of zoom changedZoom; where a case is gone it may be any
	states  map[string]desk.Pin
}

// since gathers what changed for a node after a place.
func (n *news) since(node string, place int64) News {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := News{Place: n.last, Changed: []string{}, Gone: []string{}, states: map[string]desk.Pin{}}
	if place < n.first || place > n.last { // too long ago, or of another start
		out.Reload = true
		return out
	}
	at := max(0, len(n.list)-int(n.last-place))
	tiles := map[maptile.Tile]bool{}
	here := map[string]bool{}
	for _, c := range n.list[at:] {
		in := slices.Contains(c.nodes, node)
		if !in && !slices.Contains(c.was, node) {
			continue
		}
		here[c.pin.ID] = in
		out.states[c.pin.ID] = c.pin
		if !in {
			continue // where it went is not for this board to know
		}
		for _, t := range c.tiles {
			tiles[t] = true
		}
	}
	for id, in := range here {
		if in {
			out.Changed = append(out.Changed, id)
		} else {
			out.Gone = append(out.Gone, id)
		}
	}
	slices.Sort(out.Changed)
	slices.Sort(out.Gone)
	for t := range tiles {
		out.Tiles = append(out.Tiles, t)
	}
	return out
}
