// Package intake takes complaints (举报) in. It says what a complainant may write and
// names each mistake by a stable code; it gives out the number, the query code and the
// pass-phrase with which he follows his case; it seals who he is, so that desks see a mask
// and phones nothing; it finds the agency that answers for the place; and it tells him in
// plain words how his case stands.
//
// The package reads no clock, no database and no network: time, randomness, keys and the
// conversion of coordinates come in as values.
package intake

// This file holds the body of POST /api/complaints, as it is sent.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Body is a complaint as it is sent. The names are those of the wire.
type Body struct {
	Text           string      `json:"text"`
	Source         string      `json:"source"` // empty: web
	PollutionTypes []string    `json:"pollution_types"`
	OccurredAt     string      `json:"occurred_at"` // RFC 3339, or empty
	Location       *Point      `json:"location"`
	Address        string      `json:"address"`
	RespondentName string      `json:"respondent_name"` // 被举报单位
	ExternalID     *ExternalID `json:"external_id"`
	IdentityMode   string      `json:"identity_mode"` // empty: as the contact says
	Contact        *Contact    `json:"contact"`
	Language       string      `json:"language"`      // of the answers; empty: zh-CN
	DivisionCode   string      `json:"division_code"` // from intake staff who know whose it is
}

// Point is a position as it is sent, in the datum that CRS names. Lon and Lat are degrees,
// AccuracyM metres.
type Point struct {
	Lon       *float64 `json:"lon"`
	Lat       *float64 `json:"lat"`
	AccuracyM float64  `json:"accuracy_m,omitempty"`
	CRS       string   `json:"crs"`
}

// ExternalID is the name of the message in the system it came from; the same one twice is
// the same message.
type ExternalID struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// Contact is what a complainant gives of himself. It is stored sealed only.
type Contact struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	IDNumber string `json:"id_number,omitempty"`
	Home     *Point `json:"home,omitempty"` // where he lives or stood
}

// MaxBody is the size of the JSON body in bytes, photos aside.
const MaxBody = 256 << 10

// Decode reads a body. Every error is a Mistakes.
func Decode(data []byte) (Body, error) {
	var b Body
	if len(data) > MaxBody {
		return b, mistake("body_too_large", "", MaxBody, "the body has %d bytes, at most %d", len(data), MaxBody)
	}
	if !utf8.Valid(data) {
		return b, mistake("bad_json", "", 0, "the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return Body{}, decodeMistake(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Body{}, mistake("bad_json", "", 0, "something follows the body")
	}
	return b, nil
}

// decodeMistake tells a field of a wrong type and an unknown field from broken JSON.
func decodeMistake(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return mistake("field_invalid", kind.Field, 0, "%s is a %s where %s is expected", kind.Field, kind.Value, wanted(kind.Type))
	}
	const unknown = "json: unknown field "
	if name, ok := strings.CutPrefix(err.Error(), unknown); ok {
		name = strings.Trim(name, `"`)
		return mistake("field_unknown", name, 0, "there is no field %q", name)
	}
	return mistake("bad_json", "", 0, "%v", err)
}

// wanted is a type as whoever writes JSON calls it.
func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a number"
}

// Mistake is one thing that is wrong with a complaint.
type Mistake struct {
	Code   string `json:"code"` // stable
	Field  string `json:"field,omitempty"`
	Limit  int    `json:"limit,omitempty"` // the number that was passed, where there is one
	Detail string `json:"detail"`          // English
}

// Mistakes are all that is wrong; the first one gives the code.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	parts := make([]string, len(m))
	for i, one := range m {
		parts[i] = one.Detail
	}
	return strings.Join(parts, "; ")
}

// Code is that of the first mistake.
func (m Mistakes) Code() string { return m[0].Code }

func mistake(code, field string, limit int, format string, args ...any) Mistakes {
	return Mistakes{{Code: code, Field: field, Limit: limit, Detail: fmt.Sprintf(format, args...)}}
}
