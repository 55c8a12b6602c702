package store

// Time stamps of heads, once a day.

import (
	"context"
	"time"

	"github.com/pocketbase/dbx"
)

const (
	lastStamp = `SELECT coalesce(max(at), '') FROM custody_heads WHERE stamp IS NOT NULL`
	headAt    = `SELECT at FROM custody_heads WHERE size = {:size}`
	putStamp  = `INSERT INTO custody_heads (size, head, at, kept, stamp) VALUES ({:size}, {:head}, {:at}, 1, {:stamp})
		ON CONFLICT (size) DO UPDATE SET kept = 1, stamp = excluded.stamp`
)

// stampEach: so old the newest stamp may become before another head is stamped.
const stampEach = 24 * time.Hour

// Stamp has the newest head stamped, if the last stamp is a day old and the log has grown.
// The authority is asked outside of any transaction.
func (s Custody) Stamp(ctx context.Context, ask func(ctx context.Context, head string) ([]byte, error)) (bool, error) {
	var last, at string
	if err := one(reading(s.App), lastStamp, nil, &last); err != nil {
		return false, err
	}
	size, signed, err := ledger{reading(s.App)}.last()
	if err != nil || size == 0 {
		return false, err
	}
	if err := one(reading(s.App), headAt, dbx.Params{"size": size}, &at); err != nil {
		return false, err
	}
	if stamped, err := time.Parse(stampLayout, last); err == nil && (last == at || s.Now().Sub(stamped) < stampEach) {
		return false, nil
	}
	stamp, err := ask(ctx, signed)
	if err != nil {
		return false, err
	}
	return true, Feed{App: s.App}.exec(putStamp, dbx.Params{"size": size, "head": signed, "at": at, "stamp": stamp})
}
