package store

// Lets the tests of plans see the queries of stock clients.

// StockQueries are the queries that serve clients without a cursor, with values put in.
func StockQueries() map[string]string {
	out := map[string]string{}
	for name, sql := range map[string]string{
		"readGone": readGone, "readRegranted": readRegranted, "readShown": readShown, "touchRows": touchRows, "touchMark": touchMark,
	} {
		out[name] = placeholder.ReplaceAllString(sql, `'["u:1"]'`)
	}
	return out
}
