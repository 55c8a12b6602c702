package main

// The table: each wrong reading of the protocol, as a change of the real code, and who has
// to notice it. A new one is one more row.

// sabotage is one wrong reading.
type sabotage struct {
	name    string // as the protocol's document calls it
	edits   []edit
	catcher catcher
}

// edit replaces text that stands exactly once in a file.
type edit struct{ file, old, now string }

// catcher are the tests that must turn red.
type catcher struct {
	pkg  string
	run  string   // a regular expression, as of go test -run
	args []string // of the test binary
	env  []string
}

var (
	// model plays schedules in memory, with the real package sync and the real phone.
	model = catcher{
		pkg: "./sync", run: "TestNothingIsLostAndEveryPhoneAgreesInTheEnd",
		args: []string{"-rapid.seed=1", "-rapid.shrinktime=1ms", "-rapid.nofailfile", "-rapid.checks=600"},
	}
	// storms plays schedules against the real server.
	storms = catcher{
		pkg: "./internal/storm", run: "TestEverySchedulesEndKeepsThePromises",
		env: []string{"STORM_SEED=1", "STORM_SEEDS=150", "STORM_ENOUGH=1"},
	}
	// apps are real clients on WatermelonDB.
	apps = catcher{pkg: "./hooks", run: "TestAnApp|TestAppsAndAPhoneAtOneInspection"}
)

// scene is one scenario against the real server, for what chance meets too seldom.
func scene(test string) catcher {
	return catcher{pkg: "./internal/storm", run: "^" + test + "$"}
}

var table = []sabotage{
	{"results applied at once, pages later", []edit{{
		"internal/phone/roundtrip.go",
		"k.Result, k.At = r, p.Now()",
		"k.Result, k.At, k.Shown = r, p.Now(), true",
	}}, storms},
	{"held takes no seq", []edit{{
		"sync/judge.go",
		"if result.Seq, err = j.tx.Hold(j.user, j.client, j.m, h); err != nil {",
		"if _, err = j.tx.Hold(j.user, j.client, j.m, h); err != nil {",
	}, {
		"sync/push.go",
		"if result.Seq == 0 { // whatever",
		"if result.Seq == 0 && result.Outcome != Held { // whatever",
	}}, storms},
	{"durable compared across epochs", []edit{{
		"internal/phone/roundtrip.go",
		"		p.renew(a.Epoch)\n",
		"		p.Durable = a.Durable\n		p.renew(a.Epoch)\n",
	}, {
		"internal/phone/renew.go",
		"	for _, k := range p.Answered {\n		again",
		"	for _, k := range p.Answered {\n		if k.Result.Seq <= p.Durable && p.Now().Sub(k.At) > keepFor {\n			continue\n		}\n		again",
	}}, model},
	{"seq going on from the restored head", []edit{{
		"hooks/store/epoch.go",
		"	first, err := firstSeq(above, s.Now())\n",
		"	state, err := Reader{tx.DB()}.State()\n	first := state.Head + 1\n",
	}}, storms},
	{"versions compared by equality instead of at-or-above", []edit{{
		"sync/merge.go",
		"return e.base >= e.version.Seq || same",
		"return e.base == e.version.Seq || same",
	}}, scene("TestAnEditOnTopOfAValueThatARestoreLostStands")},
	{"a replay judged like a new mutation", []edit{{
		"sync/replay.go",
		"	if j.m.Was == nil {\n		return nil\n	}\n	base, err",
		"	if j.m.Was = nil; j.m.Was == nil {\n		return nil\n	}\n	base, err",
	}}, scene("TestAfterARestoreAnOldVerdictStandsWhoeverComesFirst")},
	{"a request of an old epoch applied", []edit{{
		"sync/epoch.go",
		"	if req.Epoch != state.Epoch {\n		return true\n	}",
		"	if req.Epoch != state.Epoch {\n		return false\n	}",
	}}, storms},
	{"client id and n kept after an epoch change", []edit{{
		"internal/phone/roundtrip.go",
		"		p.renew(a.Epoch)\n",
		"		p.Epoch, p.Cursor, p.Staging, p.Replace = a.Epoch, \"\", nil, true\n",
	}}, storms},
	{"results keyed by (client, n) only", []edit{{
		"sync/push.go",
		"	switch {\n	case a.N <= *n && known == nil:",
		"	if known != nil && known.Client != w.client {\n		known = nil\n	}\n	switch {\n	case a.N <= *n && known == nil:",
	}}, storms},
	{"any late answer applied", []edit{{
		"internal/phone/roundtrip.go",
		"if req.Client.ID != p.Client || req.Epoch != p.Epoch || req.Cursor != p.Cursor {",
		"if req.Client.ID == \"\" {",
	}}, storms},
	{"mutations dropped when answered", []edit{{
		"internal/phone/roundtrip.go",
		"		p.Answered = append(p.Answered, k)\n",
		"",
	}}, storms},
	{"base taken from the snapshot while an own edit is pending", []edit{{
		"internal/phone/phone.go",
		"	pending := p.pending()\n",
		"	pending := []Kept{}\n",
	}}, storms},
	{"seq taken outside the transaction", []edit{{ // two numbers are taken, the later is committed first
		"hooks/store/feed.go",
		"thisSeq, nil, &seq)\n	return seq, err",
		"thisSeq, nil, &seq)\n	return seq ^ 1, err",
	}}, storms},
	{"a page in the middle says only how far its rows go", []edit{{
		"sync/pull.go",
		"	cursor.Run, cursor.Seen = at.Run, at.Head\n",
		"	cursor.Run = at.Run\n",
	}}, catcher{pkg: "./sync", run: "TestAPageInTheMiddleTestifiesToItsMoment"}},
	{"no tie-break inside a page", []edit{{
		"hooks/store/pages.go",
		"(f.seq, f.collection, f.record) > (?1, ?2, ?3)",
		"f.seq > ?1",
	}}, storms},
	{"entering children not re-stamped", []edit{{
		"hooks/store/scope.go",
		"s.exec(putRow, dbx.Params{\"b\": b, \"c\": collection, \"r\": record, \"seq\": seq})",
		"s.exec(\"INSERT INTO sync_feed (bucket, collection, record, seq, gone, reason, doc) SELECT {:b}, {:c}, {:r}, seq, '', '', id FROM sync_doc \"+\n" +
			"			\"WHERE collection = {:c} AND record = {:r} ON CONFLICT DO UPDATE SET seq = excluded.seq, gone = '', reason = '', doc = excluded.doc\",\n" +
			"			dbx.Params{\"b\": b, \"c\": collection, \"r\": record})",
	}}, storms},
	{"silent merge (RxDB)", []edit{{
		"sync/rxdb/push.go",
		"if !r.deleted && r.shows(d.Record, !moved) {",
		"if !r.deleted && (moved || r.shows(d.Record, !moved)) {",
	}}, catcher{pkg: "./sync/rxdb", run: "TestASilentMergeWouldDiverge"}},
	{"cursor of the last row instead of the head at more = false", []edit{{
		"sync/pull.go",
		"	if !out.More {\n		cursor.finish(at.Head)\n",
		"	if !out.More && page.rows > 0 {\n		cursor.finish(max(cursor.Positions[0].Seq, cursor.Positions[1].Seq))\n",
	}}, model},
	{"plain delete on eviction (WatermelonDB)", []edit{{
		"sync/watermelon/pull.go",
		"		case a.blank || seq >= p.Since:\n",
		"		case a.blank:\n",
	}}, catcher{pkg: "./hooks", run: "TestAPlainDeleteOnEviction"}},
	{"what was pulled right before the push counts as seen (WatermelonDB)", []edit{{
		"sync/watermelon/push.go",
		"seq: n - 1, lost:",
		"seq: state.Head, lost:",
	}}, apps},
	{"a value that does not stand is not told again (WatermelonDB)", []edit{{
		"sync/watermelon/draft.go",
		"known && r.record != \"\" && len(r.record) <= maxID",
		"known && r.record == \"\"",
	}}, apps},
	{"what left the scope is work, though nobody edited it (RxDB)", []edit{{
		"sync/draft.go",
		"if err != nil || !place.Exists || !place.Had {",
		"if err != nil || place.Exists || !place.Had {",
	}}, catcher{pkg: "./sync/rxdb", run: "TestACleanCopyOutOfScopeIsNobodysWork"}},
	{"a push of large documents is one transaction", []edit{{
		"sync/pieces.go",
		"spentMost = 2 << 20",
		"spentMost = 2 << 40",
	}}, catcher{pkg: "./hooks", run: "TestAPushOfLargeDocumentsTakesManyTransactions"}},
}
