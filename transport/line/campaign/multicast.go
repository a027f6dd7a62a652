package campaign

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// maxRecipients is how many users one call may name.
// https://developers.line.biz/en/reference/messaging-api/#send-multicast-message
const maxRecipients = 500

// Report is what a campaign came to, over all its runs.
type Report struct {
	// Chunks and Recipients are the calls that LINE accepted, and the users that they named.
	// LINE accepts messages to users who blocked the account too, and does not deliver those.
	Chunks, Recipients int
	// Skipped are the recipients of the list that this run left out: they have the messages
	// already, or may have them, or stand in the list twice.
	Skipped int
	// InDoubt are the users of whom nobody can tell whether LINE accepted their messages.
	InDoubt int
	// RequestID is LINE's id of the last call that it accepted.
	RequestID string
}

// IDs are the recipients of a slice, in its order.
func IDs(ids []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

// Multicast sends the messages to each recipient once, in the order given, up to 500 a call. Run
// again under the same name, it goes on where it stopped, also if the process died, and whatever
// the list of recipients is by then: nobody gets them twice, and those who are new in the list
// get them. It returns when all have them or ctx ends, and tries for as long as LINE cannot be
// reached. o may be nil.
//
// It returns ErrBusy while another process runs it, ErrChanged for other messages or settings
// than it was begun with, a *ChunkError where it stopped, a *QuotaError before its start, and
// ErrInDoubt once all else is done. The Report says what was done in any case.
func Multicast(
	ctx context.Context, channel *line.Channel, ledger Ledger, name string, recipients iter.Seq2[string, error],
	messages []transport.Message, o *Options,
) (Report, error) {
	opt := o.orDefault()
	units, err := opt.units()
	if err != nil {
		return Report{}, err
	}
	r, err := start(ctx, channel, ledger, name, "multicast", request{Units: units}, messages, opt)
	if err != nil {
		return Report{}, err
	}
	var rep Report
	if err = r.unfinished(ctx); err == nil {
		rep.Skipped, err = r.all(ctx, recipients)
	}
	err = r.end(ctx, err)
	skipped := rep.Skipped
	rep = r.report()
	rep.Skipped = skipped
	return rep, err
}

// all sends to the recipients who are new, and returns how many are not.
func (r *run) all(ctx context.Context, recipients iter.Seq2[string, error]) (skipped int, err error) {
	var to []string
	pos := 0
	for id, err := range recipients {
		pos++
		if err != nil {
			return skipped, fmt.Errorf("campaign: recipients: %w", err)
		}
		if !isUserID(id) {
			return skipped, fmt.Errorf("campaign: recipient %d of the list is not a user id", pos)
		}
		m := markOf(id)
		if _, has := r.state.seen[m]; has {
			skipped++
			continue
		}
		r.state.seen[m] = struct{}{}
		if to = append(to, id); len(to) < maxRecipients {
			continue
		}
		if err := r.send(ctx, to); err != nil {
			return skipped, err
		}
		to = nil // the log may keep the slice
	}
	if len(to) > 0 {
		err = r.send(ctx, to)
	}
	return skipped, err
}

// isUserID reports whether LINE may take it for a user id: U and 32 hexadecimal digits, or the
// longer L form that channels of the LINE Marketplace see. Groups and rooms are refused by LINE.
func isUserID(id string) bool {
	return len(id) > 1 && len(id) <= 100 && (id[0] == 'U' || id[0] == 'L') &&
		!strings.ContainsFunc(id, func(c rune) bool { return !letter(c) })
}

// end closes the log, and says what is in doubt if all else went well.
func (r *run) end(ctx context.Context, err error) error {
	err = errors.Join(err, r.log.Close())
	if err == nil && len(r.state.doubts) > 0 {
		err = ErrInDoubt
	}
	r.lines.InfoContext(ctx, "campaign: end", "accepted", r.state.sent, "in_doubt", r.state.inDoubt(),
		"error", err)
	return err
}

func (r *run) report() Report {
	return Report{
		Chunks: r.state.chunks, Recipients: r.state.sent, InDoubt: r.state.inDoubt(),
		RequestID: r.state.request,
	}
}
