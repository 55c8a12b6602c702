// Guards about what is done at a desk: dates, transfers, merging, replies, extensions.

package casework

func (j *judgement) dueAhead() (string, bool) {
	return j.in.Due, j.in.Due == "" || j.in.Due >= Date(j.did)
}

// dueWithinDeadline: once the legal deadline has passed, any day is better than none.
func (j *judgement) dueWithinDeadline() (string, bool) {
	legal := j.Case.DueLegal
	return legal, legal == "" || legal < Date(j.did) || j.in.Due <= legal
}

func (j *judgement) reassignmentExplained() (string, bool) {
	first := j.Case.Status == Accepted || j.Case.Status == Reopened
	return "reason", first || j.in.Reason != ""
}

// crewSeen: who says whom he saw on the case changes no crew that he did not see. A case that
// was reopened has none yet; its officers are those of the round before.
func (j *judgement) crewSeen() (string, bool) {
	now := j.Case.Inspectors
	if j.Case.Status == Reopened {
		now = nil
	}
	same := len(now) == len(j.in.InsteadOf) && len(without(now, j.in.InsteadOf)) == 0
	return "instead_of", j.in.InsteadOf == nil || same
}

func (j *judgement) outcomeKnown() (string, bool) {
	return "outcome", j.in.Outcome != "" || j.Case.Outcome != ""
}

func (j *judgement) replyComplete() (string, bool) {
	for _, part := range []struct{ name, text string }{
		{"outcome", string(j.Case.Outcome)},
		{"handling_result", j.Case.HandlingResult},
		{"complainant_reply", j.Case.ComplainantReply},
		{"legal_basis", j.Case.LegalBasis},
	} {
		if blank(part.text) {
			return part.name, false
		}
	}
	return "", true
}

func (j *judgement) deliveryTold() (string, bool) {
	return "", j.in.Delivered || j.in.Undeliverable != ""
}

func (j *judgement) targetElsewhere() (string, bool) {
	there := j.Case.Status == Transferred && j.Transfer != nil && j.in.Target == j.Transfer.Target
	return j.in.Target, !there && j.in.Target != j.Case.Agency
}

func (j *judgement) targetKnown() (string, bool) {
	t := j.Target
	return j.in.Target, t != nil && t.ID == j.in.Target && !t.Disabled
}

// targetBelow: what is assigned goes down, to an agency under the one that assigns.
func (j *judgement) targetBelow() (string, bool) {
	t, me := j.Target, j.Actor
	below := me.ScopeFrom <= t.ScopeFrom && t.ScopeTo <= me.ScopeTo && (t.ScopeFrom != me.ScopeFrom || t.ScopeTo != me.ScopeTo)
	return j.in.Target, j.in.Mode != "assign_down" || below
}

// divisionInScope: what lies elsewhere is transferred, so that somebody takes it over.
func (j *judgement) divisionInScope() (string, bool) {
	return j.in.DivisionCode, j.in.DivisionCode == j.Case.DivisionCode || InScope(j.in.DivisionCode, j.Actor.ScopeFrom, j.Actor.ScopeTo)
}

func (j *judgement) feedbackAhead() (string, bool) {
	return j.in.FeedbackDue, j.in.FeedbackDue >= Date(j.now)
}

func (j *judgement) transferState(states ...string) (string, bool) {
	if j.Transfer == nil {
		return "", false
	}
	for _, s := range states {
		if j.Transfer.State == s {
			return "", true
		}
	}
	return j.Transfer.State, false
}

func (j *judgement) transferSent() (string, bool) { return j.transferState(TransferSent) }

func (j *judgement) transferOpen() (string, bool) {
	return j.transferState(TransferSent, TransferReceived, TransferObjected)
}

func (j *judgement) transferObjected() (string, bool) { return j.transferState(TransferObjected) }

// objectionInTime counts from the receipt, or from the sending if it was never receipted.
func (j *judgement) objectionInTime() (string, bool) {
	from := j.Transfer.SentAt
	if j.Transfer.ReceivedAt != "" {
		from = j.Transfer.ReceivedAt
	}
	last := j.due(j.Case, StepObject, dateOf(from)).Legal
	return last, Date(j.now) <= last
}

// returnAgreed: the sender does it himself, or somebody of his is named who agreed.
func (j *judgement) returnAgreed() (string, bool) {
	if j.action.ActorKind == ByUser && j.action.ActorAgency == j.Transfer.From {
		return "", true
	}
	by, ok := j.People[j.in.AgreedBy]
	return j.in.AgreedBy, ok && !by.Disabled && by.Agency == j.Transfer.From &&
		(by.Role == Dispatcher || by.Role == Reviewer || by.Role == Supervisor)
}

func (j *judgement) primaryElsewhere() (string, bool) {
	return j.in.Primary, j.in.Primary != j.Case.ID
}

func (j *judgement) primaryOpen() (string, bool) {
	p := j.Primary
	return j.in.Primary, p != nil && p.ID == j.in.Primary && Process().State(p.Status).Open
}

func (j *judgement) primaryInScope() (string, bool) {
	return j.in.Primary, j.Actor.reaches(*j.Primary)
}

func (j *judgement) planAhead() (string, bool) {
	for _, step := range j.in.Plan {
		if step.Due < Date(j.now) {
			return step.Due, false
		}
	}
	return "", true
}

func (j *judgement) extendedOnce() (string, bool) { return "", !j.Case.Extended }

func (j *judgement) extensionWithinLimit() (string, bool) {
	return "days", j.in.Days <= RuleFor(j.Rules, j.Case, StepExtend).Number
}

func (j *judgement) extensionInTime() (string, bool) {
	due := j.Case.DueStrict
	return due, due == "" || Date(j.now) <= due
}
