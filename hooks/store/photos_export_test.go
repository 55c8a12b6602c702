package store

// Lets the tests of plans see the queries of the checks.

// PhotoQueries are the queries of the checks, with values put in.
func PhotoQueries() map[string]string {
	out := map[string]string{}
	for name, sql := range map[string]string{
		"photoByID": photoByID, "ofDevice": ofDevice, "ofDeviceOn": ofDeviceOn, "ofFile": ofFile, "firstOfFile": firstOfFile, "ofPrevious": ofPrevious,
		"partnersOf": partnersOf, "ofItem": ofItem, "visitTimes": visitTimes, "casePlace": casePlace, "hashOfFile": hashOfFile, "hashesSince": hashesSince,
		"fileOfHash": fileOfHash, "againLater": againLater, "againPrevious": againPrevious, "againSiblings": againSiblings, "againPartners": againPartners,
		"againPartner": againPartner, "againItem": againItem, "againDevice": againDevice, "againVisit": againVisit, "againCase": againCase, "againItself": againItself,
		"recheckList": recheckList, "recheckDone": recheckDone, "unhashed": unhashed,
	} {
		out[name] = placeholder.ReplaceAllString(sql, `'["1"]'`)
	}
	return out
}
