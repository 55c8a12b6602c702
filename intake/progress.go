package intake

// What a complainant reads of his case: the public status, the steps so far, the reply, and
// what he can do now.

import (
	"cmp"
	"slices"

	"xuncha/casework"
)

// Story is what is known of one complaint's case.
type Story struct {
	Number     string // of the complaint
	ReceivedAt string
	Own        casework.Case // the case made for the complaint
	Main       casework.Case // the case it is merged into, else Own
	Steps      []Step        // of Own, and of what it was merged into for as long as it was
	Rating     *Rating       // the last one of this complaint
	Agencies   map[string]string
	Answerer   Answerer
	Others     []casework.Contact // the other complainants of the same case
}

// Answerer is the agency that answers for the case.
type Answerer struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// Word is a term with its words.
type Word struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Reply is what was answered.
type Reply struct {
	Outcome    Word   `json:"outcome"`
	Text       string `json:"text"`
	LegalBasis string `json:"legal_basis"`
	At         string `json:"at"`
}

// Refusal is why a complaint was not accepted and where to turn to.
type Refusal struct {
	Reason Word   `json:"reason"`
	Advice string `json:"advice"`
}

// Rating is what a complainant thinks of the result of one round.
type Rating struct {
	Round  int    `json:"round"`
	Solved bool   `json:"solved"`
	Score  int    `json:"score"` // 1 to 5
	Text   string `json:"text"`
	At     string `json:"at"`
}

// Progress is the answer to a complainant.
type Progress struct {
	Number     string   `json:"number"`
	Status     Word     `json:"status"`
	Merged     bool     `json:"merged"`
	Round      int      `json:"round"`
	ReceivedAt string   `json:"received_at"`
	Due        string   `json:"due,omitempty"` // date by which the law asks for the next answer
	Agency     Answerer `json:"agency"`
	Timeline   []Told   `json:"timeline"`
	Reply      *Reply   `json:"reply,omitempty"`
	Refusal    *Refusal `json:"refusal,omitempty"`
	Rating     *Rating  `json:"rating,omitempty"`
	Can        []string `json:"can"` // rate, withdraw
}

// Refusal codes of what a complainant asks for.
const (
	RatingEarly = Refused("rating_early") // not closed yet
	RatingGiven = Refused("rating_given") // this round is rated already

	ExternalTaken = Refused("external_id_taken") // by a message that says something else
)

// Refused says by its code why something is not done now.
type Refused string

func (r Refused) Error() string { return string(r) }

// Code is the stable code.
func (r Refused) Code() string { return string(r) }

// What a complainant can do (Progress.Can).
const (
	CanRate     = "rate"     // 评价
	CanWithdraw = "withdraw" // 撤回
)

// Tell makes the answer.
func Tell(s Story) Progress {
	p := Progress{
		Number: s.Number, Status: publicStatus(s.Main.Status), Merged: s.Own.ID != s.Main.ID, Round: s.Main.Round,
		ReceivedAt: s.ReceivedAt, Agency: s.Answerer, Rating: s.Rating, Can: s.can(), Timeline: s.timeline(),
	}
	if casework.Process().State(s.Main.Status).Open {
		p.Due = s.Main.DueLegal
	}
	switch s.Main.Status {
	case casework.Closed:
		p.Reply = s.reply()
	case casework.NotAccepted:
		p.Refusal = &Refusal{word("refusal", s.Main.Refusal), s.withoutOthers(s.Main.Advice)}
	}
	return p
}

func publicStatus(s casework.Status) Word {
	return word("public_status", casework.Process().State(s).Public)
}

func word(list, code string) Word {
	w, _ := casework.Process().Word(list, code)
	return Word{code, w.ZH, w.EN}
}

func (s Story) reply() *Reply {
	m := s.Main
	return &Reply{word("outcome", string(m.Outcome)), s.withoutOthers(m.ComplainantReply), m.LegalBasis, m.ClosedAt}
}

// withoutOthers: where one reply answers several, none of them reads who the others are.
func (s Story) withoutOthers(text string) string {
	for _, other := range s.Others {
		text = casework.Redact(text, other)
	}
	return text
}

func (s Story) can() []string {
	out := []string{}
	if s.MayRate() == nil {
		out = append(out, CanRate)
	}
	withdrawn := slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Name == "withdraw" })
	if !withdrawn && casework.Process().AdmitsActor(s.Own.Status, "withdraw", casework.ByComplainant, "") {
		out = append(out, CanWithdraw)
	}
	return out
}

// MayRate is nil, RatingEarly or RatingGiven.
func (s Story) MayRate() error {
	switch {
	case s.Main.Status != casework.Closed:
		return RatingEarly
	case s.Rating != nil && s.Rating.Round == s.Main.Round:
		return RatingGiven
	}
	return nil
}

// timeline is in the order of time, whichever case a step belongs to.
func (s Story) timeline() []Told {
	first, _ := Step{Name: "register", At: s.ReceivedAt}.tell(s.Number, nil)
	out := []Told{first}
	steps := slices.Clone(s.Steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	for _, step := range steps {
		if told, ok := step.tell(s.Number, s.Agencies); ok {
			out = append(out, told)
		}
	}
	return out
}
