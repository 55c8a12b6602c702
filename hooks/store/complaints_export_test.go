package store

// Lets the test of plans see the queries of complaints.

// ComplaintQueries are the queries that the public can cause, with values put in.
func ComplaintQueries() map[string]string {
	out := map[string]string{}
	for name, sql := range map[string]string{
		"secretsOf": secretsOf, "complaintOfExternal": complaintOfExternal, "takeNumber": takeNumber, "complaintsOf": complaintsOf, "knownOfExternal": knownOfExternal,
	} {
		out[name] = placeholder.ReplaceAllString(sql, "'1'")
	}
	out["of a case"] = "SELECT * FROM complaints WHERE `case` = '1'"
	out["photos"] = "SELECT sha256 FROM evidence WHERE author = '1'"
	out["contacts"] = "SELECT * FROM complainants WHERE complaint IN ('1', '2')"
	out["rating"] = "SELECT * FROM ratings WHERE complaint = '1' ORDER BY at DESC, rowid DESC LIMIT 1"
	return out
}
