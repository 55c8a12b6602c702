// Package depot is where photos rest on another machine: a bucket of S3, by PocketBase's own
// client. A bucket that does not answer is an error that says so, never a missing photo.
package depot

// The settings, from the environment or from PocketBase's own page.

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Settings name a bucket; the zero value is none.
type Settings struct {
	Endpoint, Bucket, Region string
	AccessKey, Secret        string
	PathStyle                bool // the bucket in the path, not in the host's name

	From string // who set it, for people
}

// On tells whether photos rest in a bucket.
func (s Settings) On() bool { return s.Endpoint != "" }

// names are the variables of the environment, in the order in which they are asked for.
const (
	envEndpoint  = "XUNCHA_S3_ENDPOINT"
	envBucket    = "XUNCHA_S3_BUCKET"
	envRegion    = "XUNCHA_S3_REGION"
	envAccessKey = "XUNCHA_S3_ACCESS_KEY"
	envSecret    = "XUNCHA_S3_SECRET" //nolint:gosec // a name
	envPathStyle = "XUNCHA_S3_PATH_STYLE"
)

// bucketName is what a bucket may be called, here and anywhere.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// Environment reads the variables; without any of them the zero value. An error is one line
// that names the variable and no secret.
func Environment(get func(string) string) (Settings, error) {
	s := Settings{
		Endpoint: get(envEndpoint), Bucket: get(envBucket), Region: get(envRegion), AccessKey: get(envAccessKey), Secret: get(envSecret),
		From: "the environment",
	}
	style := get(envPathStyle)
	if s.Endpoint+s.Bucket+s.Region+s.AccessKey+s.Secret+style == "" {
		return Settings{}, nil
	}
	for _, v := range []struct{ name, value string }{
		{envEndpoint, s.Endpoint},
		{envBucket, s.Bucket},
		{envRegion, s.Region},
		{envAccessKey, s.AccessKey},
		{envSecret, s.Secret},
	} {
		if v.value == "" {
			return s, fmt.Errorf("%s: is missing; photos rest in S3 with all of the settings, or here with none", v.name)
		}
	}
	var err error
	if s.PathStyle, err = strconv.ParseBool(style); style != "" && err != nil {
		return s, fmt.Errorf("%s: want true or false", envPathStyle)
	}
	return s, s.check()
}

func (s Settings) check() error {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("%s: want an address such as https://s3.example.org", envEndpoint)
	}
	if !bucketName.MatchString(s.Bucket) {
		return fmt.Errorf("%s: %.70q is no name of a bucket", envBucket, s.Bucket)
	}
	return nil
}

// Of is what the environment said, else what PocketBase's page of settings says.
func Of(app core.App, s Settings) (Settings, error) {
	own := app.Settings().S3
	if s.On() || !own.Enabled {
		return s, nil
	}
	s = Settings{
		Endpoint: own.Endpoint, Bucket: own.Bucket, Region: own.Region, AccessKey: own.AccessKey, Secret: own.Secret,
		PathStyle: own.ForcePathStyle, From: "PocketBase's settings",
	}
	if !strings.Contains(s.Endpoint, "://") {
		s.Endpoint = "https://" + s.Endpoint // as PocketBase reads it
	}
	if s.check() != nil {
		return s, errors.New("PocketBase's settings of S3: endpoint or bucket cannot be used for photos")
	}
	return s, nil
}

// Place names the bucket without its key.
func (s Settings) Place() string { return strings.TrimRight(s.Endpoint, "/") + "/" + s.Bucket }

// String says where photos rest, without the secret.
func (s Settings) String() string {
	if !s.On() {
		return "this disk"
	}
	style := "bucket in the host's name"
	if s.PathStyle {
		style = "bucket in the path"
	}
	return fmt.Sprintf("S3 %s, bucket %s, region %s, key %s, secret ***, %s; by %s", s.Endpoint, s.Bucket, s.Region, s.AccessKey, style, s.From)
}
