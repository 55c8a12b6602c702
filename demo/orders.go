package demo

// The numbers of orders, given when all orders of the year are known.

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"xuncha/casework"
)

// unnumbered marks an order's number until it has one; its id follows.
const unnumbered = "unnumbered "

// numberOrders counts the orders of each agency in each year as they were served.
func (m *maker) numberOrders(lives []*Life) error {
	type served struct {
		life  *Life
		order *casework.Rectification
		at    time.Time
	}
	var all []served
	for _, l := range lives {
		for i := range l.orders {
			at, err := time.Parse(time.RFC3339, l.orders[i].ServedAt)
			if err != nil {
				return fmt.Errorf("order of case %s: %w", l.Number, err)
			}
			all = append(all, served{l, &l.orders[i], at.In(shanghai)})
		}
	}
	slices.SortFunc(all, func(a, b served) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.order.ID, b.order.ID))
	})
	count := map[string]int{}
	for _, s := range all {
		head := fmt.Sprintf("云环%s责改字〔%d〕", s.life.letter(s.order.ID), s.at.Year())
		count[head]++
		s.life.numberOrder(s.order, fmt.Sprintf("%s%d号", head, count[head]))
	}
	return nil
}

// letter of the agency whose officer served an order: the first of its county's name.
func (l *Life) letter(order string) string {
	for _, past := range l.history {
		if casework.Needs(past.Action).Order == order && past.ActorAgency == l.m.city.Agencies[2].ID {
			return "白"
		}
	}
	return "青"
}

// numberOrder writes a number wherever the order stands.
func (l *Life) numberOrder(order *casework.Rectification, no string) {
	old := order.OrderNo
	order.OrderNo = no
	if l.Case.OrderNo == old {
		l.Case.OrderNo = no
	}
	for i := range l.history {
		if past := &l.history[i]; past.Name == "conclude" {
			past.Args = bytes.ReplaceAll(past.Args, []byte(old), []byte(no))
			l.actions[i]["args"] = past.Args
		}
	}
}
