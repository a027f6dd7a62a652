package flowtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// script is a parsed transcript: comments and the user's side. What the bot did is left out,
// as it is made anew.
type script struct {
	file     string
	start    time.Time
	zone     *time.Location // of the times of messages and waits
	services *Services      // may be nil
	lines    []line
}

type line struct {
	text string // as it stands, with its mark
	n    int    // its number in the file
	mark byte   // '>', '!' for a signal, '~', '+', or 0 for what is only copied: comments, blanks and "@"
}

// parse reads a transcript.
func parse(src string) (*script, error) {
	s := &script{}
	ours := false // the line belongs to what the bot did
	for n, text := range strings.Split(strings.TrimSuffix(src, "\n"), "\n") {
		mark := byte(0)
		if text != "" {
			mark = text[0]
		}
		if mark != ' ' && len(text) > 1 && text[1] != ' ' {
			return nil, fmt.Errorf("%d: a line begins with a mark, one of # > < = ~ @ + ! *, and a space", n+1)
		}
		switch mark {
		case '<', '=', '*':
			ours = true
			continue
		case '!':
			signal, err := parseSignal(text[1:])
			if err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
			if signal == nil { // an error that the bot met
				ours = true
				continue
			}
		case ' ':
			if !ours {
				return nil, fmt.Errorf("%d: only a message of the bot and what a service was told go on in a further line", n+1)
			}
			continue
		case '>':
			if _, err := parseDeed(text[1:]); err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
		case '+':
			if _, err := parseBuild(text[1:]); err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
		case '~':
			if _, err := parseWait(text[1:]); err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
		case '@':
			if s.waits() {
				ours = true
				continue
			}
			at, err := time.Parse(timeLayout, strings.TrimSpace(text[1:]))
			if err != nil || at.Year() < firstYear || !s.start.IsZero() || s.begun() {
				return nil, fmt.Errorf("%d: a time such as %q, from %d on, may stand once, before all else; "+
					"and below ~, to say when a message came", n+1, timeLayout, firstYear)
			}
			s.start = at
			mark = 0
		case '#', 0:
			mark = 0
		default:
			return nil, fmt.Errorf("%d: unknown mark %q", n+1, mark)
		}
		ours = false
		s.lines = append(s.lines, line{text: text, n: n + 1, mark: mark})
	}
	return s, nil
}

func (s *script) begun() bool { return s.lastMark() != 0 }

// waits says that what stands next happens in a wait.
func (s *script) waits() bool { return s.lastMark() == '~' }

// lastMark returns the mark of the last line that is played, or 0 if there is none.
func (s *script) lastMark() byte {
	for _, l := range slices.Backward(s.lines) {
		if l.mark != 0 {
			return l.mark
		}
	}
	return 0
}

// play runs the script and returns the transcript of what happened.
func (s *script) play(c *Chat) string {
	var b strings.Builder
	if s.services != nil {
		s.services.Take() // of the transcript before
	}
	state := c.State()
	for _, l := range s.lines {
		b.WriteString(l.text + "\n")
		c.line = fmt.Sprintf("%s:%d: ", s.file, l.n)
		var end time.Time // of a long wait
		switch l.mark {
		case '>':
			deed, _ := parseDeed(l.text[1:])
			deed(c)
		case '!':
			signal, _ := parseSignal(l.text[1:])
			signal(c)
		case '+':
			name, _ := parseBuild(l.text[1:])
			c.Build(name)
		case '~':
			w, _ := parseWait(l.text[1:])
			d, err := w.from(time.Now().In(s.zone))
			if err != nil {
				c.fatalf("%v", err)
			}
			if d >= longWait {
				end = time.Now().Add(d)
			}
			c.Wait(d)
		default:
			continue
		}
		s.services.write(&b)
		s.writeMessages(&b, c.sent(), end)
		for _, e := range c.Errors() {
			b.WriteString("! " + e + "\n")
		}
		if now := c.State(); now != state {
			b.WriteString("= " + now + "\n")
			state = now
		}
	}
	return b.String()
}

// writeMessages writes what the bot sent. In a long wait, which ends at end, a line before a message says
// when it came, but not before those that came at the end, where no other has such a line.
func (s *script) writeMessages(b *strings.Builder, msgs []message, end time.Time) {
	last := clock(end.In(s.zone))
	for _, m := range msgs {
		if at := clock(m.at.In(s.zone)); !end.IsZero() && at != last {
			b.WriteString("@ " + at + "\n")
			last = at
		}
		b.WriteString("< " + strings.ReplaceAll(m.String(), "\n", "\n  ") + "\n")
	}
}
