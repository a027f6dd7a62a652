package line

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// FuzzEscapeBraces shows that no text of a user becomes a placeholder.
func FuzzEscapeBraces(f *testing.F) {
	for _, s := range []string{"", "{user}", "{{user}}", "}{", "{", "a{{{b}}}", "日{本}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, ok := placeholders("{host}: " + EscapeBraces(text) + " {all}")
		require.True(t, ok)
		require.Equal(t, []string{"host", "all"}, names)
		shown := strings.NewReplacer("{{", "{", "}}", "}").Replace(EscapeBraces(text))
		require.Equal(t, text, shown)
	})
}

// FuzzPostback takes the data of a button through the platform and back: it comes as it was, with
// the mark of its step, whatever stands in it.
func FuzzPostback(f *testing.F) {
	f.Add("yes", "aB3-_xyz")
	f.Add("yes", "aB3-_") // of an earlier build
	f.Add("~abcdefgh~yes", "00000000")
	f.Add("{\"data\":\"\\u0000\"}\r\n", "_____")
	f.Add("", "aaaaa")
	f.Add("\b\x1a\xfd\"", "00000")
	f.Add("yes", "")
	f.Add("yes", "00 00")
	f.Fuzz(func(t *testing.T, data, mark string) {
		if d, got := transport.Unmark(transport.Mark("", mark)); got != mark || d != "" || mark == "" {
			return // not a mark
		}
		data = strings.ToValidUTF8(data, "\ufffd")
		object, err := Text("x").Quick(Postback("y", data)).AppendJSON(nil, mark)
		require.NoError(t, err)
		var shown struct {
			QuickReply struct {
				Items []struct{ Action struct{ Data string } }
			}
		}
		require.NoError(t, json.Unmarshal(object, &shown))
		sent, err := json.Marshal(shown.QuickReply.Items[0].Action.Data)
		require.NoError(t, err)
		c := &Channel{}
		e, err := c.Decode("", []byte(`{"type":"postback","postback":{"data":`+string(sent)+`}}`))
		require.NoError(t, err)
		require.Equal(t, transport.Postback{Data: data, Mark: mark}, e.Postback)
	})
}
