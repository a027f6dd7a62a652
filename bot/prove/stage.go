package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"
)

// stage is a row while it runs.
type stage struct {
	life      context.Context // ends when the row is broken off
	ctx       context.Context // ends when all events were sent
	t         *trial
	rng       *rand.Rand // for the trouble alone
	redis     *engine
	line      *platform
	fleet     *fleet
	balancer  *balancer // nil if there is none
	sender    *sender
	users     [][]*event
	signals   map[string][]*given // by user; what became of them is guarded by the sender's mu
	namespace string

	mu        sync.Mutex
	notes     []string // what the trouble did
	wrong     []string // what it found wrong
	forgotten []span
}

// note adds to what is said of the row.
func (s *stage) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// fail adds a deviation.
func (s *stage) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// pause waits, and says whether events are still being sent.
func (s *stage) pause(d time.Duration) bool { return sleepUntil(s.ctx, time.Now().Add(d)) }

// rest waits, also when all events were sent.
func (s *stage) rest(d time.Duration) bool { return sleepUntil(s.life, time.Now().Add(d)) }

// runTrial plays a row from start to end. Lenient bars on time make allowance for the machine.
func runTrial(ctx context.Context, bin programs, seed uint64, t *trial, lenient bool) *result {
	t.defaults()
	r := &result{trial: t, seed: seed}
	h := &host{}
	defer h.close()
	began := time.Now()
	r.lull, r.lenient = startLull(ctx), lenient
	defer r.lull.stop()
	var s *stage
	err := try(func() { s = newStage(ctx, h, bin, seed, t) })
	if err == nil {
		err = try(func() { s.play(ctx, r) })
	}
	if err != nil {
		r.deviations = append(r.deviations, err.Error())
	}
	r.took = time.Since(began)
	return r
}

func newStage(ctx context.Context, h *host, bin programs, seed uint64, t *trial) *stage {
	s := &stage{life: ctx, t: t, signals: map[string][]*given{}, rng: rand.New(rand.NewPCG(seed, 4)), namespace: newNamespace()}
	s.redis = startEngine(h, t, seed)
	var err error
	if s.line, err = startPlatform(seed, t.tokenLife()); err != nil {
		h.Fatal(err)
	}
	h.Cleanup(s.line.close)
	dir, err := os.MkdirTemp("", "prove-log")
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = os.RemoveAll(dir) })
	cfg := botConfig{
		API: s.line.url(), Redis: s.redis.cfg, Namespace: s.namespace, Lease: t.lease, DeliveryLease: t.delivery,
		Timeout: t.timeout, Window: t.window, Slow: t.slow, Guard: t.guard, Attempts: t.attempts,
		Replicas: t.replicas, Fsync: t.fsync, Router: t.router, Drain: t.drain, Lethal: t.lethal, Skew: t.skew,
		Freezes: t.freezes, Stacks: t.stacks,
	}
	if t.database {
		cfg.Database = s.line.url() + "/database"
	}
	life, end := context.WithCancel(ctx)
	s.fleet, err = startFleet(life, bin, dir, cfg, t.serve, t.procs, t.crash)
	if t.freezes {
		s.fleet.freezer.begin(s.fleet)
	}
	h.Cleanup(func() {
		end()
		s.fleet.setDown(true)
		s.fleet.wg.Wait()
	})
	if err != nil {
		h.Fatal("prove: the bots did not start: ", err, s.fleet.lastLog())
	}
	s.sender = newSender(s.fleet, s.line, t, seed)
	if t.drain > 0 {
		if s.balancer, err = startBalancer(s.fleet); err != nil {
			h.Fatal(err)
		}
		h.Cleanup(s.balancer.close)
		s.sender.via = s.balancer.addr()
	}
	h.Cleanup(s.sender.client.CloseIdleConnections)
	return s
}

// play sends the events, waits for the answers, and checks.
func (s *stage) play(ctx context.Context, r *result) {
	if s.t.lasts > 0 {
		s.calibrate(ctx, r.seed)
	}
	start := time.Now().Add(50 * time.Millisecond)
	users := plan(s.t, r.seed, start)
	s.users = append(s.users, users...)
	sending, done := context.WithCancel(ctx)
	s.ctx = sending
	s.line.setFaults(s.t.lineFault, apiFault{})
	var trouble sync.WaitGroup
	if s.t.during != nil {
		trouble.Go(func() {
			if err := try(func() { s.t.during(s) }); err != nil {
				s.fail("%v", err)
			}
		})
	}
	s.sender.drive(ctx, users, start, s.t.shuffle)
	r.sending = time.Since(start)
	done()
	trouble.Wait()
	r.busy = s.fleet.stats()
	s.heal()
	s.drain(ctx)
	s.readEnds(ctx)
	s.drain(ctx)
	if s.t.stacks {
		s.compareStacks(ctx)
	}
	s.finish(ctx, r)
}

// heal ends all trouble.
func (s *stage) heal() {
	s.fleet.mu.Lock()
	s.fleet.down = false
	s.fleet.mu.Unlock()
	s.fleet.disarm()
	s.fleet.freezer.end()
	for i := range s.fleet.procs {
		s.fleet.signal(i, syscall.SIGCONT)
	}
	s.line.setFaults(0, apiFault{})
	if s.redis.proxy != nil {
		s.redis.proxy.set(trouble{})
	}
}

// drain waits until every event is answered, or until nothing happened for a while.
func (s *stage) drain(ctx context.Context) {
	began := time.Now()
	_ = await(ctx, 5*time.Minute, func() bool {
		if s.count().settled() {
			return true
		}
		_, last := s.line.counts()
		if last.Before(began) {
			last = began
		}
		time.Sleep(100 * time.Millisecond)
		return time.Since(last) > s.t.quiet
	})
}

// readEnds has each user send one more event, whose answer shows the end of the chain.
func (s *stage) readEnds(ctx context.Context) {
	s.sender.redeliver = true
	gate := make(chan struct{}, 16)
	var all sync.WaitGroup
	for u, events := range s.users {
		last := events[len(events)-1]
		e := &event{
			user: last.user, acct: last.acct, seq: last.seq + 1, kind: kindPlain, id: last.id + "-end", dup: -1,
			stamp: time.Now().UnixMilli(),
		}
		s.users[u] = append(events, e)
		all.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			s.sender.deliver(ctx, e)
		})
	}
	all.Wait()
}
