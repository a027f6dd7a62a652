package line

import (
	"maps"
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// TextV2Message is a text bubble with mentions and LINE's own emojis in it. Placeholders such as
// {name} in its text stand for substitutions; a brace that is meant is written twice, which
// EscapeBraces does. Mentions work in groups and rooms only, and cannot be multicast.
type TextV2Message struct {
	// Text is up to 5000 UTF-16 code units.
	Text string
	// Substitutions are what the placeholders stand for, up to 100. A name is up to 20 letters,
	// digits and underscores.
	Substitutions map[string]Substitution
	// QuoteToken is as in TextMessage.
	QuoteToken string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Substitution is what a placeholder stands for: a UserMention, an AllMention or a EmojiSubstitution.
type Substitution interface {
	appendSubstitution(b []byte) []byte
	checkSubstitution(c *checker)
}

// UserMention mentions a member of the chat, who must not be a bot.
type UserMention struct {
	// UserID is who is mentioned.
	UserID string
}

// AllMention mentions all members of the chat.
type AllMention struct{}

// TextV2 returns a text message with placeholders. Give each its meaning by With.
func TextV2(text string) TextV2Message { return TextV2Message{Text: text} }

// Mention returns a mention of a user.
func Mention(userID string) UserMention { return UserMention{UserID: userID} }

// MentionAll returns a mention of all members of the chat.
func MentionAll() AllMention { return AllMention{} }

var braceEscaper = strings.NewReplacer("{", "{{", "}", "}}")

// EscapeBraces returns text so that a TextV2Message shows its braces as they are. Use it on what
// users wrote.
func EscapeBraces(text string) string { return braceEscaper.Replace(text) }

// With returns a copy in which the placeholder {name} stands for s.
func (m TextV2Message) With(name string, s Substitution) TextV2Message {
	m = m.clone()
	if m.Substitutions == nil {
		m.Substitutions = map[string]Substitution{}
	}
	m.Substitutions[name] = s
	return m
}

// WithQuote returns a copy that quotes the message that the token came with.
func (m TextV2Message) WithQuote(token string) TextV2Message {
	m = m.clone()
	m.QuoteToken = token
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m TextV2Message) WithSender(name, iconURL string) TextV2Message {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m TextV2Message) Quick(replies ...Action) TextV2Message {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m TextV2Message) clone() TextV2Message {
	m.Substitutions = maps.Clone(m.Substitutions)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m TextV2Message) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"textV2","text":`...)
	b = write.Text(b, m.Text)
	if len(m.Substitutions) > 0 {
		b = appendSubstitutions(write.Name(b, "substitution"), m.Substitutions)
	}
	b = write.Field(b, "quoteToken", m.QuoteToken)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// appendSubstitutions goes by the order of the names, so that one message has one JSON.
func appendSubstitutions(b []byte, substitutions map[string]Substitution) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(substitutions)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(write.Text(b, name), ':')
		if s := substitutions[name]; write.IsNil(s) {
			b = append(b, "null"...)
		} else {
			b = s.appendSubstitution(b)
		}
	}
	return append(b, '}')
}

func (s UserMention) appendSubstitution(b []byte) []byte {
	b = append(b, `{"type":"mention","mentionee":{"type":"user","userId":`...)
	return append(write.Text(b, s.UserID), "}}"...)
}

func (AllMention) appendSubstitution(b []byte) []byte {
	return append(b, `{"type":"mention","mentionee":{"type":"all"}}`...)
}

func (e EmojiSubstitution) appendSubstitution(b []byte) []byte {
	return append(e.appendIDs(append(b, `{"type":"emoji"`...)), '}')
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not know
// who is in a chat.
func (m TextV2Message) Validate() error { return validate(m) }

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
