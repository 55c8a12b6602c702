package store

// Lets the tests of plans see the queries of the outbox.

import "regexp"

var placeholder = regexp.MustCompile(`\{:\w+\}`)

// OutboxQueries are the queries that run at each change and each wake-up, with values put in.
func OutboxQueries() map[string]string {
	out := map[string]string{}
	for name, sql := range map[string]string{
		"supersede": supersede, "dueDeliveries": dueDeliveries, "leaseDelivery": leaseDelivery, "settleDelivery": settleDelivery,
		"requeueDelivery": requeueDelivery, "nextDelivery": nextDelivery, "complaintsOf": complaintsOf, "ownComplaints": ownComplaints, "dispatchersOf": dispatchersOf,
	} {
		out[name] = placeholder.ReplaceAllString(sql, "'1'")
	}
	out["devicesOf"] = "SELECT * FROM devices WHERE user IN ('1', '2') OR complaint IN ('1', '2') ORDER BY created_at, id"
	return out
}
