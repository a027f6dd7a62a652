package line_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

const (
	aMark    = "qWzjaGPC"
	aPicture = "https://example.com/a.png"
)

// buttons are what comes back to the bot with data, of a message.
var buttons = []struct {
	name  string
	of    func(data string) line.Action
	value string // what is picked
}{
	{"postback", func(data string) line.Action { return line.Postback("Yes", data) }, ""},
	{"postback that is shown", func(data string) line.Action { return line.Postback("Yes", data).WithDisplay("Yes!") }, ""},
	{"postback that opens the keyboard", func(data string) line.Action { return line.Postback("Yes", data).WithFillIn("I ") }, ""},
	{"date", func(data string) line.Action { return line.DatePicker("Day", data) }, "2026-12-05"},
	{"time", func(data string) line.Action { return line.TimePicker("Hour", data) }, "19:00"},
	{"date and time", func(data string) line.Action { return line.DatetimePicker("When", data) }, "2026-12-05T19:00"},
}

// places are where a message may have buttons, and how many of its buttons have the action.
var places = []struct {
	name string
	n    int
	of   func(a line.Action) transport.Message
}{
	{"quick reply", 1, func(a line.Action) transport.Message { return line.Text("a").Quick(a) }},
	{"quick reply with an icon", 1, func(a line.Action) transport.Message { return line.Text("a").Quick(line.Icon(aPicture, a)) }},
	{"quick reply of a sticker", 1, func(a line.Action) transport.Message { return line.Sticker("1", "2").Quick(a) }},
	{"quick reply of an imagemap", 1, func(a line.Action) transport.Message {
		return line.Imagemap("https://example.com/map", "map", 1040).Quick(a)
	}},
	{"buttons", 1, func(a line.Action) transport.Message { return line.Buttons("a", a) }},
	{"buttons, on the picture", 2, func(a line.Action) transport.Message {
		return line.Buttons("a", a).WithImage(aPicture).WithDefault(a)
	}},
	{"confirm", 1, func(a line.Action) transport.Message { return line.Confirm("a", a, line.Say("no")) }},
	{"carousel", 1, func(a line.Action) transport.Message { return line.Carousel(line.Column("a", a)) }},
	{"carousel, on the picture", 2, func(a line.Action) transport.Message {
		return line.Carousel(line.Column("a", a).WithImage(aPicture).WithDefault(a))
	}},
	{"image carousel", 1, func(a line.Action) transport.Message { return line.ImageCarousel("a", line.ImageColumn(aPicture, a)) }},
	{"flex button", 1, func(a line.Action) transport.Message { return inBody(flex.Button{Action: a}) }},
	{"flex text", 1, func(a line.Action) transport.Message { return inBody(flex.Text{Text: "a", Action: a}) }},
	{"flex image", 1, func(a line.Action) transport.Message { return inBody(flex.Image{URL: aPicture, Action: a}) }},
	{"flex box", 1, func(a line.Action) transport.Message { return inBody(flex.Box{Layout: "vertical", Action: a}) }},
	{"flex bubble", 1, func(a line.Action) transport.Message { return line.Flex("a", flex.Bubble{Action: a}) }},
	{"flex carousel", 1, func(a line.Action) transport.Message {
		return line.Flex("a", flex.Bubbles(flex.Bubble{Footer: flex.VBox(flex.Button{Action: a})}, flex.Bubble{}))
	}},
}

func inBody(part flex.Component) transport.Message {
	return line.Flex("a", flex.Bubble{Body: flex.VBox(part)})
}

// forms are the ways to make a message: by a type of this package, by JSON, and by a type of LINE's SDK.
var forms = []struct {
	name string
	of   func(t *testing.T, m transport.Message) transport.Message
}{
	{"typed", func(_ *testing.T, m transport.Message) transport.Message { return m }},
	{"JSON", func(t *testing.T, m transport.Message) transport.Message {
		if flex, is := m.(line.FlexMessage); is {
			return line.FlexJSON(flex.AltText, indented(t, []byte(flex.Contents)))
		}
		return line.Raw(indented(t, objectOf(t, m, "")))
	}},
	{"raw", func(t *testing.T, m transport.Message) transport.Message {
		return line.Raw(indented(t, objectOf(t, m, "")))
	}},
	{"SDK", func(t *testing.T, m transport.Message) transport.Message {
		theirs, err := messaging_api.UnmarshalMessage(objectOf(t, m, ""))
		require.NoError(t, err)
		return sdk.Message(theirs)
	}},
}

func objectOf(t *testing.T, m transport.Message, mark string) []byte {
	t.Helper()
	object, err := m.AppendJSON(nil, mark)
	require.NoError(t, err)
	return object
}

func indented(t *testing.T, object []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Indent(&b, object, "", "\t"))
	return b.Bytes()
}

// dataIn returns the data of all objects in a value of JSON.
func dataIn(v any) (all []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, dataIn(item)...)
		}
	case map[string]any:
		if data, is := v["data"].(string); is {
			all = append(all, data)
		}
		for _, field := range v {
			all = append(all, dataIn(field)...)
		}
	}
	return all
}

// everyButton calls f with a message for each button, in each place and each form.
func everyButton(t *testing.T, data string, f func(t *testing.T, m transport.Message, n int, value string)) {
	t.Helper()
	for _, place := range places {
		for _, button := range buttons {
			for _, form := range forms {
				t.Run(fmt.Sprintf("%s/%s/%s", place.name, button.name, form.name), func(t *testing.T) {
					f(t, form.of(t, place.of(button.of(data))), place.n, button.value)
				})
			}
		}
	}
}

// TestEveryButtonIsMarked shows that each button has the mark, and that a tap on it has it too.
func TestEveryButtonIsMarked(t *testing.T) {
	channel, err := line.New("secret", "token", nil)
	require.NoError(t, err)
	const data = "~yes&\"日\u2028~"
	for _, mark := range []string{aMark, "qW-----N", ""} {
		everyButton(t, data, func(t *testing.T, m transport.Message, n int, _ string) {
			require.NoError(t, m.Validate())
			var object any
			require.NoError(t, json.Unmarshal(objectOf(t, m, mark), &object))
			shown := dataIn(object)
			require.Len(t, shown, n)
			for _, s := range shown {
				require.Equal(t, transport.Mark(data, mark), s)
				tap, err := json.Marshal(map[string]any{"type": "postback", "postback": map[string]any{"data": s}})
				require.NoError(t, err)
				e, err := channel.Decode("", tap)
				require.NoError(t, err)
				require.Equal(t, transport.Postback{Data: data, Mark: mark}, e.Postback)
			}
		})
	}
}

// The switch of a rich menu works in rich menus alone. Where it stands in JSON, it is marked all the same.
func TestSwitchIsMarked(t *testing.T) {
	action := objectOf(t, line.Raw([]byte(`{"type":"richmenuswitch","richMenuAliasId":"a","data":"x"}`)), "")
	for name, m := range map[string]transport.Message{
		"raw":         line.Raw([]byte(`{"type":"new","action":` + string(action) + `}`)),
		"flex":        line.FlexJSON("a", []byte(`{"type":"bubble","action":`+string(action)+`}`)),
		"quick reply": line.Text("a").Quick(line.RichMenuSwitch("a", "x")),
		"SDK": sdk.Message(messaging_api.TextMessage{Text: "a", QuickReply: &messaging_api.QuickReply{
			Items: []messaging_api.QuickReplyItem{{Action: messaging_api.RichMenuSwitchAction{RichMenuAliasId: "a", Data: "x"}}},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			var object any
			require.NoError(t, json.Unmarshal(objectOf(t, m, aMark), &object))
			require.Equal(t, []string{"~" + aMark + "~x"}, dataIn(object))
		})
	}
}

// What says something or leads elsewhere has no data, and so no mark.
func TestOtherActionsAreNotMarked(t *testing.T) {
	quick := []line.Action{
		line.Say("yes"), line.URI("Map", aPicture), line.Clipboard("Copy", "x"), line.Camera("Photo"),
		line.CameraRoll("Album"), line.ShareLocation("Where"),
	}
	m := line.Imagemap("https://example.com/map", "map", 1040).Tap(line.Area{Width: 1, Height: 1}, line.Say("yes")).Quick(quick...)
	require.NoError(t, m.Validate())
	require.Equal(t, string(objectOf(t, m, "")), string(objectOf(t, m, aMark)))
	require.ErrorContains(t, m.Tap(line.Area{Width: 1, Height: 1}, line.Postback("Yes", "yes")).Validate(),
		"actions[1].type: not of an imagemap")
}

// LINE takes 300 UTF-16 code units of data. With the mark before it, 290 of the author's are exactly that.
func TestDataInFull(t *testing.T) {
	s := newMarkStage(t)
	for _, tt := range []struct {
		name, data string
		units      int
	}{
		{"289", strings.Repeat("d", 289), 289},
		{"290", strings.Repeat("d", 290), 290},
		{"291", strings.Repeat("d", 291), 291},
		{"290 of two units each", strings.Repeat("🍎", 145), 290},
		{"292 of two units each", strings.Repeat("🍎", 146), 292},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fits := tt.units <= 290
			everyButton(t, tt.data, func(t *testing.T, m transport.Message, _ int, _ string) {
				if err := m.Validate(); fits {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, fmt.Sprintf("data: %d of at most 290 UTF-16 code units", tt.units))
				}
			})
			for _, button := range buttons {
				err := s.push(line.Text("a").Quick(button.of(tt.data)))
				require.Equal(t, fits, err == nil, "LINE with the mark: %s: %v", button.name, err)
			}
		})
	}
}

// markStage is a channel on LINE's stand-in, with a user, that keeps the postbacks which come.
type markStage struct {
	*emulator.Platform
	t       *testing.T
	channel *line.Channel
	sent    uint64 // messages, each with a key of its own

	mu    sync.Mutex
	taken []transport.Event
}

func newMarkStage(t *testing.T) *markStage {
	t.Helper()
	s, network := &markStage{t: t}, memnet.New(t)
	s.Platform = emulator.New("secret", "token", &emulator.Options{
		Users: []string{"Ann"}, NoRateLimits: true, Client: network.Client(),
	})
	t.Cleanup(s.Close)
	o := line.Options{
		Endpoint: network.Serve("line.test", s.Platform), Client: network.Client(), Logger: slog.New(slog.DiscardHandler),
		Processes: -1,
	}
	var err error
	s.channel, err = line.New("secret", "token", &o)
	require.NoError(t, err)
	s.SetWebhook(network.Serve("bot.test", s.channel.Handler(s.take)))
	_, err = s.Follow(t.Context(), "Ann")
	require.NoError(t, err)
	return s
}

func (s *markStage) take(_ context.Context, events []transport.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		again, err := s.channel.Decode("", e.Raw)
		if err != nil || again.Postback.Data != e.Postback.Data || again.Postback.Mark != e.Postback.Mark {
			return fmt.Errorf("a stored event is not what came: %w", err)
		}
		if e.Kind == transport.KindPostback {
			s.taken = append(s.taken, e)
		}
	}
	return nil
}

// push sends a marked message.
func (s *markStage) push(m transport.Message) error {
	s.t.Helper()
	id := s.Users()[0].ID
	messages := "[" + string(objectOf(s.t, m, aMark)) + "]"
	d := &transport.Delivery{
		Source: transport.Source{Chat: transport.ChatUser, ChatID: id, UserID: id}, PushOK: true, Messages: []byte(messages),
	}
	s.sent++
	binary.BigEndian.PutUint64(d.Key[:], s.sent)
	_, err := s.channel.Send(s.t.Context(), d)
	return err
}

// press taps a button and returns what comes.
func (s *markStage) press(b emulator.Button, value string) transport.Postback {
	s.t.Helper()
	_, err := s.Press(s.t.Context(), "Ann", b, value)
	require.NoError(s.t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(s.t, s.taken, 1)
	e := s.taken[0]
	s.taken = nil
	return e.Postback
}

// LINE brings the data of a button as it was sent, and the channel takes the mark off.
func TestTapsBringTheMark(t *testing.T) {
	s := newMarkStage(t)
	const data = "~yes&\"日~"
	everyButton(t, data, func(t *testing.T, m transport.Message, n int, value string) {
		require.NoError(t, s.push(m))
		all := s.Messages("Ann")
		newest, found := all[len(all)-1].Seq, 0
		for _, b := range s.Buttons("Ann") {
			if b.Seq != newest || b.Data == "" {
				continue
			}
			found++
			got := s.press(b, value)
			require.Equal(t, data, got.Data)
			require.Equal(t, aMark, got.Mark)
			require.Equal(t, value, got.Params[b.Mode])
		}
		require.Equal(t, n, found)
	})
}

// The areas of a rich menu belong to no step.
func TestTapsOnAMenuBringNoMark(t *testing.T) {
	s := newMarkStage(t)
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 400))))
	home := richmenu.Menu{Alias: "home", Default: true, Image: b.Bytes(), RichMenu: line.RichMenu{ChatBarText: "Menu"}}
	for i, a := range []line.Action{
		line.Postback("Yes", "yes"), line.DatePicker("Day", "day"), line.RichMenuSwitch("home", "tab").WithLabel("Tab"),
	} {
		home.Areas = append(home.Areas, line.RichMenuArea{Area: line.Area{X: 200 * i, Width: 200, Height: 400}, Action: a})
	}
	_, err := richmenu.Apply(t.Context(), s.channel, []richmenu.Menu{home}, nil)
	require.NoError(t, err)
	var got []transport.Postback
	for _, b := range s.Buttons("Ann") {
		value := ""
		if b.Mode != "" {
			value = "2026-12-05"
		}
		got = append(got, s.press(b, value))
	}
	require.Equal(t, []transport.Postback{
		{Data: "yes"},
		{Data: "day", Params: map[string]string{"date": "2026-12-05"}},
		{Data: "tab", Params: map[string]string{"newRichMenuAliasId": "home", "status": "SUCCESS"}},
	}, got)
}
