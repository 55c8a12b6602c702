package check

// The chain of a device: each photo names the sum of the one before it.

// Scores of the chain. A gap may close: what is missing may still come, and the photo is
// checked again then.
const (
	gapScore     = 0.6
	forkScore    = 0.8
	foreignScore = 0.7
	anewScore    = 0.5
)

func chain(f Facts) []Result {
	if f.Photo.Device == "" {
		return none()
	}
	if f.Photo.Previous == "" {
		for _, p := range earlier(f) {
			if p.Previous != "" {
				return one(DeviceChain, anewScore, "chain_begins_anew", map[string]any{"other": p.ID})
			}
		}
		return none() // the first of its device, or an app that keeps no chain
	}
	switch {
	case f.Fork != nil:
		return one(DeviceChain, forkScore, "chain_forks", map[string]any{"other": f.Fork.ID})
	case f.Link == nil:
		return one(DeviceChain, gapScore, "chain_gap", map[string]any{"previous": f.Photo.Previous})
	case f.Link.Device != f.Photo.Device:
		return one(DeviceChain, foreignScore, "chain_of_other_device", map[string]any{"other": f.Link.ID})
	case !f.Photo.Taken.IsZero() && f.Link.Taken.After(f.Photo.Taken):
		return one(DeviceChain, foreignScore, "chain_backwards", map[string]any{"other": f.Link.ID})
	}
	return one(DeviceChain, 0, "chain_whole", map[string]any{})
}
