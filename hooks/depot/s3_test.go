package depot

// The bucket against a real server: what every depot promises, and what it says when the
// server is away, wrong, or does not let us in.

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuncha/evidence"
	"xuncha/evidence/depottest"
	"xuncha/internal/s3test"
)

func bucket(s *s3test.Server) S3 {
	return S3{Settings{Endpoint: s.URL, Bucket: s3test.Bucket, Region: s3test.Region, AccessKey: s3test.AccessKey, Secret: s3test.Secret, PathStyle: true}}
}

func TestABucketKeepsWhatEveryDepotPromises(t *testing.T) {
	depottest.Run(t, bucket(s3test.New(t)))
	depottest.Run(t, &depottest.Folder{Dir: t.TempDir()})
}

func TestABucketThatDoesNotAnswerIsAwayAndNotEmpty(t *testing.T) {
	server := s3test.New(t)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := bucket(server)
	if err := good.Put(t.Context(), "evidence/aa/x", path); err != nil {
		t.Fatal(err)
	}
	locked, none := good, good
	locked.Secret, none.Bucket = "wrong", "no-such-bucket"
	if err := none.Put(t.Context(), "evidence/aa/x", path); !errors.Is(err, evidence.ErrAway) || !strings.Contains(err.Error(), "no-such-bucket") {
		t.Errorf("no such bucket: %v", err)
	}
	asks := func(d S3) map[string]error {
		_, size := d.Size(t.Context(), "evidence/aa/x")
		_, open := d.Open(t.Context(), "evidence/aa/x")
		return map[string]error{"size": size, "open": open, "put": d.Put(t.Context(), "evidence/aa/x", path)}
	}
	for what, err := range asks(locked) {
		if !errors.Is(err, evidence.ErrAway) || errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "\n") {
			t.Errorf("with another key, %s: %v", what, err)
		}
	}
	server.GoAway()
	for what, err := range asks(good) {
		if !errors.Is(err, evidence.ErrAway) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("away, %s: %v", what, err)
		}
	}
	server.ComeBack()
	for what, err := range asks(good) {
		if err != nil {
			t.Errorf("back again, %s: %v", what, err)
		}
	}
}

// A line on which nothing comes ends with the one who asks.
func TestABucketThatIsSilentHoldsNobody(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	d := S3{Settings{Endpoint: "http://" + silent.Addr().String(), Bucket: "photos", Region: "x", AccessKey: "x", Secret: "x", PathStyle: true}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Open(ctx, "evidence/aa/x"); err == nil {
		t.Error("opened")
	}
	if _, err := d.Size(ctx, "evidence/aa/x"); err == nil {
		t.Error("sized")
	}
}

func TestSettingsAreWholeOrNone(t *testing.T) {
	whole := map[string]string{
		envEndpoint: "https://s3.example.test", envBucket: "photos", envRegion: "cn-north-1", envAccessKey: "AK", envSecret: "s3cret", envPathStyle: "true",
	}
	with := func(name, value string) func(string) string {
		return func(asked string) string {
			if asked == name {
				return value
			}
			return whole[asked]
		}
	}
	if s, err := Environment(with("", "")); err != nil || !s.On() || !s.PathStyle || strings.Contains(s.String(), "s3cret") {
		t.Errorf("%v %v", s, err)
	}
	if s, err := Environment(func(string) string { return "" }); err != nil || s.On() || s.String() != "this disk" {
		t.Errorf("%v %v", s, err)
	}
	for _, c := range [][2]string{
		{envEndpoint, ""},
		{envEndpoint, "s3.example.test"},
		{envEndpoint, "https://u:s3cret@host"},
		{envEndpoint, "https://host/path"},
		{envEndpoint, "ftp://host"},
		{envBucket, ""},
		{envBucket, "Photos!"},
		{envRegion, ""},
		{envAccessKey, ""},
		{envSecret, ""},
		{envPathStyle, "perhaps"},
	} {
		_, err := Environment(with(c[0], c[1]))
		if err == nil || !strings.HasPrefix(err.Error(), c[0]+": ") || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s=%q: %v", c[0], c[1], err)
		}
	}
}
