package bot

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Photos that a user sends together are one answer, but each of them comes as an event of its own. The turn
// of each but the last only notes the photo in the record of the session; the turn of the last one steps the
// flow, with an event that has the ids of all photos. If one of them does not come within photosPatience of
// the one before, a timer steps the flow with those that came.
const photosPatience = 10 * time.Second

// photosTimer stands in the place of a flow in the timer of a set of photos, whose name is the set's id.
// No flow can have the name.
const photosTimer = "·photos"

// photoSet is a set of which some photos came.
type photoSet struct {
	id     string
	user   string // who sent them, in a group or room; the record's source may be that of another member
	total  int
	photos []photo // by index
}

type photo struct {
	index int
	id    string // of its message
}

// collect notes a photo that was sent together with others, and returns false until the last of them came. Then
// it returns an event that has them all. An event that is no such photo, or that nobody waits for, is returned
// as it is.
func (p *planner) collect(rec *record, e *transport.Event) (*transport.Event, bool) {
	if e.Kind != transport.KindImage || e.Set == nil || e.Set.Total < 2 || e.Set.ID == "" {
		return e, true
	}
	otherwise := p.o.Otherwise != nil && isAlone(e)
	if rec.flow == "" && !otherwise && len(p.startedBy(e, flow.RankAny)) == 0 {
		return e, true
	}
	sets := slices.Clone(rec.photos)
	i := slices.IndexFunc(sets, func(s photoSet) bool { return s.id == e.Set.ID })
	if i < 0 {
		i = len(sets)
		set := photoSet{id: e.Set.ID, total: min(e.Set.Total, maxPhotos)}
		if !isAlone(e) {
			set.user = e.Source.UserID
		}
		sets = append(sets, set)
	}
	s := sets[i]
	s.photos = append(slices.Clone(s.photos), photo{e.Set.Index, e.MessageID})
	slices.SortStableFunc(s.photos, func(a, b photo) int { return cmp.Compare(a.index, b.index) })
	sets[i] = s
	rec.timers = slices.DeleteFunc(slices.Clone(rec.timers), func(t timer) bool {
		return t.flow == photosTimer && t.name == s.id
	})
	if len(s.photos) < s.total {
		rec.photos, rec.source = sets, e.Source
		rec.timers = append(rec.timers, timer{flow: photosTimer, name: s.id, due: milli(p.clock.now().Add(photosPatience))})
		return nil, false
	}
	rec.photos = slices.Delete(sets, i, i+1)
	whole := *e
	whole.Images, whole.MessageID = s.ids(), s.photos[0].id
	return &whole, true
}

// maxPhotos bounds a set. LINE lets a user send up to 20 photos at once; the bound is a guess above that.
const maxPhotos = 100

func (s *photoSet) ids() []string {
	ids := make([]string, len(s.photos))
	for i, p := range s.photos {
		ids[i] = p.id
	}
	return ids
}

// late plans the turn of the timer of a set of photos: those that came are the answer.
func (p *planner) late(ctx context.Context, id string, j *job, tm timer) (plan, error) {
	pl := plan{turn: tm.turn(), rec: j.rec}
	pl.rec.timers = slices.DeleteFunc(slices.Clone(j.rec.timers), func(t timer) bool { return t.is(tm.flow, tm.name, tm.due) })
	i := slices.IndexFunc(pl.rec.photos, func(s photoSet) bool { return s.id == tm.name })
	if i < 0 {
		return pl, nil
	}
	s := pl.rec.photos[i]
	pl.rec.photos = slices.Delete(slices.Clone(pl.rec.photos), i, i+1)
	now := p.clock.now()
	e := &transport.Event{
		ID: pl.turn, Kind: transport.KindImage, Type: "message", Source: j.rec.source, Time: tm.due,
		Set:       &transport.ImageSet{ID: s.id, Total: s.total},
		MessageID: s.photos[0].id, Images: s.ids(),
	}
	if !isAlone(e) {
		e.Source.UserID = s.user
	}
	return p.step(ctx, id, pl, j, e, ages{now, now, now})
}

// appendPhotos appends the packed sets to b: their number, then of each its id, its user, its total, the number
// of its photos, and of each photo its index and its id.
func appendPhotos(b []byte, sets []photoSet) []byte {
	if len(sets) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(sets)))
	for i := range sets {
		s := &sets[i]
		b = appendString(b, s.id)
		b = appendString(b, s.user)
		b = binary.AppendUvarint(b, uint64(s.total))
		b = binary.AppendUvarint(b, uint64(len(s.photos)))
		for _, p := range s.photos {
			b = binary.AppendVarint(b, int64(p.index))
			b = appendString(b, p.id)
		}
	}
	return b
}

// photos reads what appendPhotos wrote.
func (d *decoder) photos() []photoSet {
	if len(d.b) == 0 {
		return nil
	}
	n := d.uvarint()
	if n == 0 || n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	var sets []photoSet
	for range n {
		id, user, total, photos := d.string(), d.string(), d.uvarint(), d.uvarint()
		if total > maxPhotos || photos == 0 || photos > uint64(len(d.b)) {
			d.fail()
			return nil
		}
		s := photoSet{id: id, user: user, total: int(total)}
		for range photos {
			s.photos = append(s.photos, photo{int(d.varint()), d.string()})
		}
		sets = append(sets, s)
	}
	if d.bad || len(d.b) > 0 {
		d.fail()
		return nil
	}
	return sets
}
