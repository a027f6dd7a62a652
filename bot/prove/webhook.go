package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	webhookTimeout = 2 * time.Second // as LINE
	// slowAnswer is what the bots must stay below. They promise 1.9 s; the rest is this machine.
	slowAnswer = 1950 * time.Millisecond
)

// sender posts webhooks to bots, as LINE does.
type sender struct {
	fleet     *fleet
	line      *platform
	client    *http.Client
	redeliver bool
	until     time.Duration // for how long an event is redelivered
	via       string        // the balancer before the bots; empty for none

	mu      sync.Mutex // guards the rest, and what became of events
	rng     *rand.Rand
	posts   postCounts
	refused []time.Time // when those webhooks began that were not accepted
}

// postCounts are the answers to webhooks.
type postCounts struct {
	ok, refused, other, broken, late int
	worst                            time.Duration // of those that were answered
	outage                           time.Duration // for how long they were refused at a stretch
}

func newSender(f *fleet, p *platform, t *trial, seed uint64) *sender {
	return &sender{
		fleet: f, line: p, redeliver: t.redeliver, until: t.patience,
		rng: rand.New(rand.NewPCG(seed, 3)),
		client: &http.Client{
			Timeout:   webhookTimeout,
			Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second},
		},
	}
}

// deliver sends the event until it is accepted, or once where nothing is redelivered.
func (s *sender) deliver(ctx context.Context, e *event) {
	s.mu.Lock()
	e.first = time.Now()
	s.mu.Unlock()
	limit, wait := time.Now().Add(s.until), 100*time.Millisecond
	for again := false; ; again = true {
		if s.post(ctx, e, again) || !s.redeliver || time.Now().After(limit) {
			return
		}
		select {
		case <-time.After(wait):
			wait = min(2*wait, time.Second)
		case <-ctx.Done():
			return
		}
	}
}

// repeat sends the event once more, whatever became of it.
func (s *sender) repeat(ctx context.Context, e *event) {
	select {
	case <-time.After(e.dup):
		s.post(ctx, e, e.dup > 0)
	case <-ctx.Done():
	}
}

// post sends the event to a random bot that lives, or to the balancer, and says whether it was accepted.
func (s *sender) post(ctx context.Context, e *event, again bool) bool {
	addr := s.target(ctx, e)
	if addr == "" {
		return false
	}
	body, signature := e.body(again || e.late)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/webhook", bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("x-line-signature", signature)
	s.line.issue(e)
	start := time.Now()
	thaw := s.fleet.freezer.request(addr)
	defer thaw()
	res, err := s.client.Do(req)
	took, status := time.Since(start), 0
	if err == nil {
		status = res.StatusCode
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts.add(status, took)
	if status != http.StatusOK {
		s.refused = append(s.refused, start)
		e.refusals++
	}
	if status == http.StatusOK && e.accepted.IsZero() {
		e.accepted = time.Now()
	}
	return status == http.StatusOK
}

// target is the address that a webhook goes to.
func (s *sender) target(ctx context.Context, e *event) string {
	if s.via != "" {
		return s.via
	}
	s.mu.Lock()
	n := s.rng.IntN(1 << 20)
	s.mu.Unlock()
	return s.fleet.pick(ctx, e.acct, n)
}

func (c *postCounts) add(status int, took time.Duration) {
	switch status {
	case 0:
		c.broken++
	case http.StatusOK:
		c.ok++
	case http.StatusServiceUnavailable:
		c.refused++
	default:
		c.other++
	}
	if took > slowAnswer {
		c.late++
	}
	if status != 0 {
		c.worst = max(c.worst, took)
	}
}

// gap parts two outages: while there is one, all who wait send again within this time.
const gap = 1500 * time.Millisecond

// stretch is the longest time from a webhook that was not accepted to the last of those that
// follow it. Others may have been accepted meanwhile: of three masters two still serve.
func stretch(refused []time.Time) (longest time.Duration) {
	slices.SortFunc(refused, time.Time.Compare)
	var first, last time.Time
	for _, at := range refused {
		if at.Sub(last) > gap {
			first = at
		}
		last = at
		longest = max(longest, last.Sub(first))
	}
	return longest
}

// drive sends the events of all users, and returns when each was accepted or given up.
func (s *sender) drive(ctx context.Context, users [][]*event, start time.Time, shuffle bool) {
	var all sync.WaitGroup
	for _, events := range users {
		all.Go(func() {
			var own sync.WaitGroup
			for _, e := range events {
				send := func() {
					if !sleepUntil(ctx, start.Add(e.at)) {
						return
					}
					s.aim(e)
					if e.dup >= 0 {
						own.Go(func() { s.repeat(ctx, e) })
					}
					s.deliver(ctx, e)
				}
				if shuffle && e.seq > 0 {
					own.Go(send)
				} else {
					send()
				}
			}
			own.Wait()
		})
	}
	all.Wait()
}

func sleepUntil(ctx context.Context, t time.Time) bool {
	select {
	case <-time.After(time.Until(t)):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
