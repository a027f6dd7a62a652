package bot

import (
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// A timer whose turn fails is put off: a commit writes into the record when the timer is tried again, and
// hands over the event that waits. From then on the timer holds up no event.
//
//	                    reminder                  timer of a conversation
//	attempts 1 to 4     again after 0.2 s, 1 s, 5 s, 15 s
//	attempt 5           dead letter               again after 1 min, 2 min, 4 min ... 24 h
//	Options.Keep later                            dead letter, with the conversation
//
// After a permanent error the first row is left out. If the action hangs or kills the process, the third
// row comes in the place of the long waits.
//
// For example: the idle timer of ask_day fails, because the database of the bot is away. It is tried five
// times within 22 s, then after one minute, two minutes and so on. Meanwhile the user's events have their
// turns. When the database is back, the next attempt ends the conversation.

// maxDeaths is how often a process may die of a timer before an event that waits goes first.
const maxDeaths = 2

// errDied is why a timer fails of which the process died twice, while an event waits behind it.
var errDied = errors.New("bot: the process died of the timer, or froze")

// timerFailed ends a turn for a timer that has no result: the timer is tried again later, or set aside.
// Last says that the timer had all its attempts, or that it would fail again.
func (h *holder) timerFailed(err error, last bool) (session.Event, bool) {
	j := &h.job
	tm := &j.rec.timers[j.timer]
	tm.attempts += j.attempt
	lethal := errors.Is(err, errStuck) || errors.Is(err, errAttempts) || errors.Is(err, errDied)
	switch {
	case !last:
		return h.putOff(retryTurn(tm.attempts))
	case tm.flow == "" && !lethal && h.clock.now().Sub(tm.due) < h.o.Keep:
		return h.putOff(retryLapse(tm.attempts - h.o.MaxAttempts))
	default:
		return h.setAsideTimer(reason(err, &j.rec))
	}
}

// putOff commits that the timer of the turn is tried again after the wait, and returns the event that
// waits.
func (h *holder) putOff(wait time.Duration) (session.Event, bool) {
	j := &h.job
	tm := &j.rec.timers[j.timer]
	tm.wait = max(h.clock.now().Add(wait).Sub(tm.due).Truncate(time.Millisecond), time.Millisecond)
	h.request = session.CommitRequest{State: j.rec.append(nil), Due: j.rec.due()}
	res, err := h.write()
	switch {
	case errors.Is(err, session.ErrTooLarge): // there is no room to note it
		return h.setAsideTimer("state too large")
	case err != nil:
		h.o.Logger.Error("bot: timer not put off", append(h.subject(), "err", err)...)
		return session.Event{}, false
	}
	return h.committed(&res, nil), true
}
