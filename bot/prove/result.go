package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// result is what a row showed.
type result struct {
	trial *trial
	seed  uint64
	tally
	posts                    postCounts
	calls                    apiCalls
	deaths                   int
	counted, assumed, fenced int // ambiguous replies, replies taken as delivered, turns overtaken
	left                     int
	spans                    int // how many times of which Redis forgot something are known
	shed                     int // lines of the log that say that events were left out
	alone                    int // lines that say that sessions of other accounts were left alone
	lull                     *lull
	lenient                  bool
	delay                    time.Duration // with which the machine ran what was ready, at the longest
	slack                    time.Duration // what bars on time are widened by
	busy, idle               stats         // of the process with the most, under load and after it
	sending, took            time.Duration
	timed                    []timing
	notes, deviations        []string
}

// judge adds what was promised and not kept to the deviations.
func (r *result) judge() {
	a, t := r.trial.allow, r.trial
	bad := func(n int, what string) {
		if n > 0 {
			r.deviations = append(r.deviations, fmt.Sprintf("%d %s", n, what))
		}
	}
	if !a.rollback {
		bad(r.lost, "lost")
		bad(r.order, "out of order")
		bad(r.chain, "breaks in the chain")
		bad(r.idle.Rollbacks, "rollbacks noticed by the bots (Stats.Rollbacks)")
	} else {
		r.notes = append(r.notes, fmt.Sprintf("the bots noticed %d rollbacks (Stats.Rollbacks)", r.idle.Rollbacks))
	}
	doubled := r.doubled
	if a.ambiguous && r.replies <= r.counted {
		doubled -= r.ambiguous
	}
	if a.rollback {
		doubled -= r.rerun
	}
	if r.spans > 0 {
		bad(r.unexcused, "lost that Redis did not forget")
	}
	bad(doubled, "doubled")
	bad(r.early, "timers early")
	bad(r.calls.unread, "messages unread")
	bad(r.calls.elsewhere, "by a wrong account")
	bad(r.alone, "times the bots say that they left another account's sessions alone")
	if t.redeliver {
		bad(r.absent, "never accepted")
	}
	bad(r.shed, "times events were left out")
	if !a.late && (r.slack == 0 || r.posts.worst > slowAnswer+r.slack) {
		bad(r.posts.late, "webhooks answered late"+r.excuse())
	}
	bad(r.posts.other, "webhooks with another status")
	r.within("answered after %s, not %s"+r.slow(), r.repaired, t.repair)
	r.within("answered in all after %s, not %s", r.worst, t.whole)
	for _, w := range r.timed {
		r.within(w.format, w.took, w.bar)
	}
	if t.outage > 0 {
		r.notes = append(r.notes, fmt.Sprintf("webhooks refused for %s at a stretch", short(r.posts.outage)))
	}
	r.within("webhooks refused for %s, not %s", r.posts.outage, t.outage)
	bad(max(r.idle.Goroutines-t.mostIdle(), 0), "goroutines more than an idle bot has: "+strings.Join(r.idle.Where, ", "))
}

// slow names the event that took longest.
func (r *result) slow() string {
	if r.slowest == "" {
		return ""
	}
	return " (" + r.slowest + ")"
}

// within holds a time against its bar, if there is one. What the slack covers is a note.
func (r *result) within(format string, took, bar time.Duration) {
	if bar <= 0 || took <= bar {
		return
	}
	text := fmt.Sprintf(format, short(took), short(bar))
	if took <= bar+r.slack {
		r.notes = append(r.notes, text+": this machine's delay allows "+short(r.slack)+" more")
		return
	}
	r.deviations = append(r.deviations, text+r.excuse())
}

// excuse says how busy the machine was, where that is worth to know.
func (r *result) excuse() string {
	const noise = 50 * time.Millisecond
	if r.delay < noise {
		return ""
	}
	return "; what was ready waited for the machine for up to " + short(r.delay)
}

// line is the row for the terminal.
func (r *result) line() string {
	mark := "ok  "
	if len(r.deviations) > 0 {
		mark = "FAIL"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %-34s events %d shown %d timers %d deaths %d",
		mark, r.trial.name, r.events, r.messages, r.timers, r.deaths)
	fmt.Fprintf(&b, " lost %d doubled %d order %d chain %d absent %d", r.lost, r.doubled, r.order, r.chain, r.absent)
	fmt.Fprintf(&b, " repaired %s webhook %s refused %d broken %d",
		short(r.worst), short(r.posts.worst), r.posts.refused, r.posts.broken)
	fmt.Fprintf(&b, " assumed %d ambiguous %d fenced %d (%s)", r.assumed, r.counted, r.fenced, short(r.took))
	if r.counted > 0 {
		fmt.Fprintf(&b, "\n       of %d ambiguous replies the bots pushed, %d were shown before", r.counted, r.replies)
	}
	for _, n := range r.notes {
		fmt.Fprintf(&b, "\n       %s", n)
	}
	for _, d := range r.deviations {
		fmt.Fprintf(&b, "\n     ! %s", d)
	}
	return b.String()
}

func short(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// writeMarkdown writes the results as a table.
func writeMarkdown(path string, seed uint64, results []*result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Seed %d.\n\n", seed)
	b.WriteString("| row | events | deaths | lost | doubled | order | chain | absent |" +
		" answered within | webhook within | 503 | broken | notes |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		notes := append([]string(nil), r.notes...)
		if r.counted > 0 {
			notes = append(notes, fmt.Sprintf("%d ambiguous replies pushed, %d of them shown before", r.counted, r.replies))
		}
		for _, d := range r.deviations {
			notes = append(notes, "**"+d+"**")
		}
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d | %d | %d | %d | %s | %s | %d | %d | %s |\n",
			r.trial.name, r.events, r.deaths, r.lost, r.doubled, r.order, r.chain, r.absent, short(r.worst),
			short(r.posts.worst), r.posts.refused, r.posts.broken, strings.Join(notes, "; "))
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

func readTail(path string, n int) ([]byte, error) {
	b, err := os.ReadFile(path)
	if len(b) > n {
		b = b[len(b)-n:]
	}
	return b, err
}
