package custody

// The key that signs heads. It lies in a file of its own outside the database: who can write
// to the database alone cannot sign.

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// PublicKey is what heads are checked with, in the form of a note's verifier:
// name+hash+base64.
type PublicKey string

// Name is what all keys of one log are called.
func (k PublicKey) Name() string {
	name, _, _ := strings.Cut(string(k), "+")
	return name
}

// Fingerprint tells keys of one log apart, in 8 hexadecimal digits.
func (k PublicKey) Fingerprint() string {
	_, rest, _ := strings.Cut(string(k), "+")
	hash, _, _ := strings.Cut(rest, "+")
	return hash
}

// Key signs heads.
type Key struct {
	signer note.Signer
	public PublicKey
	secret string
}

// Public is the key's other half, for everybody.
func (k Key) Public() PublicKey { return k.public }

// Sign signs a head.
func (k Key) Sign(h Head, more ...Key) (string, error) {
	signers := []note.Signer{k.signer}
	for _, m := range more {
		signers = append(signers, m.signer)
	}
	signed, err := note.Sign(&note.Note{Text: h.text(k.signer.Name())}, signers...)
	return string(signed), err
}

// NewKey makes a key of a log; name "" begins a log.
func NewKey(name string) (Key, error) {
	if name == "" {
		id := make([]byte, 4)
		_, _ = rand.Read(id) // never fails
		name = "xuncha-" + hex.EncodeToString(id)
	}
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return Key{}, err
	}
	return parseKey(secret)
}

func parseKey(secret string) (Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, err
	}
	parts := strings.SplitN(secret, "+", 5) // PRIVATE, KEY, name, hash, base64
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil {
		return Key{}, err
	}
	half := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey) // the first byte names the algorithm
	public, err := note.NewEd25519VerifierKey(signer.Name(), half)
	return Key{signer, PublicKey(public), secret}, err
}

// ReadKey reads a key file; errors wrap fs.ErrNotExist where there is none.
func ReadKey(path string) (Key, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Key{}, err
	}
	k, err := parseKey(strings.TrimSpace(string(data)))
	if err != nil {
		return Key{}, fmt.Errorf("%s is no key of the custody log (%w); put the original file back", path, err)
	}
	return k, nil
}

// OpenKey reads a key file, or makes it at the first start.
func OpenKey(path string) (k Key, made bool, err error) {
	k, err = ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	if k, err = NewKey(""); err != nil {
		return k, false, err
	}
	return k, true, k.Write(path)
}

// Write writes the key into a new file, which is on disk when it returns.
func (k Key) Write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(k.secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// ParsePublicKey reads a public key as it is printed.
func ParsePublicKey(text string) (PublicKey, error) {
	k := PublicKey(strings.TrimSpace(text))
	if _, err := note.NewVerifier(string(k)); err != nil {
		return "", fmt.Errorf("it is no public key of a custody log, such as xuncha-1f2e3d4c+5a6b7c8d+AQz…: %w", err)
	}
	return k, nil
}
