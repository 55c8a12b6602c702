package store

// Lets the test of plans see the queries of complaints.

// ComplaintQueries are the queries that the public can cause, with values put in.
func ComplaintQueries() map[string]string {
	out := map[string]string{}
	for name, sql := range map[string]string{
		"secretsOf": secretsOf, "numberOfExternal": numberOfExternal, "takeNumber": takeNumber, "complaintsOf": complaintsOf,
	} {
		out[name] = placeholder.ReplaceAllString(sql, "'1'")
	}
	out["contacts"] = "SELECT * FROM complainants WHERE complaint IN ('1', '2')"
	out["rating"] = "SELECT * FROM ratings WHERE complaint = '1' ORDER BY at DESC, rowid DESC LIMIT 1"
	return out
}
