package demo

// The photos: two dozen, drawn once, referenced often.

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"xuncha/casework"
	"xuncha/internal/photo"
)

// Photo is one file and what it shows.
type Photo struct {
	Data   []byte
	Sum    string
	Scene  string // kitchen, site, chimney, workshop, street, farm, heap, river
	Moment string // before, after, scene
}

// moments of each scene that there is a photo of.
var moments = []string{"before", "after", "scene"}

func (m *maker) photos() error {
	m.city.Photos = allPhotos()
	return nil
}

// allPhotos are the same for every city.
var allPhotos = sync.OnceValue(func() []Photo {
	list := make([]Photo, len(scenes)*len(moments))
	var drawing sync.WaitGroup
	for i := range scenes {
		drawing.Go(func() {
			for j, moment := range moments {
				// No position and no time: the same photo stands in many cases.
				data := photo.JPEG(paint(scenes[i], moment, uint64(i)), photo.Tags{Orientation: 1, Camera: camera}) //nolint:gosec // small
				sum := sha256.Sum256(data)
				list[i*len(moments)+j] = Photo{data, hex.EncodeToString(sum[:]), scenes[i].name, moment}
			}
		})
	}
	drawing.Wait()
	return list
})

const camera = "Xuncha demo 巡查演示"

// shot is the photo of a scene at a moment.
func (m *maker) shot(scene, moment string) Photo {
	i := slices.IndexFunc(m.city.Photos, func(p Photo) bool { return p.Scene == scene && p.Moment == moment })
	return m.city.Photos[i]
}

// snap takes a photo for the case and returns its id.
func (l *Life) snap(at time.Time, by, purpose, item, pair string) string {
	moment := purpose
	if purpose == "scene" && item != "" {
		moment = "after" // what the verification saw
	}
	shot := l.m.shot(l.site.matter.scene, moment)
	id := l.m.id(l.r)
	l.evidence[id] = casework.Evidence{
		ID: id, Case: l.Case.ID, Purpose: purpose, Item: item, PairOf: pair, SHA256: shot.Sum, State: "stored", TakenAt: local(at),
	}
	got := casework.Stamp(at.Add(time.Duration(20+l.r.IntN(500)) * time.Second))
	row := args{
		"case": l.Case.ID, "purpose": purpose, "item": item, "pair_of": pair, "sha256": shot.Sum, "size": len(shot.Data), "mime": "image/jpeg",
		"taken_at": local(at), "position": position(around(l.r, l.site.at, 12), float64(4+l.r.IntN(9))), "heading": float64(l.r.IntN(360)),
		"device": l.m.devices[by], "caption": say(l.r, "caption."+moment, l.site.words(l.r, true)), "state": "stored", "author": by, "received_at": got,
		"flags": []string{}, "receipt": args{"sha256": shot.Sum, "size": len(shot.Data), "at": got},
		"exif": args{"camera": camera, "orientation": 1},
	}
	if l.visit != nil && (purpose == "before" || item == "") {
		row["inspection"] = l.visit.ID
	}
	if l.order != nil {
		row["rectification"] = l.order.ID
	}
	l.photos = append(l.photos, Row{"evidence", id, row})
	return id
}

// untake forgets the photos of something that did not happen yet.
func (l *Life) untake(from int) {
	for _, row := range l.photos[from:] {
		delete(l.evidence, row.ID)
	}
	l.photos = l.photos[:from]
}
