package intake

// The sealed identity: AES-256-GCM, bound to its complaint, so that a row copied to another
// complaint does not open.

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrSealed: a sealed identity does not open with this key and complaint.
var ErrSealed = errors.New("the sealed identity does not open: wrong key file, or the row was changed")

// sealVersion stands before each sealed text, for the day the cipher changes.
const sealVersion = "v1:"

// Seal encrypts a contact for a complaint. random gives the nonce.
func Seal(key []byte, complaint string, c Contact, random io.Reader) (string, error) {
	box, err := newBox(key)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("nonce: %w", err)
	}
	return sealVersion + base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, plain, []byte(complaint))), nil
}

// Open decrypts what Seal made; an empty text is an empty contact.
func Open(key []byte, complaint, sealed string) (Contact, error) {
	var c Contact
	if sealed == "" {
		return c, nil
	}
	text, ok := strings.CutPrefix(sealed, sealVersion)
	data, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return c, ErrSealed
	}
	box, err := newBox(key)
	if err != nil {
		return c, err
	}
	if len(data) < box.NonceSize() {
		return c, ErrSealed
	}
	plain, err := box.Open(nil, data[:box.NonceSize()], data[box.NonceSize():], []byte(complaint))
	if err != nil {
		return c, ErrSealed
	}
	return c, json.Unmarshal(plain, &c)
}

func newBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
