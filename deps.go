//go:build deps

package deps

import (
	_ "firebase.google.com/go/v4"
	_ "firebase.google.com/go/v4/messaging"
	_ "github.com/bep/imagemeta"
	_ "github.com/disintegration/imaging"
	_ "github.com/paulmach/orb"
	_ "github.com/paulmach/orb/geojson"
	_ "github.com/pocketbase/pocketbase"
	_ "github.com/spf13/cobra"
	_ "github.com/tus/tusd/v2/pkg/filestore"
	_ "github.com/tus/tusd/v2/pkg/handler"
	_ "golang.org/x/image/webp"
	_ "golang.org/x/text/encoding"
	_ "pgregory.net/rapid"
)
