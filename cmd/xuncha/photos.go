package main

// Where photos rest: one setting for the server and for every tool that reads photos.

import (
	"os"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/depot"
)

// bucket is what the environment says of S3; the zero value is nothing.
func bucket() (depot.Settings, error) { return depot.Environment(os.Getenv) }

// findPhotos lets a house that is open find its photos.
func findPhotos(app core.App) error {
	s, err := bucket()
	if err != nil {
		return err
	}
	return hooks.UsePhotos(app, s)
}
