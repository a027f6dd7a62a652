package flowtest

import (
	"fmt"
	"strings"
	"time"
)

// script is a parsed transcript: comments and the user's side. What the bot did is left out,
// as it is made anew.
type script struct {
	file  string
	start time.Time
	lines []line
}

type line struct {
	text string // as it stands, with its mark
	n    int    // its number in the file
	mark byte   // '>', '~', or 0 for what is only copied: comments, blanks and "@"
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
			return nil, fmt.Errorf("%d: a line begins with a mark, one of # > < = ~ @ !, and a space", n+1)
		}
		switch mark {
		case '<', '=', '!':
			ours = true
			continue
		case ' ':
			if !ours {
				return nil, fmt.Errorf("%d: only a message of the bot goes on in a further line", n+1)
			}
			continue
		case '>':
			if _, err := parseDeed(text[1:]); err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
		case '~':
			if _, err := parseWait(text[1:]); err != nil {
				return nil, fmt.Errorf("%d: %w", n+1, err)
			}
		case '@':
			at, err := time.Parse(timeLayout, strings.TrimSpace(text[1:]))
			if err != nil || at.Year() < firstYear || !s.start.IsZero() || s.begun() {
				return nil, fmt.Errorf("%d: a time such as %q, from %d on, may stand once, before all else",
					n+1, timeLayout, firstYear)
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

func (s *script) begun() bool {
	for _, l := range s.lines {
		if l.mark != 0 {
			return true
		}
	}
	return false
}

// play runs the script and returns the transcript of what happened.
func (s *script) play(c *Chat) string {
	var b strings.Builder
	state := c.State()
	for _, l := range s.lines {
		b.WriteString(l.text + "\n")
		c.line = fmt.Sprintf("%s:%d: ", s.file, l.n)
		switch l.mark {
		case '>':
			deed, _ := parseDeed(l.text[1:])
			deed(c)
		case '~':
			d, _ := parseWait(l.text[1:])
			c.Wait(d)
		default:
			continue
		}
		for _, m := range c.Sent() {
			b.WriteString("< " + strings.ReplaceAll(m, "\n", "\n  ") + "\n")
		}
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
