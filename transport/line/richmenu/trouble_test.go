package richmenu

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// on gives each call that begins like this a fault.
func on(call string, what fault) func(int, string) fault {
	return func(_ int, c string) fault {
		if strings.HasPrefix(c, call) {
			return what
		}
		return none
	}
}

func TestApplyRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deployed(t)
		f.fail = on("DELETE richmenu/richmenu-", limited)
		changes, err := apply(f, after...)
		require.EqualError(t, err, "richmenu: delete removed (richmenu-3): LINE allows no more such calls now, "+
			"apply again later: line: status 429: The API rate limit has been exceeded (request request-"+
			strings.TrimSuffix(lastRequest(f), ")")+")")
		var refusal *line.APIError
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 429, refusal.Status)
		require.Equal(t, "delete the alias of removed (richmenu-3)", changes[len(changes)-1])
		f.fail = nil
		_, err = apply(f, after...)
		require.NoError(t, err)
		settled(t, f, after...)
	})
}

func lastRequest(f *fakeLINE) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, _ := json.Marshal(f.calls)
	return string(b)
}

// An image that LINE refuses costs one menu, not one for each attempt.
func TestApplyRefused(t *testing.T) {
	f := newFake(t)
	f.fail = on("POST richmenu/richmenu-1/content", refused)
	_, err := apply(f, menu("first", "x"))
	require.ErrorContains(t, err, "richmenu: upload the image of first (richmenu-1): line: status 400")
	require.Equal(t, 1, f.made)
	f.fail = nil
	_, err = apply(f, menu("first", "y"))
	require.NoError(t, err)
	require.Len(t, f.menus, 1, "the one without an image is deleted")
}

// changed is an account on which a menu is to be replaced.
func changed(t *testing.T) *fakeLINE {
	f := newFake(t)
	_, err := apply(f, menu("first", "x"))
	require.NoError(t, err)
	f.linked["ann"] = "richmenu-1"
	return f
}

func TestMoveTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := changed(t)
		f.phases = []string{"unknown", "ongoing", "ongoing"}
		_, err := apply(f, menu("first", "y"))
		require.NoError(t, err)
		require.Empty(t, f.phases)
		require.Len(t, f.menus, 1)
	})
}

// Until LINE has moved the users, the old menu stays; a later set-up goes on.
func TestMoveUnfinished(t *testing.T) {
	for _, tt := range []struct {
		name    string
		phases  []string
		fail    func(int, string) fault
		batches int // that LINE accepted
	}{
		{"for hours", []string{"ongoing", "ongoing", "ongoing", "ongoing", "ongoing", "ongoing"}, nil, 1},
		{"failed", []string{"failed"}, nil, 1},
		{"too many moves", nil, on("POST richmenu/batch", limited), 0},
		{"too many looks", nil, on("GET richmenu/progress", refused), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { moveUnfinished(t, tt.phases, tt.fail, tt.batches) })
		})
	}
}

func moveUnfinished(t *testing.T, phases []string, fail func(int, string) fault, batches int) {
	t.Helper()
	f := changed(t)
	f.phases, f.fail = phases, fail
	f.took()
	_, err := Apply(t.Context(), f.channel(), []Menu{menu("first", "y")}, &Options{Wait: 10 * time.Second})
	require.ErrorIs(t, err, ErrUnfinished)
	require.Equal(t, "richmenu-2", f.aliases["first"])
	require.NotNil(t, f.menu("richmenu-1"), "users may still see it")
	accepted := 0
	for _, call := range f.took() {
		if strings.HasPrefix(call, "POST richmenu/batch") {
			accepted++
		}
	}
	require.Equal(t, batches, accepted)
	f.phases, f.fail = nil, nil
	_, err = apply(f, menu("first", "y"))
	require.NoError(t, err)
	require.Equal(t, "richmenu-2", f.linked["ann"])
	settled(t, f, menu("first", "y"))
}

func TestMoveEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := changed(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.fail = func(_ int, call string) fault {
			if strings.HasPrefix(call, "POST richmenu/batch") {
				time.AfterFunc(time.Second, cancel)
			}
			return none
		}
		_, err := Apply(ctx, f.channel(), []Menu{menu("first", "y")}, &Options{poll: time.Hour})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, ErrUnfinished)
	})
}

// The SDK sends menus as line.RichMenu says, with every action that they may hold.
func TestSDKLosesNothing(t *testing.T) {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	m := menu("a", "b")
	m.Width, m.Height, m.Selected = 800, 250, true
	for _, a := range []line.Action{
		line.Postback("l", "d").WithDisplay("display"), line.Postback("l", "d").WithFillIn("fill"),
		line.Postback("", "d").WithInput(line.InputOpenRichMenu), line.SayAs("l", "text"), line.SayAs("", "<&>"),
		line.URI("l", "https://example.com/?a=b&c=d").WithDesktop("https://example.com/"), line.URI("", "tel:1"),
		line.DatePicker("l", "d").Between(day, day.AddDate(0, 1, 0)), line.TimePicker("", "d"),
		line.DatetimePicker("l", "d").StartingAt(day), line.Clipboard("l", "text"),
		line.RichMenuSwitch("other", "d").WithLabel("l"), line.RichMenuSwitch("other", "d"),
	} {
		m.Areas = append(m.Areas, line.RichMenuArea{Area: line.Area{X: 1, Width: 1, Height: 2}, Action: a})
	}
	require.NoError(t, m.Validate())
	want := m.AppendJSON(nil, "name")
	var req messaging_api.RichMenuRequest
	require.NoError(t, json.Unmarshal(want, &req))
	got, err := json.Marshal(&req)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))
}
