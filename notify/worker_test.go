package notify_test

// Tests of the worker against the in-memory outbox, with a clock that the tests own.

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"xuncha/notify"
	"xuncha/notify/notifytest"
)

func TestMemoryIsAnOutbox(t *testing.T) {
	notifytest.Outbox(t, func(*testing.T) notifytest.Subject { return notifytest.NewMemory() })
}

// script is a channel that answers by device and remembers what it was asked.
type script struct {
	answers map[string][]notify.Result // by token; accepted when none is left
	asked   []asked
	hang    time.Duration
}

type asked struct {
	at        time.Time
	token, id string
	keep      time.Duration
}

func (s *script) Send(ctx context.Context, batch []notify.Delivery) []notify.Result {
	if s.hang > 0 {
		select {
		case <-ctx.Done():
			out := make([]notify.Result, len(batch))
			for i := range out {
				out[i] = notify.Result{Answer: notify.Retry, Err: ctx.Err()}
			}
			return out
		case <-time.After(s.hang):
		}
	}
	var out []notify.Result
	for _, d := range batch {
		token := d.Device.Token
		s.asked = append(s.asked, asked{time.Now(), token, d.Payload.ID, d.Keep})
		r := notify.Result{}
		if queue := s.answers[token]; len(queue) > 0 {
			r, s.answers[token] = queue[0], queue[1:]
		}
		out = append(out, r)
	}
	return out
}

// desk is one worker at noon in Shanghai with phones A, B and C.
type desk struct {
	t       *testing.T
	outbox  *notifytest.Memory
	channel *script
	worker  *notify.Worker
	start   time.Time
	stop    context.CancelFunc
	ended   chan struct{}
	n       int
}

// atDesk runs a test in its own time, from 12:00 in Shanghai on.
func atDesk(t *testing.T, test func(d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(4 * time.Hour) // the bubble's clock starts at midnight UTC
		d := &desk{t: t, outbox: notifytest.NewMemory(), channel: &script{answers: map[string][]notify.Result{}}, start: time.Now()}
		for _, letter := range []string{"A", "B", "C"} {
			if err := d.outbox.SetDevice(notifytest.Phone(letter)); err != nil {
				t.Fatal(err)
			}
		}
		d.run()
		test(d)
		d.end()
	})
}

func (d *desk) run() {
	d.worker = notify.NewWorker(notify.WorkerConfig{
		Name: "fcm", Outbox: d.outbox, Channel: d.channel, Now: time.Now, Quiet: notify.QuietNights, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(context.Background())
	d.stop, d.ended = stop, make(chan struct{})
	go func() { d.worker.Run(ctx); close(d.ended) }()
	synctest.Wait()
}

func (d *desk) end() {
	d.stop()
	<-d.ended
}

func (d *desk) answer(letter string, results ...notify.Result) {
	d.channel.answers["token-"+letter] = results
}

// tell queues a message for a phone and wakes the worker; it returns the delivery.
func (d *desk) tell(letter string, urgent bool) string {
	d.t.Helper()
	d.n++
	number := "HB-" + string(rune('0'+d.n))
	messages, err := notify.Plan([]notify.Notice{{
		Event: "event" + number, Kind: "assigned", Audience: notify.Inspector, Recipient: notifytest.Phone(letter).Owner,
		Case: "case", Number: number, Urgent: urgent,
	}}, []notify.Device{notifytest.Phone(letter)}, time.Now(), notify.QuietNights)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.outbox.Enqueue(d.t.Context(), messages, time.Now()); err != nil {
		d.t.Fatal(err)
	}
	d.worker.Wake()
	synctest.Wait()
	return messages[0].Deliveries[0].ID
}

func (d *desk) state(id string, want notify.State) {
	d.t.Helper()
	synctest.Wait()
	if got, err := d.outbox.StateOf(id); err != nil || got != want {
		d.t.Fatalf("after %v: delivery %s is %q %v, want %q", time.Since(d.start), id, got, err, want)
	}
}

// asked checks when the channel was asked, counted from the start.
func (d *desk) asked(want ...time.Duration) {
	d.t.Helper()
	synctest.Wait()
	var got []time.Duration
	for _, a := range d.channel.asked {
		got = append(got, a.at.Sub(d.start))
	}
	if len(got) != len(want) {
		d.t.Fatalf("asked at %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			d.t.Fatalf("asked at %v, want %v", got, want)
		}
	}
}

var (
	retry     = notify.Result{Answer: notify.Retry, Err: errors.New("503")}
	throttled = notify.Result{Answer: notify.Throttled, Err: errors.New("429")}
	gone      = notify.Result{Answer: notify.Gone, Err: errors.New("unregistered")}
	foreign   = notify.Result{Answer: notify.Foreign, Err: errors.New("sender mismatch")}
	locked    = notify.Result{Answer: notify.Locked, Err: errors.New("401")}
	malformed = notify.Result{Answer: notify.Malformed, Err: errors.New("400")}
)

func TestAMessageGoesOutAtOnce(t *testing.T) {
	atDesk(t, func(d *desk) {
		id := d.tell("A", false)
		d.state(id, notify.Sent)
		d.asked(0)
		if keep := d.channel.asked[0].keep; keep != 48*time.Hour {
			t.Errorf("kept for %v", keep)
		}
	})
}

func TestAFailureIsTriedAgainLaterAndLater(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", retry, retry, retry, retry, retry)
		id := d.tell("A", false)
		d.state(id, notify.Queued)
		time.Sleep(time.Hour)
		d.state(id, notify.Sent)
		d.asked(0, 5*time.Second, 25*time.Second, 105*time.Second, 425*time.Second, 1325*time.Second)
		for _, a := range d.channel.asked {
			if a.id != d.channel.asked[0].id {
				t.Errorf("a retry has another message id: %+v", d.channel.asked)
			}
		}
	})
}

func TestAServerThatNamesATimeIsNotAskedBefore(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", notify.Result{Answer: notify.Retry, RetryAfter: 5 * time.Minute, Err: errors.New("503")})
		d.tell("A", false)
		d.tell("B", false)
		time.Sleep(10 * time.Minute)
		d.asked(0, 0, 5*time.Minute)
	})
}

func TestTooManyRequestsPauseTheWholeChannel(t *testing.T) {
	for name, c := range map[string]struct{ named, want time.Duration }{
		"no time named":     {0, time.Minute},
		"a time named":      {7 * time.Minute, 7 * time.Minute},
		"an absurd time":    {1000 * time.Hour, time.Hour},
		"a negative number": {-time.Hour, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				r := throttled
				r.RetryAfter = c.named
				d.answer("A", r)
				a := d.tell("A", false)
				b := d.tell("B", true)
				d.state(a, notify.Queued)
				d.state(b, notify.Queued)
				if rest := d.worker.Status().RestsUntil.Sub(d.start); rest != c.want {
					t.Errorf("rests %v, want %v", rest, c.want)
				}
				time.Sleep(2 * time.Hour)
				d.state(a, notify.Sent)
				d.state(b, notify.Sent)
				d.asked(0, c.want, c.want)
			})
		})
	}
}

func TestADeadTokenIsRemovedAndAskedNoMore(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", gone)
		first := d.tell("A", false)
		second := d.tell("A", false)
		d.state(first, notify.Failed)
		d.state(second, notify.Failed)
		d.asked(0)
		if has, _ := d.outbox.HasDevice(notifytest.Phone("A").ID); has {
			t.Error("the device is still there")
		}
	})
}

func TestATokenRegisteredAnewDuringTheSendStays(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.channel.hang = time.Second
		d.answer("A", gone)
		d.tell("A", false)
		anew := notifytest.Phone("A")
		anew.Seen = "2026-05-06T04:00:00.500Z"
		if err := d.outbox.SetDevice(anew); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if has, _ := d.outbox.HasDevice(anew.ID); !has {
			t.Error("a device that was registered anew is gone")
		}
	})
}

func TestAMismatchStopsTheChannelAndAlarms(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", foreign, foreign)
		a := d.tell("A", false)
		b := d.tell("B", true)
		d.state(a, notify.Queued)
		d.state(b, notify.Queued)
		if s := d.worker.Status(); s.Alarm == "" || !s.RestsUntil.Equal(d.start.Add(10*time.Minute)) {
			t.Fatalf("%+v", s)
		}
		// The next try has another token beside it that works: so the first one was foreign.
		time.Sleep(10 * time.Minute)
		d.state(b, notify.Sent)
		d.state(a, notify.Failed)
		if s := d.worker.Status(); s.Alarm != "" {
			t.Fatalf("%+v", s)
		}
		if has, _ := d.outbox.HasDevice(notifytest.Phone("A").ID); has {
			t.Error("the foreign token is still there")
		}
	})
}

func TestNobodyStopsAProvenChannelByRegistering(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.tell("B", false)
		d.answer("A", foreign)
		a := d.tell("A", false)
		c := d.tell("C", false)
		d.state(a, notify.Failed)
		d.state(c, notify.Sent)
	})
}

func TestARefusedKeyStopsTheChannelUntilItWorks(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", locked, locked)
		a := d.tell("A", false)
		d.state(a, notify.Queued)
		if d.worker.Status().Alarm == "" {
			t.Error("no alarm")
		}
		time.Sleep(time.Hour)
		d.state(a, notify.Sent)
		d.asked(0, 10*time.Minute, 20*time.Minute)
	})
}

func TestAMalformedMessageFailsAlone(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.answer("A", malformed)
		a, b := d.tell("A", false), d.tell("B", false)
		d.state(a, notify.Failed)
		d.state(b, notify.Sent)
	})
}

func TestTheNightHoldsBackWhatIsNotUrgent(t *testing.T) {
	atDesk(t, func(d *desk) {
		time.Sleep(11 * time.Hour) // 23:00
		plain, urgent := d.tell("A", false), d.tell("B", true)
		d.state(plain, notify.Queued)
		d.state(urgent, notify.Sent)
		time.Sleep(8*time.Hour - time.Second)
		d.state(plain, notify.Queued)
		time.Sleep(time.Second)
		synctest.Wait()
		d.state(plain, notify.Sent)
		d.asked(11*time.Hour, 19*time.Hour)
	})
}

func TestARetryDoesNotFallIntoTheNight(t *testing.T) {
	atDesk(t, func(d *desk) {
		time.Sleep(10*time.Hour - 2*time.Second) // 21:59:58
		d.answer("A", retry)
		id := d.tell("A", false)
		time.Sleep(time.Hour)
		d.state(id, notify.Queued)
		time.Sleep(9 * time.Hour)
		d.state(id, notify.Sent)
	})
}

func TestWhatNobodyNeedsAnyMoreExpires(t *testing.T) {
	atDesk(t, func(d *desk) {
		long := make([]notify.Result, 1000)
		for i := range long {
			long[i] = retry
		}
		d.answer("A", long...)
		id := d.tell("A", true)
		time.Sleep(49 * time.Hour)
		d.state(id, notify.Expired)
	})
}

func TestACrashBetweenSendingAndSettlingSendsTheSameMessageAgain(t *testing.T) {
	atDesk(t, func(d *desk) {
		id := d.tell("A", false)
		d.end()
		// As if the process had died after the channel took it: leased, never settled.
		crashed := notifytest.NewMemory()
		if err := crashed.SetDevice(notifytest.Phone("A")); err != nil {
			t.Fatal(err)
		}
		d.outbox, d.channel.asked, d.n = crashed, nil, 0
		d.worker = notify.NewWorker(notify.WorkerConfig{Log: slog.New(slog.DiscardHandler)})
		if again := d.tell("A", false); again != id {
			t.Fatalf("delivery %s, then %s", id, again)
		}
		leased, err := crashed.Lease(t.Context(), notify.Want{Channel: "fcm", Now: time.Now(), Until: time.Now().Add(2 * time.Minute), Max: 1})
		if err != nil || len(leased) != 1 {
			t.Fatalf("%+v %v", leased, err)
		}
		d.run()
		d.state(id, notify.Leased)
		time.Sleep(3 * time.Minute)
		d.state(id, notify.Sent)
		if len(d.channel.asked) != 1 || d.channel.asked[0].id != leased[0].Payload.ID {
			t.Fatalf("%+v, leased before %+v", d.channel.asked, leased)
		}
	})
}

func TestTheWorkerDrainsWhenItStops(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.channel.hang = 2 * time.Second
		id := d.tell("A", false)
		d.state(id, notify.Leased)
		d.end()
		d.state(id, notify.Sent)
	})
}

func TestAHangingChannelDoesNotHoldUpTheStop(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.channel.hang = time.Hour
		id := d.tell("A", false)
		began := time.Now()
		d.end()
		d.state(id, notify.Queued)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the stop took %v", took)
		}
	})
}

// mute is a channel that answers for nobody.
type mute struct{}

func (mute) Send(context.Context, []notify.Delivery) []notify.Result { return nil }

func TestAChannelThatAnswersForNobodyIsAskedAgain(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.end()
		d.worker = notify.NewWorker(notify.WorkerConfig{
			Name: "fcm", Outbox: d.outbox, Channel: mute{}, Now: time.Now, Quiet: notify.QuietNights, Log: slog.New(slog.DiscardHandler),
		})
		ctx, stop := context.WithCancel(context.Background())
		d.stop, d.ended = stop, make(chan struct{})
		go func() { d.worker.Run(ctx); close(d.ended) }()
		d.state(d.tell("A", false), notify.Queued)
	})
}
