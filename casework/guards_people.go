// Guards about people: who may act, who was on site, who must not judge his own work.

package casework

import "slices"

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
	return j.allOf(func(p Person) bool { return p.ID != "" && p.Role == Inspector && !p.Disabled })
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
	return j.allOf(func(p Person) bool { return slices.Contains(j.Case.Inspectors, p.ID) })
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
	return j.action.Actor, !slices.Contains(j.Officers(), j.action.Actor)
}
