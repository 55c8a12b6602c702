package sync

// What a phone may write, as a table: for each collection its fields, how two edits of
// a field meet, and what type it has.

// Policy says how two edits of one field meet.
type Policy string

// The policies.
const (
	LastWrite Policy = "last_write" // the later in server order stands, the other is kept
	Append    Policy = "append"     // entries are added, none is lost
	Union     Policy = "union"      // elements are added, none is removed
	Max       Policy = "max"        // the larger stands, unless corrected by who saw it
	Min       Policy = "min"        // the smaller stands, unless corrected by who saw it
	Review    Policy = "review"     // the server's stands, the other waits for a person
	Once      Policy = "once"       // written when the record is created, never again
	Server    Policy = "server"     // written by the server alone
)

// Editable tells whether a field of an existing record is ever a client's.
func (p Policy) Editable() bool { return p != "" && p != Once && p != Server }

// Field is one row of the table.
type Field struct {
	Policy Policy
	kind   kind
}

// Form names the form of the field's values, as the protocol explains it.
func (f Field) Form() string { return string(f.kind) }

// Collection says what a phone may do in one collection.
type Collection struct {
	Creatable bool
	Required  []string // of a create
	Fields    map[string]Field
}

// Writable is the table. What is not in it is the server's.
var Writable = map[string]Collection{
	"actions": {
		Creatable: true, Required: []string{"case", "name"},
		Fields: map[string]Field{
			"case": {Once, id}, "name": {Once, text}, "args": {Once, object}, "base": {Once, natural}, "device": {Once, text},
			"device_at": {Once, text}, "position": {Once, object}, "evidence": {Once, texts},
		},
	},
	"inspections": {
		Creatable: true, Required: []string{"case", "round"},
		Fields: map[string]Field{
			"case": {Once, id}, "round": {Once, positive}, "inspectors": {Once, texts}, "lead": {Once, text},
			"started_at": {Once, text},
			"findings":   {Review, prose}, "statement": {Review, prose}, "weather": {LastWrite, text},
			"max_noise_db": {Max, number}, "samples": {Union, texts}, "notes": {Append, entries},
			"finished_at": {LastWrite, text},
		},
	},
	"rectifications": {
		Fields: map[string]Field{
			"item_remarks": {Review, object}, "progress": {Max, percent}, "notes": {Append, entries},
		},
	},
	"evidence": {
		Creatable: true, Required: []string{"case", "sha256", "size", "mime", "purpose"},
		Fields: map[string]Field{
			"case": {Once, id}, "inspection": {Once, text}, "rectification": {Once, text}, "sha256": {Once, digest},
			"size": {Once, positive}, "mime": {Once, text}, "taken_at": {Once, text}, "position": {Once, object},
			"heading": {Once, degrees}, "mock_location": {Once, flag}, "device": {Once, text}, "previous": {Once, text},
			"caption": {LastWrite, text}, "item": {LastWrite, text}, "pair_of": {LastWrite, text},
			"purpose": {LastWrite, purpose},
		},
	},
}

// readable are the collections that a phone reads and never writes.
var readable = map[string]bool{"cases": true, "held": true, "agencies": true, "colleagues": true, "dictionaries": true}

// Travels tells whether a phone holds records of a collection.
func Travels(collection string) bool {
	_, writable := Writable[collection]
	return writable || readable[collection]
}
