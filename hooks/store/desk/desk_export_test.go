package desk

// Lets the test of plans see the queries of the screens.

import "github.com/pocketbase/pocketbase/core"

// Queries are those with values put in by SQLite itself; the values do not matter.
func Queries() map[string]string {
	return map[string]string{
		"phonesOf": phonesOf, "inspectorsOf": inspectorsOf, "stopsOf": stopsOf, "pinsAfter": pinsAfter, "pinsByID": pinsByID, "lastSteps": lastSteps,
		"revealsOf": revealsOf,
	}
}

// QueueQuery is the query that counts a queue for a user, and its values.
func QueueQuery(app core.App, user *core.Record, name string) (string, map[string]any, error) {
	q, _, err := Inbox{App: app}.query(user, name, "count(*)")
	if err != nil {
		return "", nil, err
	}
	built := q.Build()
	return built.SQL(), built.Params(), nil
}
