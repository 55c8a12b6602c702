package store

// What a complainant is told of his case, and what he may do about it.

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/intake"
)

// Progress tells a complainant how his case stands.
func (s Complaints) Progress(id string) (intake.Progress, error) {
	story, err := s.story(id)
	if err != nil {
		return intake.Progress{}, err
	}
	return intake.Tell(story), nil
}

func (s Complaints) story(id string) (intake.Story, error) {
	var story intake.Story
	complaint, err := s.App.FindRecordById("complaints", id)
	if err != nil {
		return story, err
	}
	story.Number, story.ReceivedAt = complaint.GetString("number"), complaint.GetString("received_at")
	own := complaint.GetString("case")
	root, err := CaseUsers{s.App}.Root(own)
	if err != nil {
		return story, err
	}
	for _, part := range []struct {
		id   string
		into *casework.Case
	}{{own, &story.Own}, {root, &story.Main}} {
		if ok, err := (Facts{s.App}).find("cases", part.id, part.into); err != nil || !ok {
			return story, fmt.Errorf("complaint %s: case %q is missing: %w", id, part.id, err)
		}
	}
	for _, step := range []func(*intake.Story) error{s.steps, s.agencies, s.others(id), s.rating(id)} {
		if err := step(&story); err != nil {
			return story, fmt.Errorf("complaint %s: %w", id, err)
		}
	}
	return story, nil
}

// agencies names who answers and whom the case was handed to.
func (s Complaints) agencies(story *intake.Story) error {
	ids := []string{story.Main.Agency}
	for _, step := range story.Steps {
		ids = append(ids, step.Target())
	}
	records, err := s.App.FindRecordsByIds("agencies", unique(ids))
	if err != nil {
		return err
	}
	story.Agencies = map[string]string{}
	for _, r := range records {
		story.Agencies[r.Id] = r.GetString("name")
		if r.Id == story.Main.Agency {
			story.Answerer = intake.Answerer{Name: r.GetString("name"), Phone: r.GetString("phone")}
		}
	}
	return nil
}

// others are the further complainants whom the same reply answers.
func (s Complaints) others(me string) func(*intake.Story) error {
	return func(story *intake.Story) error {
		var rows []struct {
			ID     string `db:"id"`
			Number string `db:"number"`
		}
		if err := s.App.DB().NewQuery(complaintsOf).Bind(dbx.Params{"case": story.Main.ID}).All(&rows); err != nil {
			return err
		}
		var ids []string
		for _, row := range rows {
			if row.ID != me {
				ids = append(ids, row.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		contacts, err := s.contacts(ids...)
		for _, c := range contacts {
			if c.Written() != (casework.Contact{}) {
				story.Others = append(story.Others, c.Written())
			}
		}
		return err
	}
}

// rating reads the last rating of a complaint, of the case that answers it now: she may have
// rated another one before hers was un-merged.
func (s Complaints) rating(id string) func(*intake.Story) error {
	return func(story *intake.Story) error {
		var rows []*core.Record
		err := s.App.RecordQuery("ratings").AndWhere(dbx.HashExp{"complaint": id, "case": story.Main.ID}).OrderBy("at DESC", "rowid DESC").Limit(1).All(&rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		story.Rating = &intake.Rating{}
		return Into(rows[0], story.Rating)
	}
}

// Rate keeps a rating, once a round. What is not solved reopens the case by rule, or else
// warns a supervisor. The error may be intake.RatingEarly or intake.RatingGiven.
func (s Complaints) Rate(ctx context.Context, id string, rating intake.Rating, now time.Time) (intake.Progress, error) {
	var out intake.Progress
	err := s.App.RunInTransaction(func(tx core.App) error {
		in := Complaints{tx, s.Keys}
		story, err := in.story(id)
		if err != nil {
			return err
		}
		if err := story.MayRate(); err != nil {
			return err
		}
		if err := in.rate(ctx, id, story, rating, now); err != nil {
			return err
		}
		out, err = in.Progress(id)
		return err
	})
	return out, err
}

func (s Complaints) rate(ctx context.Context, id string, story intake.Story, rating intake.Rating, now time.Time) error {
	text, err := s.withoutWriter(id, rating.Text)
	if err != nil {
		return err
	}
	c := story.Main
	err = Verdicts{s.App}.create(ctx, "ratings", "", map[string]any{
		"complaint": id, "case": c.ID, "round": c.Round, "solved": rating.Solved, "score": rating.Score, "text": text,
		"at": casework.Stamp(now),
	})
	if err != nil || rating.Solved {
		return err
	}
	earlier := 0
	records, err := Actions{s.App}.OfCase(c.ID)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.GetString("name") == "reopen" && r.GetString("actor_kind") == string(casework.ByRule) {
			earlier++
		}
	}
	rules, calendar, err := Dictionaries{s.App}.Load()
	if err != nil {
		return err
	}
	if rating.Reopens(c, earlier, intake.Terms{Rules: rules, Calendar: calendar}, now) {
		reason := "举报人评价：问题未解决。" + text
		return s.act(ctx, c, "reopen", casework.ByRule, "", reason, now)
	}
	return Verdicts{s.App}.create(ctx, "warnings", "", map[string]any{
		"kind": "dissatisfied", "division_code": c.DivisionCode, "location": c.Location, "state": "open", "at": casework.Stamp(now),
		"observed": earlier + 1, "inputs": map[string]any{"case": c.ID, "complaint": id, "round": c.Round, "score": rating.Score},
	})
}

// Withdraw asks, in the complainant's name, that his case end; casework decides. The error
// may be casework's refusal.
func (s Complaints) Withdraw(ctx context.Context, id, reason string, now time.Time) (intake.Progress, error) {
	story, err := s.story(id)
	if err != nil {
		return intake.Progress{}, err
	}
	if reason, err = s.withoutWriter(id, reason); err != nil {
		return intake.Progress{}, err
	}
	if reason == "" {
		reason = "举报人申请撤回。"
	}
	if err := s.act(ctx, story.Own, "withdraw", casework.ByComplainant, id, reason, now); err != nil {
		return intake.Progress{}, err
	}
	return s.Progress(id)
}

// act creates an action that no user does.
func (s Complaints) act(ctx context.Context, c casework.Case, name string, kind casework.ActorKind, actor, reason string, now time.Time) error {
	return Verdicts{s.App}.create(ctx, "actions", "", map[string]any{
		"case": c.ID, "name": name, "args": map[string]any{"reason": reason}, "actor_kind": kind, "actor": actor,
		"received_at": casework.Stamp(now), "base": c.Seq, "evidence": []string{},
	})
}

// withoutWriter redacts what a complainant adds later: it reaches people who never see who
// he is.
func (s Complaints) withoutWriter(id, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	contacts, err := s.contacts(id)
	return casework.Redact(text, contacts[id].Written()), err
}
