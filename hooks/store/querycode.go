package store

// The secrets of a complainant: only what cannot be turned back is stored.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// QueryHash is what is stored of a complaint's query code or pass-phrase. The number
// goes in, so that two complaints with the same code do not show it.
func (k Keys) QueryHash(number, secret string) string {
	mac := hmac.New(sha256.New, k.For("phrase"))
	mac.Write([]byte(number + "\x00" + secret))
	return hex.EncodeToString(mac.Sum(nil))
}

// OpensWith tells whether a secret is the one whose hash is stored.
func (k Keys) OpensWith(stored, number, secret string) bool {
	return stored != "" && hmac.Equal([]byte(stored), []byte(k.QueryHash(number, secret)))
}
