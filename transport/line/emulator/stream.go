package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// update is one change of a chat, as the page's script gets it.
type update struct {
	Reset bool `json:"reset,omitempty"` // drop what is shown
	// Restarted says that the platform was: it has forgotten everything.
	Restarted bool   `json:"restarted,omitempty"`
	Items     string `json:"items"` // HTML of the new bubbles
	Quick     string `json:"quick"` // HTML of all quick replies
	Menu      string `json:"menu"`  // HTML of the rich menu
	Problem   string `json:"problem"`
	Friend    bool   `json:"friend"` // or the bot is in the group
	Detail    string `json:"detail,omitempty"`
	Loading   int64  `json:"loading"` // milliseconds that the animation still runs
}

// stream sends a page the changes of one chat, as server-sent events. The id of an event names the
// run of the platform and the last bubble, so that a page that lost its connection misses nothing.
func (p *Platform) stream(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	c, u := p.place(r.FormValue("user"))
	p.mu.Unlock()
	if u == nil {
		http.Error(w, "There is no such user.", http.StatusNotFound)
		return
	}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.FormValue("after")
	}
	v := p.resume(last)
	v.chat, v.user = c, u
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // the server's time-out is not meant for streams
	for {
		change, changed := p.since(v)
		body, err := json.Marshal(change)
		if err != nil {
			return // no update can fail to marshal
		}
		if _, err := fmt.Fprintf(w, "id: %s\ndata: %s\n\n", p.shown(v.seq, v.epoch), body); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-p.life.Done():
			return
		}
	}
}

// viewer is an open page, and what it shows.
type viewer struct {
	chat *chat
	user *user
	// seq is the last bubble, epoch how often older ones had changed by then.
	seq, epoch int
	// restarted says that the page comes from an earlier run of the platform.
	restarted bool
}

// shown names what a page shows: the run of the platform, the last bubble, and how often older
// bubbles had changed by then.
func (p *Platform) shown(seq, epoch int) string {
	if epoch == 0 {
		return fmt.Sprintf("%s-%d", p.boot, seq)
	}
	return fmt.Sprintf("%s-%d.%d", p.boot, seq, epoch)
}

// resume reads the id of the last event that a page saw.
func (p *Platform) resume(id string) *viewer {
	boot, number, _ := strings.Cut(id, "-")
	number, changes, _ := strings.Cut(number, ".")
	seq, err := strconv.Atoi(number)
	epoch, _ := strconv.Atoi(changes)
	if boot != p.boot || err != nil || seq < 0 {
		return &viewer{restarted: true}
	}
	return &viewer{seq: seq, epoch: epoch}
}

// since returns what a page must change, and notes that it has.
func (p *Platform) since(v *viewer) (update, <-chan struct{}) {
	p.mu.Lock()
	c := v.chat
	change := update{
		Reset: v.restarted || v.epoch != c.epoch, Restarted: v.restarted,
		Problem: c.problem, Friend: c.friend(),
		Loading: max(c.loading.Sub(p.opt.Now()).Milliseconds(), 0),
	}
	if change.Reset {
		v.seq = 0
	}
	rows := p.rows(c, v.user, c.items[min(v.seq, len(c.items)):])
	quick, menu, changed := c.quick(), p.menuView(c), c.changed
	v.seq, v.epoch, v.restarted = len(c.items), c.epoch, false
	if c.person == nil {
		change.Detail = c.size()
	}
	p.mu.Unlock()
	change.Items = p.html("items", rows)
	change.Quick = p.html("quick", quick)
	change.Menu = p.html("menu", menu)
	return change, changed
}

func (p *Platform) html(name string, data any) string {
	var b strings.Builder
	if err := p.pages.ExecuteTemplate(&b, name, data); err != nil {
		p.log.Warn("emulator: page part not made", "part", name, "error", err)
	}
	return b.String()
}
