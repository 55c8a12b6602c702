package check

// Before and after: the same place seen twice, in this order.

import "math"

// PairTurn is by how many degrees the directions of a pair may differ; compasses beside steel
// are off by 20 and more.
const PairTurn = 45

func pair(f Facts) []Result {
	if f.Before == nil {
		return none()
	}
	b, a := *f.Before, f.Photo
	var out []Result
	if from, to := taken(b), taken(a); from != nil && to != nil {
		d, beyond := apart(*from, *to)
		out = append(out, judged(PairPlace, ramp(beyond, PairFrom, PairTo), "pair_together", "pair_apart",
			map[string]any{"distance_m": d, "accuracy_m": accuracy(*to), "before_accuracy_m": accuracy(*from), "other": b.ID})...)
	}
	if b.Heading != 0 && a.Heading != 0 {
		turn := math.Abs(math.Mod(b.Heading-a.Heading+540, 360) - 180)
		score := 0.0
		if turn > PairTurn {
			score = max(Doubtful, ramp(turn, 0, 180))
		}
		out = append(out, judged(PairHeading, score, "pair_one_way", "pair_turned", map[string]any{"turn_deg": math.Round(turn), "other": b.ID})...)
	}
	if !b.Taken.IsZero() && !a.Taken.IsZero() {
		score := 0.0
		if a.Taken.Before(b.Taken) { // phones write whole seconds: two in one second are in order
			score = 1
		}
		out = append(out, judged(PairOrder, score, "pair_in_order", "pair_backwards", map[string]any{"later_s": seconds(a.Taken.Sub(b.Taken)), "other": b.ID})...)
	}
	return append(out, pairPicture(f)...)
}

func pairPicture(f Facts) []Result {
	values := map[string]any{"bits": f.PairBits, "other": f.Before.ID}
	switch {
	case f.Photo.Sum != "" && f.Photo.Sum == f.Before.Sum:
		return one(PairPicture, 1, "pair_one_file", map[string]any{"other": f.Before.ID})
	case f.PairBits < 0:
		return none()
	}
	return judged(PairPicture, pictureScore(f.PairBits), "pair_two_pictures", "pair_one_picture", values)
}
