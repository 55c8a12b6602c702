package prepared

// The statements of a connection that nobody uses at the moment.

import "container/list"

// shelf keeps the latest Most statements by their text; of the same text one.
type shelf struct {
	byText map[string]*list.Element
	order  *list.List // of kept, the latest first
}

type kept struct {
	text string
	stmt fullStmt
}

func newShelf() *shelf { return &shelf{byText: map[string]*list.Element{}, order: list.New()} }

// take takes a statement out; nil if there is none.
func (s *shelf) take(text string) fullStmt {
	e, ok := s.byText[text]
	if !ok {
		return nil
	}
	delete(s.byText, text)
	return s.order.Remove(e).(kept).stmt
}

// put puts a statement back, and closes the one that was not used for longest.
func (s *shelf) put(text string, stmt fullStmt) {
	if _, twin := s.byText[text]; twin {
		_ = stmt.Close() // it ran well, and another of the same text is kept
		return
	}
	s.byText[text] = s.order.PushFront(kept{text, stmt})
	if s.order.Len() <= Most {
		return
	}
	oldest := s.order.Remove(s.order.Back()).(kept)
	delete(s.byText, oldest.text)
	_ = oldest.stmt.Close()
}

func (s *shelf) clear() {
	for e := s.order.Front(); e != nil; e = e.Next() {
		_ = e.Value.(kept).stmt.Close() // the connection ends
	}
	s.byText, s.order = map[string]*list.Element{}, list.New()
}
