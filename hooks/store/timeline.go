package store

// What a complainant is told was done: on her own case, and on those it was merged into.

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

// steps are those of the complaint's own case and, for as long as it was merged, of the case
// that it was merged into, and so on to the end of the chain. What was told stays told.
func (s Complaints) steps(story *intake.Story) (err error) {
	story.Steps, err = s.stepsOf(story.Own.ID, span{until: always}, 0)
	return err
}

// span is a piece of the history, from one moment until before another.
type span struct{ from, until string }

// always is later than every moment.
const always = "~"

// momentOf orders what happened to several cases: by the time, and what came at the same
// time by its place in the history.
func momentOf(r *core.Record) string {
	return fmt.Sprintf("%s %020d", PastOf(r).AppliedAt, r.GetInt("seq"))
}

// anothers are steps of a case that say nothing to those who are merged into it.
var anothers = []string{"withdraw", "merge", "unmerge"}

func (s Complaints) stepsOf(caseID string, in span, depth int) ([]intake.Step, error) {
	if depth > rootDepth {
		return nil, fmt.Errorf("case %s is merged more than %d deep", caseID, rootDepth)
	}
	records, err := Actions{s.App}.OfCase(caseID)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r *core.Record) bool { return r.GetString("outcome") != casework.Applied })
	var out []intake.Step
	for i, r := range records {
		step, at := stepOf(r), momentOf(r)
		if step.Name == "extend" && !slices.ContainsFunc(records[i+1:], func(r *core.Record) bool { return r.GetString("name") == "extend" }) {
			if step.Due, err = s.extendedTo(caseID); err != nil {
				return nil, err
			}
		}
		if at >= in.from && at < in.until && (depth == 0 || !slices.Contains(anothers, step.Name)) {
			out = append(out, step)
		}
		joined := span{max(in.from, at), min(in.until, partedAfter(records[i:]))}
		if step.Name != "merge" || joined.from >= joined.until {
			continue
		}
		more, err := s.stepsOf(step.Primary(), joined, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// extendedTo is the date that the last extension led to, if it is one of the round under way.
func (s Complaints) extendedTo(caseID string) (string, error) {
	var c casework.Case
	if _, err := (Facts{s.App}).find("cases", caseID, &c); err != nil || !c.Extended {
		return "", err
	}
	return c.DueLegal, nil
}

// partedAfter is when the merge that the list begins with ended.
func partedAfter(merged []*core.Record) string {
	for _, r := range merged {
		if r.GetString("name") == "unmerge" {
			return momentOf(r)
		}
	}
	return always
}

func stepOf(r *core.Record) intake.Step {
	return intake.Step{
		Name: r.GetString("name"), From: casework.Status(r.GetString("from")), To: casework.Status(r.GetString("to")),
		At: PastOf(r).AppliedAt, Args: json.RawMessage(r.GetString("args")),
	}
}
