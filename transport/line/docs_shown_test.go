package line

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// notShown are samples in LINE's documentation that cannot be sent as they are: what the platform
// says, by page, and why that is right. LINE would refuse them as well.
var notShown = map[string]string{
	"The request body has 1 error(s); messages[0].quoteToken: Invalid quote token":       "its quote token is shortened",
	"The request body has 1 error(s); messages[0].substitution.user1: Invalid mentionee": "the id of whom it mentions is, too",
}

// chatOf returns the chat that a sample can be sent to: mentions are for groups.
func chatOf(m transport.Message, user, group string) string {
	v2, _ := m.(TextV2Message)
	for _, s := range v2.Substitutions {
		if _, is := s.(EmojiSubstitution); !is {
			return group
		}
	}
	return user
}

// TestDocumentedMessagesAreShown sends each message in LINE's documentation, and each Flex layout
// and action, by a Channel to the emulator, where the chat then has it.
func TestDocumentedMessagesAreShown(t *testing.T) {
	p := emulator.New("secret", "token", &emulator.Options{Users: []string{"Ann"}})
	t.Cleanup(p.Close)
	api := httptest.NewServer(p)
	t.Cleanup(api.Close)
	_, err := p.Follow(t.Context(), "Ann")
	require.ErrorIs(t, err, emulator.ErrWebhook) // there is no bot
	group, err := p.AddGroup(emulator.Group{Name: "Friends"}, "Ann")
	require.NoError(t, err)
	_, err = p.Invite(t.Context(), group.ID)
	require.ErrorIs(t, err, emulator.ErrWebhook)
	c, err := New("secret", "token", &Options{Endpoint: api.URL})
	require.NoError(t, err)

	shown, seen, refused := 0, map[string]bool{}, map[string]bool{}
	docBlocks(t, "messaging-api", func(page string, v any) {
		docSamples(v, func(kind string, object []byte) {
			if seen[string(object)] {
				return
			}
			seen[string(object)] = true
			m, err := ParseMessage(object)
			require.NoError(t, err)
			if m.Validate() != nil {
				return // one of oddSamples
			}
			d := &transport.Delivery{PushOK: true, Messages: listOf(t, m)}
			d.Key[0], d.Key[1] = byte(len(seen)), byte(len(seen)>>8)
			d.Source.ChatID = chatOf(m, p.Users()[0].ID, group.ID)
			if why := refusal(failure(c.Send(t.Context(), d))); why != "" {
				refused[why] = true
				require.NotEmpty(t, notShown[why], "%s: %s: %s", page, why, object)
				return
			}
			shown++
			all := p.Messages(d.Source.ChatID)
			last := all[len(all)-1]
			require.Equal(t, emulator.FromBot, last.From)
			require.NotEmpty(t, last.Text, "%s", object)
			require.True(t, sameJSON(d.Messages, append(append([]byte{'['}, last.Content...), ']')), "%s: %s", page, object)
		})
	})
	t.Logf("samples shown: %d of %d", shown, len(seen))
	for why := range notShown {
		require.True(t, refused[why], "not among the samples any more: %s", why)
	}
	require.Greater(t, shown, 60)
}

func listOf(t *testing.T, m transport.Message) []byte {
	t.Helper()
	b, err := m.AppendJSON([]byte{'['}, "")
	require.NoError(t, err)
	return append(b, ']')
}

// refusal is what the platform says of a message, with the place.
func refusal(err error) (why string) {
	var e *APIError
	if errors.As(err, &e) {
		why = e.Message
		for _, d := range e.Details {
			why += "; " + d.Property + ": " + d.Message
		}
	} else if err != nil {
		why = err.Error()
	}
	return why
}
