package flow

import (
	"fmt"
	"strings"
)

// anyID is the diagram's id of "any state". No state has it: names have no capitals.
const anyID = "Any"

// Diagram returns the flow as a Mermaid stateDiagram-v2. What InAny declares leaves from a
// state of its own, "any state". The text depends on the definition alone, so that it can be
// kept as a golden file.
func (f *Flow) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range f.states {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", s, diagramID(s))
	}
	drawn := map[State]bool{}
	for _, p := range f.paths {
		if place := p.place(); p.from == AnyState && !drawn[place] {
			drawn[place] = true
			fmt.Fprintf(&b, "    state \"%s\" as %s\n", anyName(p), anyOf(p))
		}
	}
	for _, p := range f.paths {
		p.draw(&b)
	}
	f.drawNotes(&b)
	return b.String()
}

// drawNotes lists the menu and the reminders of each state in one note: Mermaid keeps one per
// state.
func (f *Flow) drawNotes(b *strings.Builder) {
	for _, s := range append(f.States(), AnyState) {
		var lines []string
		if menu := f.shows[s]; menu != "" {
			lines = append(lines, "        menu "+escape(menu)+"\n")
		}
		for _, p := range f.paths {
			for _, name := range p.reminders {
				if p.from == s {
					lines = append(lines, "        reminder "+name+" on "+escape(p.String())+"\n")
				}
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(b, "    note right of %s\n%s    end note\n", diagramID(s), strings.Join(lines, ""))
		}
	}
}

func (p *path) draw(b *strings.Builder) {
	from := diagramID(p.from)
	switch p.from {
	case startState:
		from = "[*]"
	case AnyState:
		from = anyOf(p)
	}
	for _, f := range p.forks {
		label := p.String()
		switch f.kind {
		case branchIf, branchElseIf:
			label += " / if " + f.guard
		case branchElse:
			label += " / else"
		}
		switch f.outcome {
		case To:
			arrow(b, from, diagramID(f.to), label)
		case Call, ReturnOr, Restart:
			arrow(b, from, diagramID(f.to), label+" / "+f.outcome.String())
		case End:
			arrow(b, from, "[*]", label)
		default:
			arrow(b, from, from, label+" / "+f.outcome.String())
		}
	}
}

// anyOf returns the diagram's id of InAny or InAnyBut, and anyName what is written on it.
func anyOf(p *path) string {
	id := anyID
	for _, s := range p.but {
		id += "_but_" + string(s)
	}
	return id
}

func anyName(p *path) string {
	return strings.Replace(string(p.place()), string(AnyState), "any state", 1)
}

func arrow(b *strings.Builder, from, to, label string) {
	fmt.Fprintf(b, "    %s --> %s : %s\n", from, to, escape(label))
}

// diagramID returns the id of a state. Words of Mermaid's own are kept apart by a capital.
func diagramID(s State) string {
	switch s {
	case AnyState:
		return anyID
	case "as", "class", "click", "default", "direction", "href", "hide", "note", "scale", "state", "style":
		return "S_" + string(s)
	}
	return string(s)
}

// escape writes what Mermaid would read as syntax, or as HTML, by its entity codes.
func escape(label string) string {
	return strings.NewReplacer(
		"#", "#35;", ":", "#58;", ";", "#59;", `"`, "#quot;", "<", "#lt;", ">", "#gt;",
		"`", "#96;", "*", "#42;", "{", "#123;", "}", "#125;", "%", "#37;", `\`, "#92;",
		"\n", " ", "\r", " ", "\t", " ",
	).Replace(label)
}
