package sync_test

// Who is poked: whoever listens to a bucket, in whatever order they came and went.

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"xuncha/sync"
)

func TestEveryListenerOfABucketIsPokedAndNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ rapid.TB }{t}, comeAndGo) // a bubble has no deadline to ask for
	})
}

func comeAndGo(t *rapid.T) {
	hub := &sync.Hub{}
	type phone struct {
		*sync.Listener
		user    string
		buckets []string
		head    int64
		ended   bool
	}
	var phones []*phone
	for seq := range int64(rapid.IntRange(1, 60).Draw(t, "steps")) {
		users := rapid.SampledFrom([]string{"ann", "bob", "eve"})
		switch rapid.IntRange(0, 4).Draw(t, "step") {
		case 0, 1:
			user := users.Draw(t, "user")
			p := &phone{user: user, buckets: []string{"a:" + rapid.SampledFrom([]string{"east", "west"}).Draw(t, "agency"), "g", "u:" + user}}
			p.Listener = hub.Listen(p.user, p.buckets)
			phones = append(phones, p)
		case 2:
			if len(phones) > 0 {
				i := rapid.IntRange(0, len(phones)-1).Draw(t, "leaves")
				hub.Leave(phones[i].Listener)
				phones = slices.Delete(phones, i, i+1)
			}
		case 3:
			b := rapid.SampledFrom([]string{"a:east", "a:west", "g", "u:ann", "u:bob", "u:nobody"}).Draw(t, "bucket")
			hub.Poke([]string{b}, seq+1)
			for _, p := range phones {
				if slices.Contains(p.buckets, b) {
					p.head = seq + 1
				}
			}
		case 4:
			user := users.Draw(t, "ended")
			hub.End(user)
			for _, p := range phones {
				p.ended = p.ended || p.user == user
			}
		}
		time.Sleep(time.Second) // buckets rest after a poke
		for i, p := range phones {
			if head, ended := p.Head(); head != p.head || ended != p.ended {
				t.Fatalf("phone %d of %s: head %d, ended %v; want %d, %v", i, p.user, head, ended, p.head, p.ended)
			}
		}
	}
}

// A poke happens while a commit's request is answered, and a bucket may have thousands of
// listeners: nothing is made for each of them.
func TestAPokeAllocatesNothingForAListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := &sync.Hub{}
		for range 1000 {
			hub.Listen("ann", []string{"g", "u:ann"})
		}
		buckets, seq := []string{"g", "u:ann"}, int64(0)
		n := testing.AllocsPerRun(10, func() {
			seq++
			hub.Poke(buckets, seq)
			time.Sleep(time.Second)
		})
		if n > 20 {
			t.Errorf("%v allocations", n)
		}
	})
}
