// Package stamp has heads of the custody log stamped by a time-stamping authority (RFC 3161):
// somebody outside the house says that the head was there at a time. Who has the whole house,
// keys included, can make everything in it anew, but not a stamp of the past.
package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// Authority is a time-stamping authority.
type Authority struct {
	URL    string
	Client *http.Client // nil is one that waits for wait
}

// wait is how long an authority may take.
const wait = 20 * time.Second

// largest answer that is read, in bytes: a token with its certificates has some 10 KB.
const largest = 256 << 10

// Errors of stamps.
var (
	ErrRefused = errors.New("the time-stamping authority did not stamp it")
	ErrStamp   = errors.New("it is no time stamp of this head")
)

// Ask has a head stamped and returns the token (DER), which is checked already.
func (a Authority) Ask(ctx context.Context, head string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	query, err := timestamp.CreateRequest(strings.NewReader(head), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	client := a.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, largest))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: it answers %s", ErrRefused, res.Status)
	}
	token, err := tokenOf(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	_, err = Read(head, token, nil)
	return token, err
}

func tokenOf(answer []byte) (token []byte, err error) {
	defer refuse(&err)
	a, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	return a.RawToken, nil
}

// refuse makes an error of a panic.
func refuse(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrStamp, p)
	}
}

// Stamp is what a token says.
type Stamp struct {
	Time      time.Time
	Authority string // the name in its certificate
	Print     string // SHA-256 of the certificate
}

func (s Stamp) String() string {
	return fmt.Sprintf("%s by %s (certificate %.16s…)", s.Time.UTC().Format(time.RFC3339), s.Authority, s.Print)
}

// Read checks a token of a head. With roots the authority's certificate has to lead to one of
// them, as it stood at the time of the stamp; without them it is for the reader to know the
// authority.
func Read(head string, token []byte, roots *x509.CertPool) (s Stamp, err error) {
	defer refuse(&err) // the token comes from outside, and its reader may panic
	if len(token) > largest {
		return Stamp{}, fmt.Errorf("%w: it has %d bytes, at most %d", ErrStamp, len(token), largest)
	}
	t, err := timestamp.Parse(token) // which checks the signature where the certificate is there
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	sum := sha256.Sum256([]byte(head))
	if t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]) {
		return Stamp{}, fmt.Errorf("%w: it is of something else", ErrStamp)
	}
	signed, err := pkcs7.Parse(token)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	signer := signed.GetOnlySigner()
	if signer == nil || !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return Stamp{}, fmt.Errorf("%w: no certificate of an authority signed it", ErrStamp)
	}
	if roots != nil {
		err := signed.VerifyWithOpts(x509.VerifyOptions{Roots: roots, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
		if err != nil {
			return Stamp{}, fmt.Errorf("%w: %w", ErrStamp, err)
		}
	}
	mark := sha256.Sum256(signer.Raw)
	return Stamp{Time: t.Time, Authority: signer.Subject.CommonName, Print: hex.EncodeToString(mark[:])}, nil
}

// Roots reads certificates of authorities in PEM; nil where path is empty.
func Roots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return pool, nil
}
