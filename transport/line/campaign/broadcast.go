package campaign

import (
	"context"
	"errors"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

var errUnit = errors.New("campaign: LINE has aggregation units for multicasts alone")

// Broadcast sends the messages to all friends of the account, once: run again under the same
// name, it finds out what became of the call of an earlier run. It returns what Multicast does.
// The Report counts no recipients, as LINE does not tell how many there are. o may be nil.
func Broadcast(
	ctx context.Context, channel *line.Channel, ledger Ledger, name string, messages []transport.Message, o *Options,
) (Report, error) {
	opt := o.orDefault()
	if opt.Unit != "" {
		return Report{}, errUnit
	}
	r, err := start(ctx, channel, ledger, name, "broadcast", request{}, messages, opt)
	if err != nil {
		return Report{}, err
	}
	err = r.end(ctx, r.once(ctx))
	return r.report(), err
}

// once sends the one chunk of a campaign that has no list of recipients.
func (r *run) once(ctx context.Context) error {
	if err := r.unfinished(ctx); err != nil {
		return err
	}
	if r.state.chunks > 0 || len(r.state.doubts) > 0 {
		return nil
	}
	return r.send(ctx, nil)
}
