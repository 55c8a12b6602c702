package main

// How much is measured.

import "time"

// sizes of the measures.
type sizes struct {
	rounds int // of each pair that takes turns; the median counts
	first  int // rows of a first sync

	writers int           // clients that push at once
	spell   time.Duration // how long they do in each round

	batch, batches int // mutations of a request, requests of a round

	few, many, idles int // rows that two phones hold, no-change round trips of a round

	phones, phoneRows int // that start a first sync at once, rows of each

	streams, pokes, calls int // open streams, pokes of one user, pokes of all

	stopped, samples int // phones that stop reading, other requests that are timed

	polledRows, polledEdits int // of each writer of the polling test

	brigade, held, edits int // phones, rows each holds, mutations each pushes

	table, saves int // rows of the large table, creates that are timed
}

// full is what the numbers to quote are measured with.
func full() sizes {
	return sizes{
		rounds: 5, first: 20_000,
		writers: 64, spell: 2 * time.Second,
		batch: 500, batches: 4,
		few: 1_000, many: 100_000, idles: 200,
		phones: 1_000, phoneRows: 500,
		streams: 2_000, pokes: 200, calls: 20,
		stopped: 125, samples: 300,
		polledRows: 50, polledEdits: 200,
		brigade: 300, held: 2_100, edits: 1_000,
		table: 200_000, saves: 300,
	}
}

// tenth shows that a run works; its ratios say little.
func (n sizes) tenth() sizes {
	n.rounds, n.first, n.spell, n.batches = 3, n.first/10, n.spell/5, 1
	n.few, n.many, n.phones, n.streams = n.few/10, n.many/10, n.phones/10, n.streams/10
	n.pokes, n.calls, n.stopped, n.samples = n.pokes/10, n.calls/4, n.stopped/10, n.samples/3
	n.polledRows, n.polledEdits = n.polledRows/5, n.polledEdits/10
	n.brigade, n.held, n.edits, n.table, n.saves = n.brigade/10, n.held/3, n.edits/10, n.table/10, n.saves/3
	return n
}

// tiny is for the tests of the bench: each measure is taken, and none says anything.
func tiny() sizes {
	return sizes{
		rounds: 1, first: 300, writers: 8, spell: 100 * time.Millisecond, batch: 60, batches: 1,
		few: 50, many: 200, idles: 5, phones: 10, phoneRows: 40, streams: 20, pokes: 5, calls: 2,
		stopped: 4, samples: 10, polledRows: 5, polledEdits: 10, brigade: 4, held: 50, edits: 20, table: 500, saves: 5,
	}
}
