package store

// What the log says of a photo's row.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/evidence/custody"
)

// factsOf are the facts of a capture, as the log writes them down.
func factsOf(r *core.Record) map[string]any {
	facts := saidOf(r)
	for _, field := range captured {
		facts[field] = r.Get(field)
	}
	return facts
}

// said are what people say of a photo, and may say anew.
var said = []string{"purpose", "item", "pair_of", "caption"}

func saidOf(r *core.Record) map[string]any {
	facts := make(map[string]any, len(captured)+len(said))
	for _, field := range said {
		facts[field] = r.Get(field)
	}
	return facts
}

// exifOn is what the tags of a photo say; nil if nobody has read them.
func exifOn(r *core.Record) (exif any) {
	_ = r.UnmarshalJSONField("exif", &exif) // an empty column is none
	return exif
}

// checksSum is the SHA-256 of what the checks found; "" where it was not checked.
func checksSum(r *core.Record) string {
	var found any
	if err := r.UnmarshalJSONField("checks", &found); err != nil || found == nil {
		return ""
	}
	data, err := json.Marshal(found) // in one order, however it was stored
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// authorOf is who brought a photo. Of a complainant the log says no more than that.
func authorOf(r *core.Record) string {
	switch {
	case r.GetString("complaint") != "":
		return "complainant"
	case r.GetString("author") == "":
		return custody.System
	}
	return r.GetString("author")
}

func entryOf(r *core.Record, event custody.Event) custody.Entry {
	return custody.Entry{Event: event, Evidence: r.Id, SHA256: r.GetString("sha256"), Actor: authorOf(r), Facts: factsOf(r)}
}

// flagsOn are the doubts about a photo.
func flagsOn(r *core.Record) []string {
	flags := []string{}
	_ = r.UnmarshalJSONField("flags", &flags) // an empty column is no flag
	return flags
}

func flaggedEntry(r *core.Record) custody.Entry {
	return custody.Entry{
		Event: custody.Flagged, Evidence: r.Id, SHA256: r.GetString("sha256"), Actor: custody.System,
		Facts: map[string]any{"flags": flagsOn(r)},
	}
}

// decisionOn is what a person decided about the doubts; nil if nobody has.
func decisionOn(r *core.Record) map[string]any {
	var decision map[string]any
	_ = r.UnmarshalJSONField("decision", &decision) // an empty column is none
	return decision
}

// verdictOn is the same as casework reads it.
func verdictOn(r *core.Record) *casework.FlagDecision {
	var d casework.FlagDecision
	if err := r.UnmarshalJSONField("decision", &d); err != nil || d.Verdict == "" {
		return nil
	}
	return &d
}

func decidedEntry(r *core.Record) custody.Entry {
	decision := decisionOn(r)
	by, _ := decision["by"].(string)
	if by == "" {
		by = custody.System
	}
	return custody.Entry{Event: custody.Decided, Evidence: r.Id, SHA256: r.GetString("sha256"), Actor: by, Facts: decision}
}

// plainly is a value as JSON says it.
func plainly(v any) (out map[string]any, err error) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}
