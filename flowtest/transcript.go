package flowtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
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

const startLayout = "2006-01-02 15:04"

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
			at, err := time.Parse(startLayout, strings.TrimSpace(text[1:]))
			if err != nil || at.Year() < firstYear || !s.start.IsZero() || s.begun() {
				return nil, fmt.Errorf("%d: a time such as %q, from %d on, may stand once, before all else",
					n+1, startLayout, firstYear)
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

var (
	tapForm  = regexp.MustCompile(`^\[([^\]]+)\](?: (\S+))?$`)
	menuForm = regexp.MustCompile(`^\{(.+)\}$`)
	kindForm = regexp.MustCompile(`^\(([a-z ]+)\)$`)
)

// parseDeed reads what a user does.
func parseDeed(s string) (func(*Chat), error) {
	s = strings.TrimPrefix(s, " ")
	if m := tapForm.FindStringSubmatch(s); m != nil {
		return func(c *Chat) { c.tap(m[1], m[2]) }, nil
	}
	if m := menuForm.FindStringSubmatch(s); m != nil {
		return func(c *Chat) { c.TapMenu(m[1]) }, nil
	}
	if m := kindForm.FindStringSubmatch(s); m != nil {
		if m[1] == "again" {
			return (*Chat).Repeat, nil
		}
		for k := transport.KindUnknown + 1; k < transport.KindTimer; k++ {
			if k.String() == m[1] {
				return func(c *Chat) { c.Do(k) }, nil
			}
		}
		return nil, fmt.Errorf("unknown event %q: one of the kinds of events of package transport, or again", m[1])
	}
	if s == "" {
		return nil, fmt.Errorf("a user says something")
	}
	return func(c *Chat) { c.Say(s) }, nil
}

// maxDays is the longest wait in days; not far above it a time.Duration ends.
const maxDays = 100 * 365

// parseWait reads a duration, in days too.
func parseWait(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n <= 0 || n > maxDays {
			return 0, fmt.Errorf("malformed duration %q: such as 90s, 15m, 3h or 2d", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("malformed duration %q: such as 90s, 15m, 3h or 2d", s)
	}
	return d, nil
}

// mismatch says where the transcript and what happened part.
func mismatch(file, want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	n := 0
	for n < len(w) && n < len(g) && w[n] == g[n] {
		n++
	}
	at := func(lines []string) string {
		if n >= len(lines) || n == len(lines)-1 && lines[n] == "" {
			return "(end of the transcript)"
		}
		return lines[n]
	}
	from := max(0, n-5)
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: the conversation went another way\n", file, n+1)
	for _, l := range w[from:n] {
		fmt.Fprintf(&b, "      %s\n", l)
	}
	fmt.Fprintf(&b, "want: %s\n got: %s\n", at(w), at(g))
	fmt.Fprintf(&b, "(Options.Update writes what happened into the file)")
	return b.String()
}
