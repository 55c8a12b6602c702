// Effects at a desk: transfers, replies, and what becomes of doubted photos.

package casework

import "slices"

// transfer hands the case to another agency. A case that was not accepted yet gets the
// handling clock now: who waits for an answer does not wait longer because it was passed on.
// Its inspectors are off it; what their phones still hold arrives as held.
func (j *judgement) transfer() string {
	c := &j.out.Case
	t := &TransferChange{Create: true, Transfer: Transfer{
		ID: j.NextID, Case: c.ID, From: c.Agency, Target: j.in.Target, Mode: j.in.Mode,
		State: TransferSent, FeedbackDue: j.in.FeedbackDue, SentAt: Stamp(j.now),
	}}
	if t.From == "" {
		t.From = j.Actor.Agency
	}
	if c.Status == Transferred {
		t.Replaces = c.Transfer
	}
	if c.Status == Registered && c.AcceptedAt == "" {
		c.runs(j.due(*c, StepHandle, Date(j.now)))
	}
	c.Transfer, c.StatusBefore, c.Plan = t.ID, "", nil
	j.leaves, c.Inspectors, c.Lead, c.Due = c.Inspectors, nil, "", ""
	j.out.Transfer = t
	return ""
}

// changedTransfer copies the case's transfer into the verdict in a new state.
func (j *judgement) changedTransfer(state string) *TransferChange {
	j.out.Transfer = &TransferChange{Transfer: *j.Transfer}
	j.out.Transfer.State = state
	return j.out.Transfer
}

// receive: with a hand-over the receiver now answers for the case.
func (j *judgement) receive() string {
	t := j.changedTransfer(TransferReceived)
	t.ReceivedAt = Stamp(j.now)
	if t.Mode == "hand_over" {
		j.out.Case.Agency = t.Target
	}
	return ""
}

func (j *judgement) object() string {
	t := j.changedTransfer(TransferObjected)
	t.ObjectedAt, t.Reason = Stamp(j.now), j.in.Reason
	return ""
}

// giveBack is the action return: the sender answers for the case again. If it was never
// accepted, the clock of acceptance counts on from the receipt.
func (j *judgement) giveBack() string {
	t := j.changedTransfer(TransferReturned)
	t.ReturnedAt, t.AgreedBy = Stamp(j.now), j.in.AgreedBy
	if t.AgreedBy == "" {
		t.AgreedBy = j.action.Actor
	}
	c := &j.out.Case
	c.Agency, c.Transfer = t.From, ""
	if c.AcceptedAt == "" {
		c.runs(j.due(*c, StepAccept, dateOf(c.ReceivedAt)))
	}
	return ""
}

func (j *judgement) feedBack() string {
	t := j.changedTransfer(TransferFedBack)
	t.FedBackAt, t.Result = Stamp(j.now), j.in.Result
	c := &j.out.Case
	c.HandlingResult = j.in.Result
	if j.in.Outcome != "" {
		c.Outcome = j.in.Outcome
	}
	j.changedReply(ReplyDraft).Author = j.action.Actor
	return ""
}

// changedReply is the round's reply, with the texts that now stand in the case.
func (j *judgement) changedReply(state string) *ReplyChange {
	c := j.out.Case
	j.out.Reply = &ReplyChange{
		ID: j.NextID, Case: c.ID, Round: c.Round, State: state, Outcome: c.Outcome,
		HandlingResult: c.HandlingResult, ComplainantReply: c.ComplainantReply, LegalBasis: c.LegalBasis,
		Delivered: c.Delivered, UndeliverableReason: c.UndeliverableReason,
	}
	return j.out.Reply
}

// reply keeps the texts that it does not name.
func (j *judgement) reply() string {
	c := &j.out.Case
	for _, part := range []struct {
		into *string
		text string
	}{
		{(*string)(&c.Outcome), string(j.in.Outcome)},
		{&c.HandlingResult, j.in.HandlingResult},
		{&c.ComplainantReply, j.in.ComplainantReply},
		{&c.LegalBasis, j.in.LegalBasis},
	} {
		if part.text != "" {
			*part.into = part.text
		}
	}
	j.changedReply(ReplyDraft).Author = j.action.Actor
	return ""
}

func (j *judgement) approve() string {
	c := &j.out.Case
	c.ClosedAt, c.Delivered, c.UndeliverableReason = Stamp(j.now), j.in.Delivered, j.in.Undeliverable
	r := j.changedReply(ReplyApproved)
	r.Approver, r.ApprovedAt = j.action.Actor, c.ClosedAt
	return ""
}

func (j *judgement) sendBack() string {
	r := j.changedReply(ReplySentBack)
	r.Approver, r.Reason = j.action.Actor, j.in.Reason
	return ""
}

// decideFlags leaves the case as it is: the decision belongs to each photo, once.
func (j *judgement) decideFlags() string {
	photos := slices.Compact(slices.Sorted(slices.Values(j.in.Photos)))
	for _, id := range photos {
		j.out.Decisions = append(j.out.Decisions, PhotoDecision{id, FlagDecision{
			Verdict: j.in.Verdict, Reason: j.in.Reason, By: j.action.Actor, At: Stamp(j.now),
			Flags: append([]string{}, j.Evidence[id].Doubts...),
		}})
	}
	return ""
}
