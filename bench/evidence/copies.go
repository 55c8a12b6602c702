package main

// Measure 1: the copies of 320 and 1600 px of one photo, from file to files.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/disintegration/imaging"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"xuncha/evidence"
	"xuncha/internal/photo"
)

// realPhotos is where Debian's mate-backgrounds puts photographs.
const realPhotos = "/usr/share/backgrounds/mate/nature"

// subject is a photo that is measured with.
type subject struct{ name, path string }

// subjects are a drawn photo with tags and, where they are installed, real photographs, each
// in both sizes.
func (b *bench) subjects() ([]subject, error) {
	var out []subject
	add := func(name string, img image.Image, mp, orientation int) error {
		side := 1
		for 3*side*side*4 < mp*1_000_000 {
			side++
		}
		scaled := imaging.Resize(img, 4*side, 3*side, imaging.Linear)
		data := photo.JPEG(scaled, photo.Tags{Lon: 116.4, Lat: 39.9, Taken: time.Now(), Orientation: orientation})
		s := subject{fmt.Sprintf("%s, %d MP (%.1f MB)", name, mp, float64(len(data))/1e6), filepath.Join(b.dir, fmt.Sprintf("photo-%d.jpg", len(out)))}
		out = append(out, s)
		little := photo.JPEG(imaging.Resize(img, 80, 60, imaging.Linear), photo.Tags{Orientation: orientation})
		return errors.Join(os.WriteFile(s.path, data, 0o600), keep(s.path, data),
			os.WriteFile(littleOf(s.path), little, 0o600), keep(littleOf(s.path), little))
	}
	real, err := filepath.Glob(filepath.Join(realPhotos, "*.jpg"))
	if err != nil {
		return nil, err
	}
	if len(real) == 0 {
		b.say("   no real photographs: Debian's mate-backgrounds is not installed")
	}
	for _, mp := range []int{b.n.large / 4, b.n.large} {
		if err := add("drawn, turned", photo.Scene(1, 1600, 1200), mp, 6); err != nil {
			return nil, err
		}
		for _, path := range real[:min(len(real), 2)] {
			img, err := decodeFile(path)
			if err == nil {
				err = add(filepath.Base(path), img, mp, 1)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// littleOf is a photo of a few pixels beside one.
func littleOf(path string) string {
	return filepath.Join(filepath.Dir(path), "little-"+filepath.Base(path))
}

// inStorage is where PocketBase's storage lies beside a photo.
func inStorage(path string) string { return filepath.Join(filepath.Dir(path), "storage") }

// keep puts a photo into PocketBase's storage, which notes its type beside it.
func keep(path string, data []byte) error {
	fs, err := filesystem.NewLocal(inStorage(path))
	if err != nil {
		return err
	}
	return errors.Join(fs.Upload(data, filepath.Base(path)), fs.Close())
}

func decodeFile(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(f)
	return img, errors.Join(err, f.Close())
}

func (b *bench) copies() error {
	subjects, err := b.subjects()
	if err != nil {
		return err
	}
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		b.say("   no vipsthumbnail: Debian's libvips-tools is not installed, that goal is not measured")
	}
	for _, s := range subjects {
		if err := b.copiesOf(s, vips); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) copiesOf(s subject, vips string) error {
	var we, theirs, pocket runs
	for range b.n.rounds {
		u, err := ours("derive", s.path, b.dir)
		if err != nil {
			return err
		}
		we = append(we, u)
		if u, err = ours("pocketbase", s.path); err != nil {
			return err
		}
		pocket = append(pocket, u)
		if vips == "" {
			continue
		}
		if u, err = b.vips(vips, s.path); err != nil {
			return err
		}
		theirs = append(theirs, u)
	}
	b.say("   %s", s.name)
	tell := func(name string, r runs) {
		b.say("      %-30s %7s, of which work %7s   cpu %7s   work adds %7s", name, millis(r.wall()), millis(r.work()), millis(r.cpu()), megabytes(r.more()))
	}
	tell("ours, one process", we)
	tell("PocketBase, one process", pocket)
	faster, less := pocket.work().Seconds()/we.work().Seconds(), float64(pocket.more())/float64(we.more())
	b.goal(s.name+": PocketBase / ours, time", fmt.Sprintf("%.2fx", faster), ">= 3x", faster >= 3)
	b.goal(s.name+": PocketBase / ours, memory", fmt.Sprintf("%.2fx", less), ">= 3x", less >= 3)
	if vips != "" {
		b.say("      %-30s %7s                      cpu %7s", "vipsthumbnail, two processes", millis(theirs.wall()), millis(theirs.cpu()))
		slower := we.wall().Seconds() / theirs.wall().Seconds()
		b.goal(s.name+": ours / vipsthumbnail, whole processes", fmt.Sprintf("%.2fx (cpu %.2fx)", slower, we.cpu().Seconds()/theirs.cpu().Seconds()), "<= 1.2x", slower <= 1.2)
	}
	return nil
}

// vips makes the same two copies: it has one size a process.
func (b *bench) vips(program, path string) (used, error) {
	var all used
	for _, size := range []int{evidence.Small, evidence.Large} {
		out := filepath.Join(b.dir, fmt.Sprintf("vips-%d.jpg[Q=85,strip]", size))
		u, err := process(program, path, "--size", fmt.Sprintf("%dx%d", size, size), "-o", out)
		if err != nil {
			return all, err
		}
		all = all.and(u)
	}
	return all, nil
}

// child is a candidate.
func child(args []string) error {
	switch args[0] {
	case "derive":
		return warmed(args[1], args[2], derive)
	case "pocketbase":
		return warmed(args[1], inStorage(args[1]), thumbnails)
	case "queue":
		return measured(func() error { return workOff(args[1], args[2]) })
	case "thumbs":
		return measured(func() error { return thumbAll(args[1], args[2]) })
	case "serve":
		return servePeer(args[1], args[2])
	}
	return fmt.Errorf("there is no candidate %q", args[0])
}

// warmed does it once with a little photo, as a server has before, and then measures it.
func warmed(path, dir string, do func(path, dir string) error) error {
	if err := do(littleOf(path), dir); err != nil {
		return err
	}
	if err := measured(func() error { return do(path, dir) }); err != nil {
		return err
	}
	return checked(dir)
}

// derive is our way.
func derive(path, dir string) error {
	f, err := os.Open(path) //nolint:gosec // likewise
	if err != nil {
		return err
	}
	meta, err := evidence.ReadMeta(f, evidence.JPEG)
	if err != nil {
		return err
	}
	copies, err := evidence.Derive(context.Background(), f, meta.Orientation)
	if err != nil {
		return err
	}
	for size, data := range copies {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("copy-%d.jpg", size)), data, 0o600); err != nil { //nolint:gosec // the bench's own folder
			return err
		}
	}
	return nil
}

// checked wants the copies to be there and as long as they should be, or the bench would
// measure nothing.
func checked(dir string) error {
	for _, size := range []int{evidence.Small, evidence.Large} {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("copy-%d.jpg", size))) //nolint:gosec // likewise
		if err != nil {
			return err
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || max(c.Width, c.Height) != size {
			return fmt.Errorf("the copy of %d px has %d x %d px: %w", size, c.Width, c.Height, err)
		}
	}
	return nil
}

// thumbnails is PocketBase's way: the file lies in its storage, and each size is made of it.
func thumbnails(path, dir string) error {
	fs, err := filesystem.NewLocal(dir)
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	for _, size := range []int{evidence.Small, evidence.Large} {
		to := fmt.Sprintf("copy-%d.jpg", size)
		if err := fs.CreateThumb(name, to, fmt.Sprintf("%dx%df", size, size)); err != nil {
			return err
		}
	}
	return fs.Close()
}

// number is an argument.
func number(text string) int {
	n, _ := strconv.Atoi(text) // written by this program
	return n
}
