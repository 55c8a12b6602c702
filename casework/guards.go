// The names of process.json and the functions that decide them.

package casework

import "slices"

// A guard says whether a requirement of process.json holds; if not, detail names the person,
// item or argument at fault. Guards and conditions are found by their name in that file.
type guard func(*judgement) (detail string, ok bool)

var conditions = map[string]func(*judgement) bool{
	"in_scope":        func(j *judgement) bool { return j.Actor.reaches(j.Case) },
	"case_officer":    func(j *judgement) bool { return slices.Contains(j.Case.Inspectors, j.action.Actor) },
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
	"certificate_shown":      (*judgement).certificateShown,
	"position_given":         (*judgement).positionGiven,
	"inspection_of_round":    (*judgement).inspectionOfRound,
	"evidence_of_case":       (*judgement).evidenceOfCase,
	"correction_proved":      (*judgement).correctionProved,
	"order_given":            (*judgement).orderGiven,
	"order_not_given":        (*judgement).orderNotGiven,
	"order_dated":            (*judgement).orderDated,
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
	"target_elsewhere":       (*judgement).targetElsewhere,
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
