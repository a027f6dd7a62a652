package flow

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
)

// level is a sub-flow in a step as the flow that runs it sees it: a *step of other data. Each method goes on to
// the sub-flow that this one runs itself.
type level interface {
	// seek looks for a transition, in the inner flow first; proceed makes the one that it found.
	seek(query) (bool, error)
	proceed() error
	// exit runs the exit actions of the flows from a depth on, the innermost first.
	exit(from int) error
	// askPresent asks the present question again.
	askPresent() error
	// land puts the flows down to a depth where frames say, and enters the state at that depth.
	land(frames []frame, depth int) error
	// frames, allTimers and shownMenu add and return what is left after the step.
	frames([]frame) ([]frame, error)
	allTimers([]Timer) ([]Timer, error)
	shownMenu() (name string, bound bool)
	// over returns End or GiveUp if the flow is over, else 0.
	over() Outcome
	// give and receive hand over what the code of one flow leaves to that of the next: see baton.
	give() baton
	receive(baton)
}

// query is what seek looks for: a transition of a rank, of a number of wrong answers, or of a timer.
type query struct {
	rank  Rank
	wrong int
	timer string
}

// nested is what a step has besides if sub-flows take part in it. Each of the flows has one.
type nested struct {
	*whole
	depth   int    // 0 is the outermost flow
	suffix  string // what stands behind the names of the flow's timers
	inner   level
	kept    []frame      // with which the state that is entered goes on
	found   bool         // seek found a transition of the inner flow
	lost    bool         // what is stored of the inner flow cannot be read
	mustAsk bool         // the first question is asked though its value is known
	ended   Outcome      // see level.over
	fill    func() error // makes the data out of that of the outer flow
}

// whole is the part of nested that all flows of a step share.
type whole struct {
	openPast func() bool // takes the newest entry out of the history, into places
	history  *trail      // the one that has the history
	places   []frame     // where Back leads: of the outermost flow, then of the sub-flows
	landing  int         // the depth at which the conversation enters a state when it goes back
	back     bool        // the conversation goes back to places

	first                                Outcome // of the first transition that was not the end of a sub-flow
	entered, asked, owes, began, noticed bool    // as in step; noticed: one of the flows has the timer that fired
	unread                               bool    // a sub-flow is there that cannot be read
	silent                               bool    // the innermost state asked nothing when the step began
	refusal                              *rejection
	traces                               []*InnerTrace
}

// baton is what the code of the flows leaves in a step. The flow whose code runs has it.
type baton struct {
	out          []transport.Message
	menu         *menuSwitch
	reminders    []Reminder
	words        []transport.Message
	tries, skips int
	prefix       string
}

func (s *step[T]) give() baton {
	b := baton{s.turn.out, s.turn.menu, s.result.Reminders, s.words, s.turn.tries, s.skips, s.turn.prefix}
	s.turn.out, s.turn.menu, s.result.Reminders, s.words = nil, nil, nil, nil
	return b
}

func (s *step[T]) receive(b baton) {
	s.turn.out, s.turn.menu, s.result.Reminders, s.words = b.out, b.menu, b.reminders, b.words
	s.turn.tries, s.skips, s.turn.prefix = b.tries, b.skips, b.prefix
}

// into calls a method of the sub-flow.
func (s *step[T]) into(f func(level) error) error {
	inner := s.nested.inner
	inner.receive(s.give())
	err := f(inner)
	s.receive(inner.give())
	return err
}

// nest returns s.nested, and makes it if no sub-flow took part in the step so far.
func (s *step[T]) nest() *nested {
	if s.nested == nil {
		s.nested = &nested{whole: &whole{openPast: s.openPast, history: &s.trail, first: s.outcome}}
	}
	return s.nested
}

// inside reports whether the present state runs a sub-flow.
func (s *step[T]) inside() bool { return s.nested != nil && s.nested.inner != nil }

// subName returns the name of the flow if another one runs it.
func (s *step[T]) subName() string {
	if s.nested == nil || s.nested.depth == 0 {
		return ""
	}
	return s.typed.flow
}

// here returns the state in which the flow is now.
func (s *step[T]) here() *node[T] {
	if s.to == nil {
		return s.node
	}
	return s.to
}

// load reads the sub-flow that the present state runs.
func (s *step[T]) load() {
	if s.nested != nil {
		s.nested.silent = !s.node.asks()
	}
	if run := s.node.run; run != nil {
		if s.nest().lost = !run.runs.readable(s.trail.inner); !s.nested.lost {
			run.runs.load(s, s.trail.inner)
		} else if len(s.trail.inner) > 0 {
			s.nested.unread = true
		}
	}
}

// reload brings the sub-flows back to where they were when the step began.
func (s *step[T]) reload() {
	var traces []*InnerTrace
	if s.nested != nil {
		traces, s.nested = s.nested.traces, nil
	}
	if s.load(); s.nested != nil {
		s.nested.traces = append(traces, s.nested.traces...)
	}
}

// handle is run for an event in a state that runs a sub-flow.
func (s *step[T]) handle() error {
	for rank := RankExact; rank >= max(s.in.Least, RankAny); rank-- {
		if found, err := s.seek(query{rank: rank}); err != nil {
			return err
		} else if found {
			return s.settle(s.proceed())
		}
	}
	switch {
	case s.in.Least > RankNone:
		return s.unhandled()
	case s.nested.lost && !s.in.Suspended:
		return s.settle(s.follow(s.giveUp()))
	case s.isAnswer():
		return s.wrong(s.nested.refusal)
	default:
		return s.unhandled()
	}
}

// fireInside is fire in a state that runs a sub-flow.
func (s *step[T]) fireInside() error {
	found, err := s.seek(query{timer: s.in.Event.Text})
	switch {
	case err != nil:
		return err
	case found:
		s.to = nil
		return s.settle(s.proceed())
	case s.nested.lost && !s.nested.noticed && !s.in.Suspended:
		return s.settle(s.follow(s.giveUp()))
	default:
		return s.finish()
	}
}

// seekWrong looks for the Wrong with the highest number that fits, of all flows.
func (s *step[T]) seekWrong() (bool, error) {
	if s.nested == nil {
		e, err := s.findWrong(1, s.trail.tries)
		return e != nil, err
	}
	for n := min(s.trail.tries, maxWrong); n > 0; n-- {
		if found, err := s.seek(query{wrong: n}); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// seek is of level.
func (s *step[T]) seek(q query) (bool, error) {
	if s.inside() {
		n := s.nested
		err := s.into(func(l level) (err error) {
			n.found, err = l.seek(q)
			return err
		})
		if n.found || err != nil {
			return n.found, err
		}
	}
	e, err := s.lookUp(q)
	if err != nil {
		return false, s.fail(err)
	}
	s.edge = e
	return e != nil, nil
}

// lookUp is seek in this flow alone.
func (s *step[T]) lookUp(q query) (*edge[T], error) {
	switch {
	case q.timer != "":
		return s.findTimer(q.timer)
	case q.wrong > 0:
		return s.findWrong(q.wrong, q.wrong)
	default:
		return s.find(q.rank, q.rank)
	}
}

// findTimer returns the transition of the timer if its guards pass, or nil.
func (s *step[T]) findTimer(stored string) (*edge[T], error) {
	i := slices.IndexFunc(s.node.timers, func(t timer[T]) bool { return t.name+s.nested.suffix == stored })
	if i < 0 {
		return nil, nil
	}
	s.fired, s.nested.noticed = &s.node.timers[i], true
	if ok, err := s.firedPasses(); !ok {
		return nil, err
	}
	return s.fired.edge, nil
}

// proceed is of level.
func (s *step[T]) proceed() error {
	n := s.nested
	if !n.found {
		return s.follow(s.edge)
	}
	n.found = false
	if err := s.into(level.proceed); err != nil {
		return err
	}
	s.to = s.at
	switch {
	case !n.back:
		e, err := s.next()
		if err != nil {
			return s.failed(err)
		}
		return s.follow(e)
	case n.landing <= n.depth:
		return s.exitOwn()
	}
	return nil
}

// exit is of level.
func (s *step[T]) exit(from int) error {
	if s.inside() {
		if err := s.into(func(l level) error { return l.exit(from) }); err != nil {
			return err
		}
	}
	if s.nested.depth < from {
		return nil
	}
	return s.exitOwn()
}

func (s *step[T]) exitOwn() error {
	if err := s.callExit(); err != nil {
		return s.failed(err)
	}
	return nil
}

func (s *step[T]) callExit() (err error) {
	defer s.rescue(&err)
	if err := s.decode(); err != nil || s.at == nil || s.at.exit == nil {
		return err
	}
	s.phase = PhaseExit
	return s.call(s.at.exit)
}

// exitInside runs the exit actions of the sub-flows that the transition leaves. own is false if the present
// state itself is not left, because Back leads from one state of a sub-flow to another.
func (s *step[T]) exitInside() (own bool, err error) {
	n := s.nested
	if n == nil {
		return true, nil
	}
	from := n.depth
	if n.back {
		from = n.landing
	}
	if n.inner != nil {
		err = s.into(func(l level) error { return l.exit(max(from, n.depth+1)) })
	}
	return from <= n.depth, err
}

// abandon lets go of the sub-flow that the transition has left. A Call keeps it with its caller.
func (s *step[T]) abandon() (err error) {
	n := s.nested
	if n == nil || n.back {
		return nil
	}
	if n.inner != nil && s.outcome == Call {
		callers := s.trail.callers
		if callers[len(callers)-1].inner, err = n.inner.frames(nil); err != nil {
			return err
		}
	}
	n.inner, n.lost = nil, false
	return nil
}

// begin begins the sub-flow of a state that is entered, or goes on with the one that was kept for it.
func (s *step[T]) begin(n *node[T], kept []frame) error {
	s.nest()
	switch runs := n.run.runs; {
	case len(kept) == 0:
		return runs.begin(s)
	case runs.readable(kept):
		return runs.resume(s, kept)
	}
	s.nested.lost = true
	return nil
}

// takeKept returns the frames with which the state that is entered goes on.
func (s *step[T]) takeKept() []frame {
	if s.nested == nil {
		return nil
	}
	kept := s.nested.kept
	s.nested.kept = nil
	return kept
}

// keep notes frames for the state that is entered.
func (s *step[T]) keep(frames []frame) {
	if len(frames) > 0 {
		s.nest().kept = frames
	}
}

// giveUp returns the transition that is taken because the sub-flow cannot be read.
func (s *step[T]) giveUp() *edge[T] {
	s.nested.lost, s.at = false, s.here()
	return s.at.givenUp
}

// ending returns the transition that is taken because the sub-flow is over or cannot be read, or nil.
func (s *step[T]) ending() (*edge[T], error) {
	n := s.nested
	switch {
	case s.to == nil || n.back:
		return nil, nil
	case n.lost && !s.in.Suspended:
		return s.giveUp(), nil
	case n.inner == nil || n.inner.over() == 0:
		return nil, nil
	}
	inner, e := n.inner, s.to.done
	n.inner, s.at = nil, s.to
	if inner.over() == GiveUp {
		e = s.to.givenUp
	}
	if s.result.Trace.Transition > 0 {
		s.result.Trace.Skipped = append(s.result.Trace.Skipped, e.number)
	}
	if e == s.to.givenUp {
		return e, nil
	}
	return e, s.to.run.runs.done(s, inner)
}

// note notes what a transition came to.
func (s *step[T]) note() {
	if n := s.nested; n.first == 0 || n.first.ends() {
		n.first = s.outcome
	}
}

// arrived notes that a transition was made.
func (s *step[T]) arrived() {
	s.result.Entered = s.result.Entered || s.outcome.enters()
	if s.nested != nil {
		s.nested.arrived(s.outcome)
	}
}

func (n *nested) arrived(o Outcome) {
	n.entered = n.entered || o.enters()
	if o.ends() {
		n.ended = o
	}
}

// over is of level.
func (s *step[T]) over() Outcome { return s.nested.ended }

// askPresent is of level.
func (s *step[T]) askPresent() error {
	s.to = s.here()
	if err := s.ask(s.to); err != nil {
		return s.failed(err)
	}
	return nil
}

// askInside asks the question of the sub-flow.
func (s *step[T]) askInside() error {
	if !s.inside() {
		return nil
	}
	return s.into(level.askPresent)
}

// join adds to this step, which is that of the outermost flow, what all flows share.
func (s *step[T]) join() {
	n := s.nested
	if n == nil {
		return
	}
	res := &s.result
	res.Entered, res.Owes = res.Entered || n.entered, res.Owes || n.owes
	s.asked, s.began = s.asked || n.asked, s.began || n.began
	if n.first != 0 {
		s.first = n.first
	}
}

// asking notes that a question is asked.
func (s *step[T]) asking() {
	s.asked = true
	if s.nested != nil {
		s.nested.asked = true
	}
}

// asks reports whether the state in which the step began has a question.
func (s *step[T]) asks() bool { return s.node.asks() && (s.nested == nil || !s.nested.silent) }

// isBehind reports whether the history has an entry.
func (s *step[T]) isBehind() bool {
	if s.nested != nil {
		return len(s.nested.history.history) > 0
	}
	return len(s.trail.history) > 0
}

// owe notes that a state is entered later, because the conversation is suspended.
func (s *step[T]) owe() {
	s.result.Owes = s.result.Owes || s.outcome.enters()
	if s.nested != nil {
		s.nested.owes = s.nested.owes || s.result.Owes
	}
}

// enterInside enters the state of the innermost sub-flow, to which a step of the suspended conversation led.
func (s *step[T]) enterInside() error {
	if s.nested.lost {
		return s.settle(s.follow(s.giveUp()))
	}
	places := append([]frame{{state: s.node.name, callers: s.trail.callers, data: s.in.Data}}, s.loaded...)
	err := s.land(places, len(s.loaded))
	if r := asRejection(err); r != nil {
		s.discard()
		s.reload()
		s.turn.Send(r.msgs...)
		err = nil
	}
	return s.settle(err)
}

// openPast finds out where Back leads, and which of the flows go on meanwhile: those that run a sub-flow in the
// same state before and after. It returns false if nothing that can be read is behind.
func (s *step[T]) openPast() bool {
	p, places, ok := s.popPast()
	if !ok {
		return false
	}
	w := s.nested.whole
	s.past, w.places, w.landing = p, places, 0
	present := append([]frame{{state: s.node.name}}, s.loaded...)
	for i := range min(len(places), len(present)) - 1 {
		if places[i].state != present[i].state || places[i+1].flow != present[i+1].flow {
			break
		}
		w.landing = i + 1
	}
	return true
}

// readable reports whether the flow can go on with what frames hold: its own frame, then those of sub-flows. It
// gives their states the names that they have now.
func (y *typed[T]) readable(frames []frame) bool {
	n := y.nodes[frames[0].state]
	if n == nil || !y.reads(frames[0].data) {
		return false
	}
	frames[0].state = n.name
	return n.run == nil || n.run.runs.readable(frames[1:])
}

// land is of level.
func (s *step[T]) land(frames []frame, depth int) error {
	n := s.nested
	s.trail.callers = s.typed.known(frames[0].callers)
	s.renew(frames[0].data)
	if err := s.decode(); err != nil {
		return s.fail(err)
	}
	n.ended = 0
	if n.depth < depth {
		s.to = s.node
		return s.into(func(l level) error { return l.land(frames[1:], depth) })
	}
	n.inner, n.lost, n.kept = nil, false, frames[1:]
	s.outcome, s.to = Back, s.typed.nodes[frames[0].state]
	s.arrived()
	if s.in.Suspended {
		s.owe()
		return nil
	}
	if err := s.enter(s.to); err != nil {
		return s.failed(err)
	}
	return nil
}

// failed is fail for an error of a sub-flow that is no refusal. Those of the outermost flow are left to settle.
func (s *step[T]) failed(err error) error {
	if s.nested == nil || s.nested.depth == 0 || asRejection(err) != nil {
		return err
	}
	return s.fail(err)
}

// frames is of level.
func (s *step[T]) frames(all []frame) (_ []frame, err error) {
	data := s.in.Data
	if s.decoded {
		if data, err = s.encode(); err != nil {
			return nil, s.fail(err)
		}
	}
	all = append(all, frame{flow: s.typed.flow, state: s.here().name, callers: s.trail.callers, data: data})
	if s.inside() {
		return s.nested.inner.frames(all)
	}
	return all, nil
}

// allTimers is of level.
func (s *step[T]) allTimers(all []Timer) ([]Timer, error) {
	s.to = s.here()
	own, err := s.timers()
	if err != nil {
		return nil, s.fail(err)
	}
	for _, t := range own {
		all = append(all, Timer{t.Name + s.nested.suffix, t.Due})
	}
	if s.inside() {
		return s.nested.inner.allTimers(all)
	}
	return all, nil
}

// shownMenu is of level.
func (s *step[T]) shownMenu() (name string, bound bool) {
	if s.inside() {
		if name, bound = s.nested.inner.shownMenu(); bound {
			return name, true
		}
	}
	return s.here().menu, s.here().bound
}

// finishInside adds to the result what the sub-flows leave.
func (s *step[T]) finishInside() (err error) {
	defer s.join()
	if s.nested != nil && s.nested.lost {
		return nil
	}
	s.trail.inner = s.takeKept() // of a state that is entered later
	if !s.inside() {
		return nil
	}
	res := &s.result
	if !res.MenuSwitched {
		res.Menu, _ = s.shownMenu()
	}
	if s.trail.inner, err = s.nested.inner.frames(nil); err == nil {
		res.Timers, err = s.nested.inner.allTimers(res.Timers)
	}
	return err
}

// InnerTrace is the trace of a sub-flow.
type InnerTrace struct {
	// Flow is its name, and From the state in which it was; empty if the step began it.
	Flow string
	From State
	Trace
	live *Trace // what it is copied from
}

// gatherTraces adds the traces of the sub-flows to that of the outermost flow.
func (s *step[T]) gatherTraces() {
	t := &s.result.Trace
	for _, inner := range s.nested.traces {
		inner.Trace = *inner.live
		t.Matched = t.Matched || inner.Matched
		t.Stray += inner.Stray
		t.Inner = append(t.Inner, *inner)
	}
}

// refuseTraces notes that the transitions of the step were undone.
func (s *step[T]) refuseTraces() {
	s.result.Trace.refuse()
	if s.nested != nil {
		for _, inner := range s.nested.traces {
			inner.live.refuse()
		}
	}
}

func (t *Trace) refuse() {
	if t.Transition > 0 {
		t.Refused = append(t.Refused, t.Transition)
	}
	t.Transition, t.Branch, t.Skipped = 0, 0, nil
}
