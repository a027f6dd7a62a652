package bot

import (
	"strings"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
)

// isDeadOutput reports whether an event stands for an output that was set aside, and was replayed. Its body
// is a stored delivery. No channel has events of such a body.
func isDeadOutput(e *session.Event) bool {
	return strings.HasPrefix(e.ID, session.OutputEventID) && (e.Body[0] == deliveryLayout || e.Body[0] == deliveryEarlier)
}

// resend plans the turn of an output that was set aside and is replayed: the turn leaves the output once
// more, behind all that the session has sent meanwhile. It goes out as a push, because its reply token is
// over. It is pushed to a group only if that was so before, or if Options.PushToGroups says so by now.
//
// The output keeps its key for as long as it would have been tried, 23 h. So what the platform took at an
// earlier attempt does not come twice. Later the platform has forgotten the key, and the output gets a new
// one.
//
// The switch of a menu becomes a switch to the menu that the chat is to have now: the session may have
// switched to another since.
func (p *planner) resend(id string, j *job) (plan, error) {
	pl := plan{turn: j.event.ID, eventID: j.event.ID, rec: j.rec}
	var d delivery
	if err := d.parse(j.event.Body); err != nil {
		return pl, flow.Permanent(err)
	}
	d.ReplyToken, d.PushOK = "", d.PushOK || p.o.PushToGroups
	if d.SwitchMenu {
		d.Menu = j.rec.menu
	}
	if now := p.clock.now(); now.Sub(d.born) >= maxOutputAge {
		d.born, d.Key = now, deliveryKey(d.Source.Channel, id, pl.turn, 0)
	}
	pl.outs = []delivery{d}
	return pl, nil
}
