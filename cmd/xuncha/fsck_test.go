package main

// fsck beside a server at work, and on damage.

import (
	"encoding/json"
	"testing"

	"xuncha/hooks/store"
	"xuncha/internal/house"
)

func TestFsckIsCleanBesideAServerAtWorkAndNamesWhatBypassedIt(t *testing.T) {
	h := house.New(t)
	agency := h.Agency("青河县分局", "990101")
	h.User("inspector", agency, "李强")
	h.Case(agency, "990101", "2026-000001")
	var report store.Report
	if err := json.Unmarshal([]byte(must(t, "fsck", "--json", "--dir", h.Dir)), &report); err != nil {
		t.Fatal(err)
	}
	if report.Records < 3 || report.Documents < 3 || len(report.Differences) != 0 {
		t.Errorf("%+v", report)
	}
	if _, err := h.App.NonconcurrentDB().NewQuery("UPDATE cases SET title = '改'").Execute(); err != nil {
		t.Fatal(err)
	}
	out, err := xuncha(t, "", "fsck", "--json", "--dir", h.Dir)
	if err == nil {
		t.Errorf("no difference: %s", out)
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Differences) != 1 || report.Differences[0].Collection != "cases" {
		t.Errorf("%v %s", err, out)
	}
	h.Stop()
	must(t, "fsck", "--repair", "--dir", h.Dir)
	must(t, "fsck", "--dir", h.Dir)
	for _, args := range [][]string{{"fsck"}, {"fsck", "--repair"}} {
		if _, err := xuncha(t, "", append(args, "--dir", t.TempDir())...); err == nil {
			t.Errorf("an empty folder is clean: %v", args)
		}
	}
}
