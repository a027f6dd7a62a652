package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Diagram returns the flow as a Mermaid flowchart. A box is a state; what does not lead to another state is
// written in it. What InAny declares stands once, in a box "any state". An arrow has a line for each
// transition that it stands for:
//
//	"yes"               a typed word
//	[yes]               the data of a button
//	["yes"]             both
//	answer              a good answer to the question of Ask
//	3 wrong answers     Wrong(3)
//	seats done          the end of a sub-flow; seats given up
//	when ..., if ...    guards of When, and of If; else is a branch, too
//
// A dashed arrow is a Return or ReturnOr to a state that calls. The text depends on the definition alone, so
// that it can be kept as a golden file.
func (f *Flow) Diagram() string {
	c := &chart{flow: f, boxes: map[State]*box{}}
	c.box(startState, "([", "])").line(startState)
	for _, s := range f.states {
		c.box(s, "[", "]").line(string(s))
		for _, p := range f.paths {
			if p.from == s && p.cause == causeDone {
				c.boxes[s].line("runs " + p.run)
			}
		}
		if menu := f.shows[s]; menu != "" {
			c.boxes[s].line("menu " + menu)
		}
	}
	for _, p := range f.paths {
		if c.boxes[p.place()] == nil {
			c.box(p.place(), "[[", "]]").line(anyName(p))
		}
	}
	for _, p := range f.paths {
		for _, k := range p.forks {
			c.draw(p, k)
		}
	}
	return c.String()
}

// chart collects the boxes and arrows of a diagram, in the order of declaration.
type chart struct {
	flow   *Flow
	boxes  map[State]*box
	order  []*box
	arrows []*arrow
	ends   bool // some arrow leads to the end
}

type box struct {
	id, left, right string
	lines           []string
}

type arrow struct {
	from, to string
	dashed   bool
	lines    []string
}

func (c *chart) box(s State, left, right string) *box {
	b := &box{id: diagramID(s), left: left, right: right}
	c.boxes[s] = b
	c.order = append(c.order, b)
	return b
}

func (b *box) line(text string) { b.lines = append(b.lines, text) }

// arrow adds a line to the arrow between two boxes.
func (c *chart) arrow(from, to string, dashed bool, line string) {
	i := slices.IndexFunc(c.arrows, func(a *arrow) bool { return a.from == from && a.to == to && a.dashed == dashed })
	if i < 0 {
		i = len(c.arrows)
		c.arrows = append(c.arrows, &arrow{from: from, to: to, dashed: dashed})
	}
	c.arrows[i].lines = append(c.arrows[i].lines, line)
}

// draw adds a branch of a transition.
func (c *chart) draw(p *path, k *fork) {
	from, label := c.boxes[p.place()], p.caption(k)
	switch {
	case k.outcome.ends() && (p.from == AnyState || p.from == startState):
		from.line(label + " → " + k.outcome.String())
	case k.outcome.ends():
		if k.outcome == GiveUp {
			label += " (give up)"
		}
		c.ends = true
		c.arrow(from.id, endID, false, label)
	case k.outcome.named() && k.to == p.from && k.outcome == To:
		from.line(label + " → enter anew")
	case k.outcome == Stay, k.outcome == Back:
		from.line(label + " → " + k.outcome.String())
	case k.outcome == Again:
		from.line(label + " → ask again")
	case k.outcome == Call, k.outcome == Restart:
		c.arrow(from.id, diagramID(k.to), false, label+" ("+k.outcome.String()+")")
	case k.outcome.named():
		c.arrow(from.id, diagramID(k.to), false, label)
	}
	if k.outcome == Return || k.outcome == ReturnOr {
		c.drawReturns(p, label)
	}
}

// drawReturns adds a dashed arrow to each box that calls the state of p, or a state from which To leads to it.
func (c *chart) drawReturns(p *path, label string) {
	if p.from == AnyState {
		c.boxes[p.place()].line(label + " → return")
		return
	}
	for _, caller := range c.flow.paths {
		for _, k := range caller.forks {
			if k.outcome == Call && c.flow.leadsTo(k.to, p.from, map[State]bool{}) {
				to := c.boxes[caller.place()].id
				if from := diagramID(p.from); !c.drawn(from, to, label) {
					c.arrow(from, to, true, label)
				}
			}
		}
	}
}

// drawn reports whether an arrow has the line already.
func (c *chart) drawn(from, to, line string) bool {
	return slices.ContainsFunc(c.arrows, func(a *arrow) bool {
		return a.from == from && a.to == to && slices.Contains(a.lines, line)
	})
}

// leadsTo reports whether transitions of states lead from one state to another by To, or they are the same.
func (f *Flow) leadsTo(from, to State, seen map[State]bool) bool {
	if from == to {
		return true
	}
	seen[from] = true
	return slices.ContainsFunc(f.paths, func(p *path) bool {
		return p.from == from && slices.ContainsFunc(p.forks, func(k *fork) bool {
			return k.outcome == To && !seen[k.to] && f.leadsTo(k.to, to, seen)
		})
	})
}

// String writes the chart.
func (c *chart) String() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, x := range c.order {
		fmt.Fprintf(&b, "    %s%s%s%s\n", x.id, x.left, written(x.lines), x.right)
	}
	if c.ends {
		fmt.Fprintf(&b, "    %s([%s])\n", endID, written([]string{endState}))
	}
	for _, a := range c.arrows {
		line := "-->"
		if a.dashed {
			line = "-.->"
		}
		fmt.Fprintf(&b, "    %s %s|%s| %s\n", a.from, line, written(a.lines), a.to)
	}
	return b.String()
}

// caption says what leads into a branch.
func (p *path) caption(k *fork) string {
	var b strings.Builder
	switch p.cause {
	case causeIdle:
		b.WriteString("after " + shortTime(p.after))
	case causeWrong:
		b.WriteString(strconv.Itoa(p.wrong) + " wrong answer")
		if p.wrong > 1 {
			b.WriteByte('s')
		}
	case causeEvent, causeStart:
		if b.WriteString(captions(p.triggers)); len(p.triggers) == 0 {
			b.WriteString(p.trigger())
		}
	default:
		b.WriteString(p.trigger())
	}
	for _, g := range p.guards {
		b.WriteString(" when " + g)
	}
	switch k.kind {
	case branchIf, branchElseIf:
		b.WriteString(" if " + k.guard)
	case branchElse:
		b.WriteString(" else")
	}
	for _, name := range slices.Concat(p.reminders, k.reminders) {
		b.WriteString(" (reminder " + name + ")")
	}
	return b.String()
}

// captions says what triggers answer to.
func captions(triggers []Trigger) string {
	var all []string
	for _, t := range triggers {
		same := func(u Trigger) bool { return u.form == formText && slices.Equal(u.typed, t.words) }
		if t.form == formPostback && slices.ContainsFunc(triggers, same) {
			continue
		}
		tapped := func(u Trigger) bool { return u.form == formPostback && slices.Equal(u.words, t.typed) }
		if t.form == formText && slices.ContainsFunc(triggers, tapped) {
			all = append(all, "["+quoted(t.typed)+"]")
		} else {
			all = append(all, t.caption())
		}
	}
	return strings.Join(all, ", ")
}

// caption says what the trigger answers to, as transcripts write it: typed words in quotes, and data of
// buttons in brackets.
func (t Trigger) caption() string {
	var words []string
	switch t.form {
	case formText:
		return quoted(t.typed)
	case formPostback, formPicker:
		for _, w := range t.words {
			words = append(words, "["+w+"]")
		}
	case formPrefix:
		return "[" + t.words[0] + "…]"
	default:
		return t.String()
	}
	if t.form == formPicker {
		words = slices.Insert(words, 0, t.picker)
		return strings.Join(words, " ")
	}
	return strings.Join(words, ", ")
}

// shortTime writes 15m instead of 15m0s.
func shortTime(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// anyName is what is written on the box of InAny or InAnyBut.
func anyName(p *path) string {
	return strings.Replace(string(p.place()), string(AnyState), "any state", 1)
}

// The ids of the boxes that are no states. No state has one: names have no capitals.
const (
	startID = "Start"
	endID   = "End"
	anyID   = "Any"
)

// diagramID returns the id of a state, or of a place of InAny or InAnyBut, such as "* but pay, human". Words
// of Mermaid's own are kept apart by a capital.
func diagramID(s State) string {
	switch s {
	case startState:
		return startID
	case "call", "class", "click", "default", "direction", "flowchart", "graph", "href", "interpolate", "style",
		"subgraph":
		return "S_" + string(s)
	}
	if but, ok := strings.CutPrefix(string(s), string(AnyState)); ok {
		return anyID + strings.NewReplacer(" ", "_", ",", "").Replace(but)
	}
	return string(s)
}

// written returns lines as a label of Mermaid's.
func written(lines []string) string {
	escaped := make([]string, len(lines))
	for i, l := range lines {
		escaped[i] = escape(l)
	}
	return `"` + strings.Join(escaped, "<br>") + `"`
}

// escape writes what Mermaid would read as syntax, as HTML or as Markdown by its entity codes.
func escape(label string) string {
	return strings.NewReplacer(
		"#", "#35;", ":", "#58;", ";", "#59;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;",
		"`", "#96;", "*", "#42;", "{", "#123;", "}", "#125;", "%", "#37;", `\`, "#92;", "|", "#124;",
		"\n", " ", "\r", " ", "\t", " ",
	).Replace(label)
}
