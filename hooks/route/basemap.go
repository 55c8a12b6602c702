package route

// The base map under the board's cases: none is shipped, the operator names one.

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Tiles is the base map. The zero value is none: the board then draws a plain grid.
type Tiles struct {
	URL         string // of raster tiles, with {z} {x} {y}, or of a .pmtiles archive
	File        string // a .pmtiles archive on this machine; then URL is empty
	Attribution string // whose map it is
	Audit       string // 审图号, the number under which the map was approved
}

const basemap = "basemap.pmtiles"

// ErrTiles: the setting of the base map is no address of one.
var ErrTiles = errors.New("want an address of tiles such as https://tiles.example.org/{z}/{x}/{y}.png, or of a .pmtiles archive, or the path of one")

// ParseTiles reads the settings of the base map: an address or a path, whose map it is, and its
// audit number. An address with a name or a password in it is refused: browsers would be told it.
func ParseTiles(address, attribution, audit string) (Tiles, error) {
	t := Tiles{Attribution: strings.TrimSpace(attribution), Audit: strings.TrimSpace(audit)}
	if address == "" {
		return t, nil
	}
	u, err := url.Parse(address)
	archive := strings.HasSuffix(strings.ToLower(address), ".pmtiles")
	switch {
	case err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"):
		t.URL = address
		if u.User != nil || !archive && !xyz(address) && !strings.HasSuffix(u.Path, ".pmtiles") {
			return t, ErrTiles
		}
	case archive:
		if t.File, err = filepath.Abs(address); err != nil {
			return t, err
		}
		info, err := os.Stat(t.File)
		if err != nil || info.IsDir() {
			return t, fmt.Errorf("%s is not there or cannot be read", address)
		}
	default:
		return t, ErrTiles
	}
	return t, nil
}

func xyz(address string) bool {
	return strings.Contains(address, "{z}") && strings.Contains(address, "{x}") && strings.Contains(address, "{y}")
}

// String is one line for an operator; what may be a key in the address is left out.
func (t Tiles) String() string {
	from := "none (no XUNCHA_TILES_URL)"
	switch {
	case t.File != "":
		from = t.File
	case t.URL != "":
		from, _, _ = strings.Cut(t.URL, "?")
	default:
		return from
	}
	for _, more := range []struct{ what, is string }{{"attribution", t.Attribution}, {"audit number", t.Audit}} {
		if more.is == "" {
			more.is = "none"
		}
		from += ", " + more.what + " " + more.is
	}
	return from
}

// host is what the page's policy must admit; "" for this house.
func (t Tiles) host() string {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// tilesTold is what the board is told.
type tilesTold struct {
	URL         string `json:"url"`
	Attribution string `json:"attribution"`
	Audit       string `json:"audit"`
	PMTiles     bool   `json:"pmtiles"`
}

func (t Tiles) told() tilesTold {
	told := tilesTold{URL: t.URL, Attribution: t.Attribution, Audit: t.Audit}
	if t.File != "" {
		told.URL = "/board/" + basemap
	}
	u, err := url.Parse(told.URL)
	told.PMTiles = err == nil && strings.HasSuffix(strings.ToLower(u.Path), ".pmtiles")
	return told
}
