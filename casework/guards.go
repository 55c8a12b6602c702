// Guards by their names in process.json, and those about people: who may act, who was on
// site, who must not judge his own work.

package casework

import "slices"

// A guard says whether a requirement of process.json holds; if not, detail names the person,
// item or argument at fault. Guards and conditions are found by their name in that file.
type guard func(*judgement) (detail string, ok bool)

var conditions = map[string]func(*judgement) bool{
	"in_scope":        func(j *judgement) bool { return j.Actor.reaches(j.Case) },
	"case_officer":    func(j *judgement) bool { return slices.Contains(j.onCase(), j.action.Actor) },
	"transfer_target": func(j *judgement) bool { return j.agencyIs(func(t Transfer) string { return t.Target }) },
	"transfer_party": func(j *judgement) bool {
		return j.agencyIs(func(t Transfer) string { return t.Target }) || j.agencyIs(func(t Transfer) string { return t.From })
	},
}

var guards = map[string]guard{
	"two_officers":           (*judgement).twoOfficers,
	"officers_known":         (*judgement).officersKnown,
	"officers_certified":     (*judgement).officersCertified,
	"officers_not_recused":   (*judgement).officersNotRecused,
	"officers_in_reach":      (*judgement).officersInReach,
	"officers_on_case":       (*judgement).officersOnCase,
	"actor_among_officers":   (*judgement).actorAmongOfficers,
	"agency_of_crew":         (*judgement).agencyOfCrew,
	"lead_on_crew":           (*judgement).leadOnCrew,
	"two_arrived":            (*judgement).twoArrived,
	"fresh_eye":              (*judgement).freshEye,
	"second_person":          (*judgement).secondPerson,
	"due_ahead":              (*judgement).dueAhead,
	"due_within_deadline":    (*judgement).dueWithinDeadline,
	"reassignment_explained": (*judgement).reassignmentExplained,
	"crew_seen":              (*judgement).crewSeen,
	"certificate_shown":      (*judgement).certificateShown,
	"position_given":         (*judgement).positionGiven,
	"inspection_of_round":    (*judgement).inspectionOfRound,
	"evidence_of_case":       (*judgement).evidenceOfCase,
	"correction_proved":      (*judgement).correctionProved,
	"order_given":            (*judgement).orderGiven,
	"order_not_given":        (*judgement).orderNotGiven,
	"order_dated":            (*judgement).orderDated,
	"order_new":              (*judgement).orderNew,
	"items_distinct":         (*judgement).itemsDistinct,
	"rectification_of_case":  (*judgement).rectificationOfCase,
	"items_known":            (*judgement).itemsKnown,
	"items_paired":           (*judgement).itemsPaired,
	"pairs_match":            (*judgement).pairsMatch,
	"items_judged":           (*judgement).itemsJudged,
	"passed_items_proved":    (*judgement).passedItemsProved,
	"failed_items_explained": (*judgement).failedItemsExplained,
	"outcome_known":          (*judgement).outcomeKnown,
	"reply_complete":         (*judgement).replyComplete,
	"delivery_told":          (*judgement).deliveryTold,
	"proof_stored":           (*judgement).proofStored,
	"photos_accepted":        (*judgement).photosAccepted,
	"photos_doubted":         (*judgement).photosDoubted,
	"division_in_scope":      (*judgement).divisionInScope,
	"target_elsewhere":       (*judgement).targetElsewhere,
	"target_known":           (*judgement).targetKnown,
	"target_below":           (*judgement).targetBelow,
	"feedback_ahead":         (*judgement).feedbackAhead,
	"transfer_sent":          (*judgement).transferSent,
	"transfer_open":          (*judgement).transferOpen,
	"objection_in_time":      (*judgement).objectionInTime,
	"transfer_objected":      (*judgement).transferObjected,
	"return_agreed":          (*judgement).returnAgreed,
	"primary_elsewhere":      (*judgement).primaryElsewhere,
	"primary_open":           (*judgement).primaryOpen,
	"primary_in_scope":       (*judgement).primaryInScope,
	"plan_ahead":             (*judgement).planAhead,
	"extended_once":          (*judgement).extendedOnce,
	"extension_within_limit": (*judgement).extensionWithinLimit,
	"extension_in_time":      (*judgement).extensionInTime,
}

// reaches says whether a case lies within a person's agency or below it. A case without a
// place and without an agency is everybody's, so that it finds an owner.
func (p Person) reaches(c Case) bool {
	if c.Agency == "" && c.DivisionCode == "" {
		return true
	}
	return (p.Agency != "" && p.Agency == c.Agency) || InScope(c.DivisionCode, p.ScopeFrom, p.ScopeTo)
}

func (j *judgement) agencyIs(side func(Transfer) string) bool {
	return j.Transfer != nil && j.action.ActorAgency != "" && j.action.ActorAgency == side(*j.Transfer)
}

// crew are the officers that the action names.
func (j *judgement) crew() []string {
	if j.rule.Name == "assign" {
		return j.in.Inspectors
	}
	return j.in.Officers
}

// allOf asks the same of each officer of the crew.
func (j *judgement) allOf(ok func(Person) bool) (string, bool) {
	for _, id := range j.crew() {
		if !ok(j.People[id]) {
			return id, false
		}
	}
	return "", true
}

func (j *judgement) twoOfficers() (string, bool) {
	crew := slices.Sorted(slices.Values(j.crew()))
	return "", len(crew) == len(slices.Compact(crew)) && len(crew) >= 2
}

func (j *judgement) officersKnown() (string, bool) {
	return j.allOf(func(p Person) bool { return p.ID != "" && p.Role == Inspector && (!p.Disabled || j.Late) })
}

func (j *judgement) officersCertified() (string, bool) {
	day := Date(j.did)
	return j.allOf(func(p Person) bool { return p.CertificateNo != "" && p.CertificateUntil >= day })
}

func (j *judgement) officersNotRecused() (string, bool) {
	return j.allOf(func(p Person) bool { return !p.Recused })
}

func (j *judgement) officersInReach() (string, bool) {
	me := j.Actor
	return j.allOf(func(p Person) bool {
		return p.Agency == me.Agency || (p.ScopeFrom != "" && me.ScopeFrom != "" &&
			me.ScopeFrom <= p.ScopeFrom && p.ScopeTo <= me.ScopeTo)
	})
}

func (j *judgement) officersOnCase() (string, bool) {
	on := j.onCase()
	return j.allOf(func(p Person) bool { return slices.Contains(on, p.ID) })
}

func (j *judgement) actorAmongOfficers() (string, bool) {
	return j.action.Actor, slices.Contains(j.in.Officers, j.action.Actor)
}

func (j *judgement) agencyOfCrew() (string, bool) {
	if j.in.Agency == "" || j.in.Agency == j.Actor.Agency {
		return "", true
	}
	for _, id := range j.in.Inspectors {
		if j.People[id].Agency == j.in.Agency {
			return "", true
		}
	}
	return j.in.Agency, false
}

func (j *judgement) leadOnCrew() (string, bool) {
	return j.in.Lead, j.in.Lead == "" || slices.Contains(j.in.Inspectors, j.in.Lead)
}

func (j *judgement) twoArrived() (string, bool) {
	return "", len(j.Arrivals()) >= 2
}

// freshEye: a case that is watched is not verified only by those who inspected it.
func (j *judgement) freshEye() (string, bool) {
	c := j.Case
	watched := c.Starred || c.RepeatCount > 0 || c.SupervisionLevel == Supervised || c.SupervisionLevel == Listed
	if !watched {
		return "", true
	}
	inspected := j.inspectedBy()
	return "", slices.ContainsFunc(j.in.Officers, func(id string) bool { return !slices.Contains(inspected, id) })
}

func (j *judgement) secondPerson() (string, bool) {
	return j.action.Actor, !slices.Contains(append(j.Officers(), j.repliers()...), j.action.Actor)
}
