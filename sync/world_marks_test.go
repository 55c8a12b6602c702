package sync_test

// The in-memory peer for clients without a cursor.

func (w tx) Gone(buckets []string, each func(collection, record string, seq int64)) error {
	for _, b := range buckets {
		for k, m := range w.feed[b] {
			if m.gone != "" && !w.lies(buckets, k) {
				each(k.collection, k.id, m.seq)
			}
		}
	}
	return nil
}

func (w tx) lies(buckets []string, k key) bool {
	for _, b := range buckets {
		if m, ok := w.feed[b][k]; ok && m.gone == "" {
			return true
		}
	}
	return false
}

func (w tx) Regranted(string) (int64, error) { return 0, nil }
