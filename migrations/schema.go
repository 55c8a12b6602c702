package migrations

// The schema as data: one row a collection, one word a field. Reading this file
// is reading the database.
//
// A field is "name:kind"; kinds are t text, T long text (1 MiB), n whole number,
// f number, b flag, j JSON (1 MiB), J large JSON (64 MiB), h hidden large JSON.
// Records point to each other by id in text fields: a child may arrive days
// before its parent, so the database asks for no foreign key.

// collection is one row of the schema.
type collection struct {
	name    string
	fields  string
	indexes []string // "columns" or "unique columns"
	rules   rules
}

// rules are PocketBase's API rules; an empty string is locked, superuser only.
type rules struct{ list, view, create, update, delete string }

const (
	enabled   = `@request.auth.collectionName = "users" && @request.auth.disabled_at = ""`
	adminOnly = enabled + ` && @request.auth.role = "admin"`
	own       = enabled + ` && user = @request.auth.id`
	// subtree: the record's range of division codes lies in the asker's.
	subtree = `scope_from >= @request.auth.scope_from && scope_to <= @request.auth.scope_to`
	desk    = `@request.auth.role != "inspector" && @request.auth.role != "intake"`

	userRead   = enabled + ` && (id = @request.auth.id || (` + desk + ` && ` + subtree + `))`
	userUpdate = enabled + ` && (id = @request.auth.id || (@request.auth.role = "admin" && ` + subtree + `))`
)

// words are readable by every user and kept by administrators.
var words = rules{list: enabled, view: enabled, create: adminOnly, update: adminOnly}

// users is PocketBase's auth collection with our fields.
var users = collection{
	name: "users",
	fields: `role:t agency:t certificate_no:t certificate_until:t disabled_at:t scope_from:t scope_to:t
		language:t on_duty:b phone:t skills:j seq:n`,
	indexes: []string{"agency,role", "scope_from"},
	rules:   rules{list: userRead, view: userRead, create: adminOnly, update: userUpdate},
}

var collections = []collection{
	{
		name:    "agencies",
		fields:  `name:t division_code:t level:t parent:t phone:t address:t disabled_at:t seq:n`,
		indexes: []string{"division_code"}, rules: words,
	},
	{
		name:    "jurisdictions",
		fields:  `agency:t division_code:t name:t level:t valid_from:t valid_to:t crs:t source:t geometry:h`,
		indexes: []string{"division_code,valid_from"}, rules: words,
	},
	{
		name:    "deadline_rules",
		fields:  `jurisdiction:t source:t step:t number:n unit:t article:t seq:n`,
		indexes: []string{"step"}, rules: words,
	},
	{
		name:    "holidays",
		fields:  `year:n days:j seq:n`,
		indexes: []string{"unique year"}, rules: words,
	},
	{
		name:    "complainants",
		fields:  `complaint:t identity_mode:t sealed:T masked:j contact_hash:t language:t`,
		indexes: []string{"complaint", "contact_hash"},
	},
	{
		name:    "respondents",
		fields:  `name:t credit_code:t address:t location:j`,
		indexes: []string{"credit_code", "name"},
	},
	{
		name: "complaints",
		fields: `number:t case:t complainant:t source:t text:T redacted:T pollution_types:j occurred_at:t received_at:t
			location:j location_raw:j address:t respondent_name:t external_ids:j identity_mode:t language:t
			code_hash:t phrase_hash:t photos:j`,
		indexes: []string{"unique number", "case"},
	},
	{
		name: "cases",
		fields: `number:t status:t round:n source:t agency:t division_code:t pollution_types:j title:t text:T complaint:t
			location:j address:t respondent:t identity_mode:t text_length:n received_at:t accepted_at:t closed_at:t
			inspectors:j lead:t due:t inspection:t rectification:t items:j recused:j
			outcome:t handling_result:T complainant_reply:T legal_basis:t delivered:b undeliverable_reason:t
			primary:t status_before:t transfer:t refusal:t advice:t
			order_no:t served_at:t rectify_deadline:t measures:T responsible:t plan:j
			due_strict:t due_legal:t due_provisional:b uncertain:b second_code:t
			overdue:b due_soon:b extended:b urgent:b starred:b supervision_level:t special_case:t leader_in_charge:t
			escalation_level:n repeat_count:n night_window:b seq:n`,
		indexes: []string{
			"unique number", "agency,status", "division_code,status", "status,due_strict", "primary",
			"received_at", "seq", "complaint", "respondent",
		},
	},
	{
		name: "actions",
		fields: `case:t name:t args:j actor_kind:t actor:t actor_role:t actor_agency:t device:t device_at:t received_at:t
			position:j base:n evidence:j outcome:t code:t from:t to:t round:n decided_by:t decided_at:t content_hash:t seq:n`,
		indexes: []string{"case,seq", "outcome,case", "actor"},
		rules:   rules{create: enabled},
	},
	{
		name: "inspections",
		fields: `case:t round:n inspectors:j lead:t started_at:t findings:T statement:T weather:t max_noise_db:f
			samples:j notes:j finished_at:t created_by:t seq:n`,
		indexes: []string{"case,round"},
	},
	{
		name: "rectifications",
		fields: `case:t inspection:t round:n order_no:t served_at:t deadline:t recheck_due:t measures:T responsible:t items:j
			state:t submitted_at:t verified_at:t officers:j item_remarks:j progress:n notes:j seq:n`,
		indexes: []string{"case,round"},
	},
	{
		name: "evidence",
		fields: `case:t complaint:t inspection:t rectification:t item:t purpose:t pair_of:t sha256:t size:n mime:t taken_at:t
			position:j heading:f mock_location:b device:t previous:t caption:t state:t receipt:j flags:j exif:j
			author:t received_at:t seq:n`,
		indexes: []string{"case", "sha256", "author,sha256", "state"},
	},
	{
		name: "replies",
		fields: `case:t round:n outcome:t handling_result:T complainant_reply:T legal_basis:t state:t author:t approver:t reason:t
			delivered:b undeliverable_reason:t approved_at:t`,
		indexes: []string{"unique case,round"},
	},
	{
		name:    "ratings",
		fields:  `complaint:t case:t round:n solved:b score:n text:T at:t`,
		indexes: []string{"complaint", "case"},
	},
	{
		name: "transfers",
		fields: `case:t from:t target:t mode:t state:t feedback_due:t sent_at:t received_at:t objected_at:t returned_at:t
			fed_back_at:t reason:T agreed_by:t result:T`,
		indexes: []string{"case", "target,state"},
	},
	{
		name:    "supervisions",
		fields:  `case:t level:t due:t by:t agency:t at:t`,
		indexes: []string{"case", "level"},
	},
	{
		name:    "devices",
		fields:  `user:t complaint:t channel:t token:t platform:t language:t client:t created_at:t last_seen_at:t`,
		indexes: []string{"user", "complaint", "unique channel,token"},
		rules:   rules{list: own, view: own, create: own, update: own, delete: own},
	},
	{
		name:    "notifications",
		fields:  `event:t kind:t case:t recipient:t recipient_kind:t urgency:t collapse_key:t payload:j not_before:t expires_at:t created_at:t seq:n`,
		indexes: []string{"unique event,recipient,kind", "case"},
	},
	{
		name: "deliveries",
		fields: `notification:t channel:t device:t collapse_key:t state:t attempts:n next_attempt_at:t lease_until:t
			error:t sent_at:t created_at:t`,
		indexes: []string{"unique notification,device", "channel,state,next_attempt_at", "device,collapse_key,state"},
	},
	{
		name: "held_edits",
		fields: `kind:t case:t collection:t record:t field:t base:j theirs:j ours:j author:t client:t mutation:t device_at:t
			received_at:t code:t state:t decided_by:t decided_at:t decision:j seq:n`,
		indexes: []string{"case,state", "author,state", "mutation", "record"},
	},
	{
		name:    "warnings",
		fields:  `kind:t pollution_type:t division_code:t location:j observed:n expected:f p:f inputs:j state:t reason:t at:t decided_by:t decided_at:t`,
		indexes: []string{"division_code,state"},
	},
	{
		name:    "special_cases",
		fields:  `name:t division_code:t warning:t cases:j reason:t state:t opened_by:t opened_at:t closed_at:t`,
		indexes: []string{"division_code,state"},
	},
	{
		name:    "reveals",
		fields:  `complaint:t case:t actor:t actor_role:t reason:t at:t`,
		indexes: []string{"complaint", "actor"},
	},
}

// rawTables are ours alone: PocketBase does not know them and leaves them be.
var rawTables = []string{
	`CREATE TABLE case_user (user TEXT NOT NULL, "case" TEXT NOT NULL, PRIMARY KEY (user, "case")) WITHOUT ROWID`,
	`CREATE INDEX idx_case_user_case ON case_user ("case")`,
	`CREATE TABLE external_ids (system TEXT NOT NULL, id TEXT NOT NULL, complaint TEXT NOT NULL, PRIMARY KEY (system, id)) WITHOUT ROWID`,
	`CREATE TABLE uploads (owner TEXT NOT NULL, sha256 TEXT NOT NULL, id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, done INTEGER NOT NULL,
		begun_at TEXT NOT NULL, PRIMARY KEY (owner, sha256)) WITHOUT ROWID`,
	`CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE sync_feed (bucket TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL,
		gone TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (bucket, collection, record)) WITHOUT ROWID`,
	`CREATE INDEX idx_sync_feed_seq ON sync_feed (bucket, seq, collection, record)`,
	`CREATE INDEX idx_sync_feed_record ON sync_feed (collection, record)`,
	`CREATE TABLE sync_doc (collection TEXT NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL, doc TEXT NOT NULL,
		versions TEXT NOT NULL, PRIMARY KEY (collection, record)) WITHOUT ROWID`,
	`CREATE TABLE sync_mutation (user TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL,
		seq INTEGER NOT NULL, result TEXT NOT NULL, based_on TEXT NOT NULL DEFAULT '', collection TEXT NOT NULL DEFAULT '',
		record TEXT NOT NULL DEFAULT '', base TEXT NOT NULL DEFAULT '', device_at TEXT NOT NULL DEFAULT '', at TEXT NOT NULL,
		PRIMARY KEY (user, id)) WITHOUT ROWID`,
	`CREATE INDEX idx_sync_mutation_n ON sync_mutation (client, n)`,
	`CREATE INDEX idx_sync_mutation_id ON sync_mutation (id)`,
	`CREATE INDEX idx_sync_mutation_at ON sync_mutation (at)`,
	`CREATE TABLE sync_based_on (older TEXT NOT NULL, field TEXT NOT NULL, newer TEXT NOT NULL, PRIMARY KEY (older, field, newer)) WITHOUT ROWID`,
	`CREATE TABLE sync_client (id TEXT PRIMARY KEY, user TEXT NOT NULL, applied INTEGER NOT NULL, last_seen_at TEXT NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE sync_grant (user TEXT NOT NULL, bucket TEXT NOT NULL, active INTEGER NOT NULL, PRIMARY KEY (user, bucket)) WITHOUT ROWID`,
	`CREATE TABLE sync_grant_gen (user TEXT PRIMARY KEY, gen INTEGER NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE sync_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
	`INSERT INTO sync_meta (key, value) VALUES ('head', '0'), ('schema', '1')`,
	`INSERT INTO sync_meta (key, value) SELECT 'epoch', lower(hex(randomblob(10)))`,
}

var rawDrops = []string{
	"sync_meta", "sync_based_on", "sync_grant_gen", "sync_grant", "sync_client", "sync_mutation", "sync_doc", "sync_feed",
	"counters", "uploads", "external_ids", "case_user",
}
