// Package store holds the adapters of the ports: the only package with SQL. Each
// is a small struct around the app it is given, so that the right transaction is
// the short thing to write: store.Cases{App: tx}.
package store

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Keys are the house's secrets, all derived from one file beside the database
// that no backup of the database contains.
type Keys struct{ root []byte }

const keySize = 32 // bytes

// OpenKeys reads dir/keys/house.key, or makes it at the first start.
func OpenKeys(dir string) (Keys, error) {
	path := filepath.Join(dir, KeyFile)
	keys, err := ReadKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeys(path)
	}
	return keys, err
}

func makeKeys(path string) (Keys, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Keys{}, err
	}
	root := make([]byte, keySize)
	_, _ = rand.Read(root) // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Keys{}, err
	}
	if _, err := f.Write(root); err != nil {
		return Keys{}, errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return Keys{}, errors.Join(err, f.Close())
	}
	return Keys{root}, f.Close()
}

// KeyFile is where the keys lie in a data directory.
const KeyFile = "keys/house.key"

// Fingerprint tells keys apart without telling what they are.
func (k Keys) Fingerprint() string { return hex.EncodeToString(k.For("fingerprint")[:8]) }

// ReadKeys reads a key file; it makes none.
func ReadKeys(path string) (Keys, error) {
	root, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, err
	}
	if len(root) != keySize {
		return Keys{}, fmt.Errorf("%s: want %d bytes, have %d; put the original file back", path, keySize, len(root))
	}
	return Keys{root}, nil
}

// For derives the 32-byte key of one purpose: "cursor", "phrase", "identity", "contact",
// "pass", "fingerprint".
func (k Keys) For(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.root, nil, "xuncha/"+purpose, keySize)
	if err != nil {
		panic(err) // only a wrong length can fail, and it is a constant
	}
	return key
}
