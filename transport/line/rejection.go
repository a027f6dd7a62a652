package line

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// rejection is why a webhook is refused; zero is that it is not.
type rejection int

const (
	refusedUnsigned rejection = iota + 1
	refusedSignature
	refusedLarge
	refusedSlow
	refusedCut
	refusedMalformed
	refusedCrowded
	refusedElsewhere
	rejections // how many there are, with the zero
)

// refused says how each is answered, and what an operator should look at.
var refused = [rejections]struct {
	status int
	why    string
}{
	refusedUnsigned: {http.StatusBadRequest,
		"no signature: strangers, or does something take the header X-Line-Signature away?"},
	refusedSignature: {http.StatusBadRequest,
		"wrong signature: is the channel secret that of this account, and does something change bodies?"},
	refusedLarge:     {http.StatusRequestEntityTooLarge, "a body larger than Options.MaxBody, or than something before it lets pass"},
	refusedSlow:      {http.StatusRequestTimeout, "a body that took too long"},
	refusedCut:       {http.StatusBadRequest, "no body, or half of one: does something before it read bodies?"},
	refusedMalformed: {http.StatusBadRequest, "signed, but no webhook"},
	refusedCrowded:   {http.StatusServiceUnavailable, "too many large bodies at once"},
	refusedElsewhere: {http.StatusBadRequest, "for an account that is not served here"},
}

// warnEvery is how often the log says that webhooks are refused, for each reason: a stranger cannot
// fill the log, and what goes on for hours is said again.
const warnEvery = time.Minute

// rejected counts what was refused.
type rejected struct {
	counts [rejections]struct {
		all, told atomic.Int64 // told is how many of all the log has told of
		next      atomic.Int64 // when it may tell again, in Unix nanoseconds
	}
}

// note counts a refused webhook, and logs how many of its kind there were since the last line.
func (r *rejected) note(ctx context.Context, log *slog.Logger, why rejection, now time.Time) {
	c := &r.counts[why]
	all, at := c.all.Add(1), c.next.Load()
	if now.UnixNano() < at || !c.next.CompareAndSwap(at, now.Add(warnEvery).UnixNano()) {
		return
	}
	log.WarnContext(ctx, "line: webhooks refused", "status", refused[why].status, "why", refused[why].why,
		"count", all-c.told.Swap(all), "all", all)
}

// total returns the counts.
func (r *rejected) total() transport.Rejected {
	n := func(why rejection) int64 { return r.counts[why].all.Load() }
	return transport.Rejected{
		Unsigned: n(refusedUnsigned), WrongSignature: n(refusedSignature), TooLarge: n(refusedLarge),
		TooSlow: n(refusedSlow), Cut: n(refusedCut), Malformed: n(refusedMalformed), Crowded: n(refusedCrowded),
		Elsewhere: n(refusedElsewhere),
	}
}
