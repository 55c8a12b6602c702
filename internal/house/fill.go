package house

// A house with very many cases, as a large city or a province has after years.

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// manyCases writes cases straight into the table: the counties take turns, the states stand as
// they do in a busy year, most of them closed. What is drawn comes from the row's number.
const manyCases = `WITH RECURSIVE n(i) AS (SELECT {:first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:first} + {:n}),
	r AS (SELECT i, (i * 2654435761) % 4294967296 AS a, ((i + 7) * 2246822519) % 4294967296 AS b, ((i + 13) * 3266489917) % 4294967296 AS c FROM n),
	s AS (SELECT *, CASE WHEN a % 100 < 4 THEN 'registered' WHEN a % 100 < 8 THEN 'accepted' WHEN a % 100 < 12 THEN 'assigned' WHEN a % 100 < 16 THEN 'inspecting'
		WHEN a % 100 < 20 THEN 'rectifying' WHEN a % 100 < 22 THEN 'verifying' WHEN a % 100 < 25 THEN 'replying' ELSE 'closed' END AS status FROM r)
	INSERT INTO cases (id, number, status, round, source, agency, division_code, pollution_types, title, text, text_length, address, location, identity_mode,
		received_at, due_strict, due_legal, supervision_level, overdue, due_soon, urgent, starred, seq)
	SELECT printf('many%011d', i), printf('2026-%s-%06d', json_extract({:codes}, '$[' || (i % {:m}) || ']'), i), status, 1, 'web',
		json_extract({:agencies}, '$[' || (i % {:m}) || ']'), json_extract({:codes}, '$[' || (i % {:m}) || ']'),
		CASE c % 3 WHEN 0 THEN '["odour"]' WHEN 1 THEN '["construction_noise","dust"]' ELSE '["water"]' END,
		CASE c % 3 WHEN 0 THEN '夜间异味' WHEN 1 THEN '工地扰民' ELSE '河水发黑' END, '附近居民反映' || i || '号院周边长期存在污染，夜间尤其严重，多次反映未见好转。', 30, '幸福路' || (i % 900) || '号',
		json_object('lon', {:west} + (b % 1000000) / 1e6 * {:width}, 'lat', {:south} + (c % 1000000) / 1e6 * {:height}), 'anonymous',
		strftime('%Y-%m-%dT%H:%M:%S.000Z', {:now}, '-' || (b % 400) || ' days', '-' || (c % 86400) || ' seconds'),
		date({:now}, printf('%+d days', a % 60 - 6)), date({:now}, printf('%+d days', a % 60 - 6)), 'none',
		status <> 'closed' AND a % 60 < 6, status <> 'closed' AND a % 60 BETWEEN 6 AND 9, a % 50 = 0, b % 200 = 0, {:seq} + i - {:first} FROM s`

// County is a division with its agency.
type County struct{ Agency, Code string }

// Many adds n cases of some counties, spread over a square of degrees, as an import does that
// goes past the records: what follows the records notices at the next start. Their numbers
// begin with first.
func (h *House) Many(first, n int, counties []County, now time.Time) {
	h.T.Helper()
	if err := Fill(h.App, first, n, counties, now); err != nil {
		h.T.Fatal(err)
	}
}

// Fill is Many for who has no test.
func Fill(app core.App, first, n int, counties []County, now time.Time) error {
	codes, agencies := make([]string, len(counties)), make([]string, len(counties))
	for i, c := range counties {
		codes[i], agencies[i] = c.Code, c.Agency
	}
	return app.RunInTransaction(func(tx core.App) error {
		var seq int64
		if err := tx.DB().NewQuery("SELECT CAST(value AS INTEGER) FROM sync_meta WHERE key = 'head'").Row(&seq); err != nil {
			return err
		}
		_, err := tx.DB().NewQuery(manyCases).Bind(dbx.Params{
			"first": first, "n": n, "codes": list(codes), "agencies": list(agencies), "m": len(counties), "now": now.UTC().Format(time.DateOnly), "seq": seq + 1,
			"west": 116.0, "width": 1.0, "south": 39.4, "height": 1.0,
		}).Execute()
		if err != nil {
			return err
		}
		_, err = tx.DB().NewQuery("UPDATE sync_meta SET value = {:head} WHERE key = 'head'").Bind(dbx.Params{"head": fmt.Sprint(seq + int64(n))}).Execute()
		return err
	})
}

func list(values []string) string {
	out := "["
	for i, v := range values {
		if i > 0 {
			out += ","
		}
		out += fmt.Sprintf("%q", v)
	}
	return out + "]"
}
