package main

// The npm package supercluster as a peer, where node and the packages of internal/js are.

import (
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/paulmach/orb/maptile"

	"xuncha/geo/tiles"
)

//go:embed supercluster.mjs
var superclusterScript string

// packages is the folder of npm's packages, found from a folder of this module upwards.
func packages() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		js := filepath.Join(dir, "internal", "js")
		if _, err := os.Stat(filepath.Join(js, "node_modules", "supercluster")); err == nil {
			return js, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("make js has not installed it")
		}
		dir = filepath.Dir(dir)
	}
}

// superclusterSaid is what the script prints, times in milliseconds.
type superclusterSaid struct {
	Build   float64
	Took    []float64
	Shown   int
	Version string
}

// supercluster builds from the same cases and answers the same tiles. Its tiles are objects
// in memory, ours are bytes that go out; that is left to its favour.
func (b *bench) supercluster(live []tiles.Point) error {
	js, err := packages()
	if err != nil {
		b.line("supercluster", "not installed: %v", err)
		return nil
	}
	asked := map[maptile.Zoom][]maptile.Tile{}
	var list [][3]uint32
	r := rand.New(rand.NewPCG(20261126, 3))
	zooms := []maptile.Zoom{5, 10, 14}
	for _, z := range zooms {
		for range b.n.tiles.asked {
			t := maptile.At(live[r.IntN(len(live))].At, z)
			asked[z] = append(asked[z], t)
			list = append(list, [3]uint32{uint32(z), t.X, t.Y})
		}
	}
	said, err := runSupercluster(js, live, list)
	if err != nil {
		return err
	}
	set := tiles.New(statusNames, 0)
	began := time.Now()
	err = set.Build(func(yield func(tiles.Point, error) bool) {
		for _, p := range live {
			if !yield(p, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	built := time.Since(began)
	b.line("supercluster 9.1.0, node "+said.Version, "%d cases, of which its tiles show %d; one map, where ours has one for each node", len(live), said.Shown)
	b.beside("built", milliseconds(said.Build), built)
	nation := set.Node("nation")
	for i, z := range zooms {
		var ours, theirs []time.Duration
		for k, t := range asked[z] {
			from := time.Now()
			if _, err := nation.Tile(t, tiles.Filter{}); err != nil {
				return err
			}
			ours = append(ours, time.Since(from))
			theirs = append(theirs, milliseconds(said.Took[i*len(asked[z])+k]))
		}
		b.beside(fmt.Sprintf("a tile of zoom %d, median", z), median(theirs), median(ours))
	}
	return nil
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// beside says both numbers and their ratio.
func (b *bench) beside(what string, theirs, ours time.Duration) {
	ratio := theirs.Seconds() / ours.Seconds()
	b.goal(what+": supercluster / ours", fmt.Sprintf("%s / %s = %.1fx", theirs.Round(time.Microsecond), ours.Round(time.Microsecond), ratio), ">= 1x", b.n.small || ratio >= 1)
}

func runSupercluster(js string, live []tiles.Point, list [][3]uint32) (said superclusterSaid, err error) {
	dir, err := os.MkdirTemp("", "bench-geo-*")
	if err != nil {
		return said, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var cases []byte
	for _, p := range live {
		for _, v := range []float64{p.At[0], p.At[1], float64(p.Status), float64(p.Flags & tiles.Overdue)} {
			cases = binary.LittleEndian.AppendUint64(cases, math.Float64bits(v))
		}
	}
	asked, err := json.Marshal(list)
	if err != nil {
		return said, err
	}
	casesFile, askedFile := filepath.Join(dir, "cases"), filepath.Join(dir, "tiles.json")
	if err := errors.Join(os.WriteFile(casesFile, cases, 0o600), os.WriteFile(askedFile, asked, 0o600)); err != nil {
		return said, err
	}
	cmd := exec.Command("node", "--max-old-space-size=6144", "--input-type=module", "--eval", superclusterScript, casesFile, askedFile)
	cmd.Dir, cmd.Stderr = js, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return said, fmt.Errorf("supercluster: %w", err)
	}
	if err := json.Unmarshal(out, &said); err != nil || len(said.Took) != len(list) {
		return said, fmt.Errorf("supercluster timed %d of %d tiles: %w", len(said.Took), len(list), err)
	}
	return said, nil
}
