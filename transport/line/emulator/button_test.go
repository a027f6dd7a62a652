package emulator

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTapKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, action string
		check        func(*testing.T, *stage)
	}{
		{"postback", `{"type":"postback","label":"x","data":"d"}`, func(t *testing.T, s *stage) {
			require.Equal(t, "d", s.hit().event.Postback.Data)
			require.Len(t, s.Messages(s.user()), 1, "nothing is shown")
		}},
		{"display text", `{"type":"postback","label":"x","data":"d","displayText":"shown"}`,
			func(t *testing.T, s *stage) {
				e := s.hit().event
				require.Equal(t, "d", e.Postback.Data)
				require.Nil(t, e.Postback.Params)
				m := s.Messages(s.user())[1]
				require.Equal(t, "shown", m.Text)
				require.Empty(t, m.ID)
				require.Empty(t, s.hits, "the display text is no event")
			}},
		{"old text", `{"type":"postback","label":"x","data":"d","text":"sent"}`,
			func(t *testing.T, s *stage) {
				require.Equal(t, "sent", s.hit().event.Message["text"])
				require.Equal(t, "d", s.hit().event.Postback.Data)
			}},
		{"message", `{"type":"message","label":"x","text":"typed"}`, func(t *testing.T, s *stage) {
			require.Equal(t, "typed", s.hit().event.Message["text"])
			require.Equal(t, "typed", s.Messages(s.user())[1].Text)
		}},
		{"uri", `{"type":"uri","label":"x","uri":"https://example.com/"}`, func(t *testing.T, s *stage) {
			require.Equal(t, "https://example.com/", s.Buttons(s.user())[0].URI)
			require.Empty(t, s.hits)
		}},
		{"clipboard", `{"type":"clipboard","label":"x","clipboardText":"c"}`, func(t *testing.T, s *stage) {
			require.Equal(t, "c", s.Buttons(s.user())[0].Text)
			require.Empty(t, s.hits)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			s.shows(buttons(`"text":"x"`, test.action))
			s.hit() // follow
			_, err := s.Tap(t.Context(), "User A", "x")
			require.NoError(t, err)
			test.check(t, s)
			_, err = s.Tap(t.Context(), "User A", "x")
			require.NoError(t, err, "buttons stay")
		})
	}
}

func TestQuickRepliesVanish(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ kind, event string }{
		{"camera", "image"}, {"cameraRoll", "image"}, {"location", "location"},
	} {
		t.Run(test.kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			s.shows(action(`{"type":"` + test.kind + `","label":"x"}`))
			s.hit()
			_, err := s.Tap(t.Context(), s.user(), "x")
			require.NoError(t, err)
			require.Equal(t, test.event, s.hit().event.Message["type"])
			require.Empty(t, s.Buttons(s.user()))
		})
	}
	t.Run("when one is used that shows nothing", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, nil)
		s.shows(quick(quickAction(postback("x")), 3))
		require.Len(t, s.Buttons(s.user()), 3)
		old := s.Buttons(s.user())[1]
		_, err := s.Tap(t.Context(), s.user(), "x")
		require.NoError(t, err)
		_, err = s.Tap(t.Context(), s.user(), "x")
		require.ErrorIs(t, err, ErrNoButton)
		_, err = s.Press(t.Context(), s.user(), old, "")
		require.ErrorIs(t, err, ErrNoButton)
	})
	t.Run("when a message comes", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, nil)
		s.shows(action(postback("x")))
		s.shows(hello)
		_, err := s.Tap(t.Context(), s.user(), "x")
		require.ErrorIs(t, err, ErrNoButton)
	})
	t.Run("of all but the last message of a call", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, nil)
		s.shows(action(postback("x")) + "," + action(postback("y")))
		_, err := s.Tap(t.Context(), s.user(), "x")
		require.ErrorIs(t, err, ErrNoButton)
		_, err = s.Tap(t.Context(), s.user(), "y")
		require.NoError(t, err)
	})
}

func TestTapTakesTheNewest(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for i := range 2 {
		s.shows(buttons(`"text":"x"`, fmt.Sprintf(`{"type":"postback","label":"x","data":"%d"}`, i)))
	}
	s.hit()
	_, err := s.Tap(t.Context(), s.user(), "x")
	require.NoError(t, err)
	require.Equal(t, "1", s.hit().event.Postback.Data)
	all := s.Buttons(s.user())
	require.Equal(t, []int{2, 1}, []int{all[0].Seq, all[1].Seq})
	_, err = s.Press(t.Context(), s.user(), all[1], "")
	require.NoError(t, err)
	require.Equal(t, "0", s.hit().event.Postback.Data)
}

func TestPick(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, mode, bounds, value string
		ok                        bool
	}{
		{"date", "date", `"min":"2026-05-01","max":"2026-05-31"`, "2026-05-31", true},
		{"date before min", "date", `"min":"2026-05-01"`, "2026-04-30", false},
		{"date after max", "date", `"max":"2026-05-31"`, "2026-06-01", false},
		{"no such date", "date", `"initial":"2026-05-01"`, "2026-02-30", false},
		{"nothing", "date", `"initial":"2026-05-01"`, "", false},
		{"time", "time", `"min":"09:00"`, "09:00", true},
		{"time with seconds", "time", `"min":"09:00"`, "09:00:00", false},
		{"datetime", "datetime", `"min":"2026-05-01t10:00"`, "2026-05-01T10:00", true},
		{"datetime too early", "datetime", `"min":"2026-05-01t10:00"`, "2026-05-01T09:59", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			s.shows(action(`{"type":"datetimepicker","label":"x","data":"d","mode":"` + test.mode +
				`",` + test.bounds + `}`))
			s.hit()
			_, err := s.Pick(t.Context(), s.user(), "x", test.value)
			if !test.ok {
				require.ErrorIs(t, err, ErrBadInput)
				require.Len(t, s.Buttons(s.user()), 1, "the picker stays")
				return
			}
			require.NoError(t, err)
			e := s.hit().event
			require.Equal(t, "d", e.Postback.Data)
			require.Equal(t, map[string]string{test.mode: test.value}, e.Postback.Params)
			require.Empty(t, s.Buttons(s.user()))
		})
	}
}

func TestPressRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.shows(buttons(`"text":"x"`, postback("x")))
	b := s.Buttons(s.user())[0]
	for _, wrong := range []Button{
		{}, {Seq: -1}, {Seq: 2}, {Seq: b.Seq, Index: -1}, {Seq: b.Seq, Index: 1},
	} {
		_, err := s.Press(t.Context(), s.user(), wrong, "")
		require.ErrorIs(t, err, ErrNoButton, wrong)
	}
	_, err := s.Press(t.Context(), s.user(), b, "2026-05-01")
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.Press(t.Context(), "nobody", b, "")
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.Tap(t.Context(), "nobody", "x")
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.Pick(t.Context(), s.user(), "y", "")
	require.ErrorIs(t, err, ErrNoButton)
	require.Nil(t, s.Buttons("nobody"))
	_, err = s.Unfollow(t.Context(), s.user())
	require.NoError(t, err)
	_, err = s.Tap(t.Context(), s.user(), "x")
	require.ErrorIs(t, err, ErrBlocked)
}

// Whatever a message looks like, its buttons come out in reading order.
func TestButtonsOfEveryKind(t *testing.T) {
	t.Parallel()
	uri := `{"type":"uri","label":"b","uri":"https://example.com/"}`
	tests := []struct {
		name, message string
		want          []string
	}{
		{"buttons with default", buttons(`"text":"x","thumbnailImageUrl":"https://a/b","defaultAction":`+uri,
			postback("c"), postback("d")), []string{"b", "c", "d"}},
		{"confirm", sure, []string{"Yes", "No"}},
		{"carousel", places, []string{"Take it", "Take it", "Take it"}},
		{"image carousel", templateMessage(`{"type":"image_carousel","columns":[{"imageUrl":"https://a/b","action":` +
			postback("a") + `},{"imageUrl":"https://a/b","action":` + uri + `}]}`), []string{"a", "b"}},
		{"imagemap", `{"type":"imagemap","baseUrl":"https://a/b","altText":"x","baseSize":{"width":1040,"height":1},"actions":[{"type":"uri","label":"m","linkUri":"https://a","area":{}}]}`, []string{"m"}},
		{"flex", receipt, []string{"Change", "Call us"}},
		{"flex actions everywhere", flexMessage(`{"type":"bubble","hero":{"type":"image","url":"https://a/b","action":` + postback("1") + `},
			"body":{"type":"box","layout":"vertical","action":` + postback("3") + `,"contents":[
			{"type":"text","text":"t","action":` + postback("2") + `}]},"action":` + postback("4") + `}`),
			[]string{"1", "2", "3", "4"}},
		{"quick replies last", `{"type":"template","altText":"x","template":{"type":"confirm","text":"x","actions":[` +
			postback("1") + `,` + postback("2") + `]},"quickReply":{"items":[` + quickAction(postback("3")) + `]}}`,
			[]string{"1", "2", "3"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			s.shows(test.message)
			var got []string
			for _, b := range s.Buttons(s.user()) {
				got = append(got, b.Label)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestOldTextThatFailsSendsNoPostback(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.shows(buttons(`"text":"x"`, `{"type":"postback","label":"x","data":"d","text":"sent"}`))
	s.hit()
	s.answers(http.StatusInternalServerError, nil)
	_, err := s.Tap(t.Context(), s.user(), "x")
	require.ErrorIs(t, err, ErrWebhook)
	require.Len(t, s.hits, 1)
}
