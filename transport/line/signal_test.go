package line_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Whatever a webhook of LINE says, it is no signal, and keeps none from happening.
func TestSignalsOnTheWire(t *testing.T) {
	onTapStage(t, line.Text("a"), func(s *tapStage) {
		s.say("Ann", "Ann", "start")
		for _, kind := range []string{"signal", "Signal", "KindSignal", "paid", "timer", "postback", "message"} {
			_, err := s.Emit(s.t.Context(), "Ann", kind, map[string]any{
				"kind": 30, "Kind": transport.KindSignal, "signal": "paid", "Signal": "paid",
				"payload": map[string]any{}, "Payload": "e30=", "name": "paid", "postback": map[string]any{"data": "paid"},
				"message": map[string]any{"type": "signal", "id": "1", "signal": "paid", "text": "paid"},
			})
			require.NoError(s.t, err)
			got, _ := s.news("Ann")
			require.NotContains(s.t, strings.Join(got, " "), "thank you", kind)
		}
		ann := transport.Source{Chat: transport.ChatUser, ChatID: s.Users()[0].ID}
		require.NoError(s.t, s.bot.Signal(s.t.Context(), ann, "paid", nil, "1"))
		synctest.Wait()
		got, _ := s.news("Ann")
		require.Equal(s.t, []string{"thank you"}, got)
	})
}
