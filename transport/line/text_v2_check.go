package line

import (
	"maps"
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

func (m TextV2Message) check(c *checker) {
	c.Required("text", m.Text)
	c.Units("text", m.Text, maxText)
	c.substitutions(m.Substitutions)
	c.placeholders(m.Text, m.Substitutions)
	c.end(m.Sender, m.QuickReplies)
}

func (c *checker) substitutions(substitutions map[string]Substitution) {
	c.Count("substitution", len(substitutions), 0, maxSubstitutions)
	c.Field("substitution")
	for _, name := range slices.Sorted(maps.Keys(substitutions)) {
		shown := "?" // what is no name may be anybody's text
		if isWord(name) {
			shown = name[:min(len(name), maxPlaceholder)]
		}
		c.Field(shown)
		c.Units("", name, maxPlaceholder)
		if shown == "?" {
			c.Broken("", "a name of other characters than letters, digits and underscores")
		}
		if s := substitutions[name]; write.IsNil(s) {
			c.Broken("", check.RuleRequired)
		} else {
			s.checkSubstitution(c)
		}
		c.Up(1)
	}
	c.Up(1)
}

func (s UserMention) checkSubstitution(c *checker) {
	c.Field("mentionee")
	c.Required("userId", s.UserID)
	c.Up(1)
}

func (AllMention) checkSubstitution(*checker)            {}
func (e EmojiSubstitution) checkSubstitution(c *checker) { c.emoji(e) }

// placeholders checks the braces in a text, and how much of each kind they put into it.
func (c *checker) placeholders(text string, substitutions map[string]Substitution) {
	names, ok := placeholders(text)
	if !ok {
		c.Broken("text", "a brace that is neither doubled nor part of a placeholder")
	}
	mentions, emojis, unknown := 0, 0, 0
	for _, name := range names {
		switch substitutions[name].(type) {
		case nil:
			unknown++
		case EmojiSubstitution, *EmojiSubstitution:
			emojis++
		default:
			mentions++
		}
	}
	if unknown > 0 {
		c.Broken("text", "a placeholder without a substitution")
	}
	if mentions > maxMentions {
		c.Fail("substitution", check.Fault{Actual: mentions, Max: maxMentions, Unit: check.Mentions})
	}
	if emojis > maxEmojis {
		c.Fail("substitution", check.Fault{Actual: emojis, Max: maxEmojis, Unit: check.Emojis})
	}
}

// placeholders returns the names in braces, and false if the braces do not pair.
func placeholders(text string) (names []string, ok bool) {
	for {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			return names, true
		}
		c := text[i]
		text = text[i+1:]
		if text != "" && text[0] == c {
			text = text[1:]
			continue
		}
		end := strings.IndexAny(text, "{}")
		if c == '}' || end < 1 || text[end] == '{' {
			return names, false
		}
		names = append(names, text[:end])
		text = text[end+1:]
	}
}

// isWord reports whether s is of ASCII letters, digits and underscores, and at least one.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r|' ' < 'a' || r|' ' > 'z')
	})
}
