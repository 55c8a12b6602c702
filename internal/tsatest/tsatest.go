// Package tsatest is test support: a time-stamping authority on 127.0.0.1 (RFC 3161), with a
// root and a certificate of its own.
package tsatest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority is a running authority.
type Authority struct {
	URL   string
	Roots string // a file with its root in PEM
	Away  atomic.Bool
	Asked atomic.Int64

	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// New starts an authority; it ends with the test.
func New(t *testing.T) *Authority {
	t.Helper()
	root, rootKey := certificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Test Root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	a := &Authority{Roots: filepath.Join(t.TempDir(), "roots.pem")}
	a.cert, a.key = certificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Test Authority"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}, root, rootKey)
	if err := os.WriteFile(a.Roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

func certificate(t *testing.T, of, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of.SerialNumber = big.NewInt(1)
	of.NotBefore, of.NotAfter = time.Unix(0, 0), time.Unix(1<<33, 0)
	if parent == nil {
		parent, parentKey = of, key
	}
	der, err := x509.CreateCertificate(rand.Reader, of, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made, key
}

func (a *Authority) serve(w http.ResponseWriter, r *http.Request) {
	a.Asked.Add(1)
	if a.Away.Load() {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	query, err := timestamp.ParseRequest(data)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	made := timestamp.Timestamp{
		HashAlgorithm: query.HashAlgorithm, HashedMessage: query.HashedMessage, Time: time.Now().Truncate(time.Second),
		Policy: asn1.ObjectIdentifier{1, 2, 3}, Nonce: query.Nonce, AddTSACertificate: query.Certificates,
	}
	answer, err := made.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer) // the line is the client's
}
