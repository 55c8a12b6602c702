package route

// Originals: who wants to see one says so first, which is logged, and gets an address that
// works for a short while, also where a browser can send no header.

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/casework"
	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/hooks/problem"
	"xuncha/hooks/store"
	"xuncha/intake"
)

// Originals gives addresses of originals, and proofs.
type Originals struct {
	App    core.App
	Log    store.Custody
	OnView *evidence.OnView
	Passes
}

// ask answers POST /api/evidence/{id}/original {"reason"}: an address of the original, and a
// leaf that says who asked. A complainant's photo says where she stood: who has to ask for
// that says why.
func (o Originals) ask(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	see, err := o.see(user, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	least := 0
	if see.AsksFirst {
		least = intake.MinReveal
	}
	reason, err := readReason(e, least)
	if err != nil {
		return err
	}
	if err := o.Log.Viewed(see, user.Id, reason); err != nil {
		return err
	}
	return o.give(e, "/api/evidence/"+see.ID+"/original", see.ID)
}

// see finds a photo whose original a user may see.
func (o Originals) see(user *core.Record, id string) (store.View, error) {
	see, err := (store.Evidence{App: o.App}).See(user, id)
	switch {
	case errors.Is(err, store.ErrEvidenceUnknown):
		return see, problem.New("photo_unknown", "evidence %q", id)
	case err != nil:
		return see, err
	case see.Pending:
		return see, problem.New("photo_pending", "the bytes have not arrived or are being processed")
	case !see.Original:
		return see, problem.New("forbidden", "the original is for the desk and for who took it")
	}
	return see, nil
}

// prove answers GET /api/evidence/{id}/proof: everything that the log tells of the photo, to
// be checked without this server. It is for who may see the original.
func (o Originals) prove(e *core.RequestEvent) error {
	user, err := caseReader(e)
	if err != nil {
		return err
	}
	see, err := o.see(user, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	proof, err := o.Log.ProveEvidence(see.ID)
	if err != nil {
		return err
	}
	atDesk := user.GetString("role") != string(casework.Inspector)
	for i, l := range proof.Leaves {
		leaf, err := custody.ReadLeaf([]byte(l.Leaf))
		if see.AsksFirst || err != nil || leaf.Event == custody.Viewed && !atDesk {
			proof.Leaves[i].Facts = "" // where the complainant stood, or why a desk looked; the proof holds without
		}
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, proof)
}
