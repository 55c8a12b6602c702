package demo

// The photos: two dozen, made once, referenced often.

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"xuncha/casework"
	"xuncha/internal/photo"
)

// Photo is one file.
type Photo struct {
	Data []byte
	Sum  string
}

const photoCount = 24

func (m *maker) photos() error {
	for i := range uint64(photoCount) {
		data := photo.JPEG(photo.Scene(m.Seed*100+i, 640, 480), photo.Tags{
			Lon: bound.Center()[0], Lat: bound.Center()[1], Taken: m.Now.AddDate(0, -1, 0), Orientation: 1, Camera: "巡查演示",
		})
		sum := sha256.Sum256(data)
		m.city.Photos = append(m.city.Photos, Photo{data, hex.EncodeToString(sum[:])})
	}
	return nil
}

// snap files one of the photos for a case and returns its id.
func (l *Life) snap(at time.Time, by, purpose, item, pair string) string {
	shot := pick(l.m.r, l.m.city.Photos)
	for shot.Sum == l.evidence[pair].SHA256 { // before and after are two photos
		shot = pick(l.m.r, l.m.city.Photos)
	}
	id := l.m.id()
	l.evidence[id] = casework.Evidence{
		ID: id, Case: l.Case.ID, Purpose: purpose, Item: item, PairOf: pair, SHA256: shot.Sum, State: "stored", TakenAt: at.Format(time.RFC3339),
	}
	taken := at.In(shanghai).Format(time.RFC3339)
	row := map[string]any{
		"case": l.Case.ID, "purpose": purpose, "item": item, "pair_of": pair, "sha256": shot.Sum, "size": len(shot.Data), "mime": "image/jpeg",
		"taken_at": taken, "position": l.Case.Location, "state": "stored", "author": by, "received_at": casework.Stamp(at.Add(time.Hour)),
		"receipt": map[string]any{"sha256": shot.Sum, "size": len(shot.Data), "at": casework.Stamp(at.Add(time.Hour))},
	}
	if l.visit != nil && item == "" {
		row["inspection"] = l.visit.ID
	}
	if l.order != nil {
		row["rectification"] = l.order.ID
	}
	l.photos = append(l.photos, Row{"evidence", id, row})
	return id
}
