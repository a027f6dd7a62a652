package redisstore

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// maxMerged is how many short calls are one script call at most: Redis does nothing else while a script runs, and
// 32 take about 0.3 ms.
const maxMerged = 32

// parcel is one command, with the calls that it is for: one call, or several short ones, which costs Redis less
// than a command each. In a Cluster each short call travels alone, since their keys are in several hash slots.
type parcel struct {
	calls []*call
	cmd   redis.Cmder
	text  bool // the script goes as text, since Redis does not know it
}

// parcels makes the commands for the calls. With merge, up to maxMerged short calls of one script are one command.
func parcels(ctx context.Context, calls []*call, merge bool) []*parcel {
	all := make([]*parcel, 0, len(calls))
	open := map[*script]*parcel{} // those with room
	for _, c := range calls {
		sc := c.short.script
		if p := open[sc]; sc != nil && p != nil && len(p.calls) < maxMerged {
			p.calls = append(p.calls, c)
			continue
		}
		p := &parcel{calls: []*call{c}}
		all = append(all, p)
		if sc != nil && merge {
			open[sc] = p
		}
	}
	for _, p := range all {
		p.pack(ctx)
	}
	return all
}

// pack makes the command: EVALSHA or EVAL, see call.seal.
func (p *parcel) pack(ctx context.Context) {
	c, sc := p.calls[0], p.calls[0].short.script
	if sc == nil {
		if p.text {
			c.args[0], c.args[1] = "eval", c.script.text
		}
		p.cmd = redis.NewStringCmd(ctx, c.args...)
		return
	}
	keys := 0
	for _, c := range p.calls {
		keys += c.short.count
	}
	args := make([]any, 0, 3+keys+len(c.short.argv)*len(p.calls))
	if p.text {
		args = append(args, "eval", sc.text, strconv.Itoa(keys))
	} else {
		args = append(args, "evalsha", &sc.sha, strconv.Itoa(keys))
	}
	for _, c := range p.calls {
		for i := range c.short.count {
			args = append(args, &c.short.keys[i])
		}
	}
	for _, c := range p.calls {
		for i := range c.short.args {
			args = append(args, &c.short.argv[i])
		}
	}
	p.cmd = redis.NewSliceCmd(ctx, args...)
}

// read gives the calls their answers, and returns what must be sent again:
//
//   - the same parcel with the script's text, if Redis has lost the script: after SCRIPT FLUSH, a restart or a failover
//   - each call by its full script, if the short one left the session alone
//   - each call by its full script, if Redis answered an error: it may be for one of the sessions alone
func (p *parcel) read(ctx context.Context) (again []*parcel) {
	err := p.cmd.Err()
	if !p.text && redis.HasErrorPrefix(err, "NOSCRIPT") {
		p.text = true
		p.pack(ctx)
		return []*parcel{p}
	}
	if cmd, ok := p.cmd.(*redis.StringCmd); ok {
		p.calls[0].reply, p.calls[0].err = cmd.Bytes()
		return nil
	}
	answers := p.cmd.(*redis.SliceCmd).Val() // the time, and then one for each call
	for i, c := range p.calls {
		c.reply, c.err = nil, err
		if err == nil && len(answers) == 1+len(p.calls) {
			if answer, _ := answers[i+1].(string); answer != "" {
				now, _ := answers[0].(string)
				c.reply = append(append(make([]byte, 0, len(now)+len(answer)+memoBytes), now...), answer...)
				continue
			}
		}
		if err == nil || !isNetwork(err) {
			c.short.script = nil
			full := &parcel{calls: []*call{c}}
			full.pack(ctx)
			again = append(again, full)
		}
	}
	return again
}
