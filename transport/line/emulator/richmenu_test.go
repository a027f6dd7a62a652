package emulator

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// anArea is an area of a menu with an action.
func anArea(action string) string {
	return `{"bounds":{"x":0,"y":0,"width":400,"height":250},"action":` + action + `}`
}

func menuOf(areas string) string {
	return `{"size":{"width":800,"height":540},"selected":true,"name":"Nice","chatBarText":"Tap",` +
		`"areas":[` + areas + `]}`
}

const buyAction = `{"type":"postback","label":"Buy","data":"buy"}`

func picture(t *testing.T, format string, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	m := image.NewGray(image.Rect(0, 0, width, height))
	if format == "jpeg" {
		require.NoError(t, jpeg.Encode(&b, m, nil))
	} else {
		require.NoError(t, png.Encode(&b, m))
	}
	return b.Bytes()
}

// makesMenu makes a menu without an image, and returns its id.
func (s *stage) makesMenu(areas string) string {
	s.t.Helper()
	r := s.call("POST", "/v2/bot/richmenu", menuOf(areas))
	require.Equal(s.t, 200, r.status, r.raw)
	var body struct{ RichMenuID string }
	decode(s.t, r.raw, &body)
	require.Regexp(s.t, menuID, body.RichMenuID)
	return body.RichMenuID
}

func (s *stage) uploadsImage(menu, media string, data []byte) result {
	s.t.Helper()
	return s.call("POST", "/v2/bot/richmenu/"+menu+"/content", string(data), "Content-Type", media)
}

// readyMenu makes a menu with an image.
func (s *stage) readyMenu(areas string) string {
	s.t.Helper()
	id := s.makesMenu(areas)
	require.Equal(s.t, 200, s.uploadsImage(id, "image/png", picture(s.t, "png", 800, 540)).status)
	return id
}

// follows makes friends of everyone.
func (s *stage) follows() {
	s.t.Helper()
	for _, u := range s.Users() {
		_, err := s.Follow(s.t.Context(), u.ID)
		require.NoError(s.t, err)
		s.hit()
	}
}

func TestMenuChecks(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	good := menuOf(anArea(buyAction))
	change := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	areas := strings.TrimSuffix(strings.Repeat(anArea(buyAction)+",", 21), ",")
	tests := []struct{ name, body, property, message string }{
		{"fine", good, "", ""},
		{"twenty areas", menuOf(strings.TrimSuffix(strings.Repeat(anArea(buyAction)+",", 20), ",")), "", ""},
		{"no areas at all", menuOf(""), "", ""},
		{"a switch", menuOf(anArea(`{"type":"richmenuswitch","richMenuAliasId":"a-b_1","data":"x"}`)), "", ""},
		{"no name", change(`"name":"Nice",`, ""), "name", "must be specified"},
		{"an empty name", change(`"Nice"`, `""`), "name", "May not be empty"},
		{"no size", change(`"size":{"width":800,"height":540},`, ""), "size", "must be specified"},
		{"no bar text", change(`"chatBarText":"Tap",`, ""), "chatBarText", "must be specified"},
		{"a long bar text", change(`"Tap"`, `"`+a(15)+`"`), "chatBarText", "Length must be between 1 and 14"},
		{"a long name", change(`"Nice"`, `"`+a(301)+`"`), "name", "Length must be between 1 and 300"},
		{"no selected", change(`"selected":true,`, ""), "selected", "must be specified"},
		{"selected is no boolean", change("true", `"yes"`), "selected", "Must be a boolean"},
		{"too narrow", change(`"width":800`, `"width":799`), "size.width", "must be between 800 and 2500"},
		{"too low", change(`"height":540`, `"height":249`), "size.height", "must be between 250"},
		{"too high", change(`"height":540`, `"height":552`), "size", "The aspect ratio must be at least 1.45"},
		{"21 areas", menuOf(areas), "areas", "Size must be between 0 and 20"},
		{"a negative place", change(`"x":0`, `"x":-1`), "areas[0].bounds.x", "must be between 0"},
		{"no width", change(`"width":400,`, ""), "areas[0].bounds.width", "must be specified"},
		{"outside", change(`"x":0`, `"x":401`), "areas[0].bounds", "Must be within the rich menu"},
		{"no bounds", menuOf(`{"action":` + buyAction + `}`), "areas[0].bounds", "must be specified"},
		{"no action", menuOf(`{"bounds":{"x":0,"y":0,"width":1,"height":1}}`), "areas[0].action", "must be specified"},
		{"a bad link", menuOf(anArea(`{"type":"uri","uri":"ftp://x"}`)), "areas[0].action.uri", "invalid uri"},
		{"a camera", menuOf(anArea(`{"type":"camera","label":"x"}`)), "areas[0].action.type", "Must be one of"},
		{"a bad alias", menuOf(anArea(`{"type":"richmenuswitch","richMenuAliasId":"A","data":"x"}`)),
			"areas[0].action.richMenuAliasId", "invalid richMenuAliasId"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call("POST", "/v2/bot/richmenu/validate", test.body)
			if test.property == "" {
				require.Equal(t, 200, r.status, r.raw)
				require.JSONEq(t, `{}`, r.raw)
				return
			}
			require.Equal(t, 400, r.status, r.raw)
			require.Equal(t, "The request body has 1 error(s)", r.Message, r.raw)
			require.Equal(t, test.property, r.Details[0].Property)
			require.Contains(t, r.Details[0].Message, test.message)
			require.Equal(t, 400, s.call("POST", "/v2/bot/richmenu", test.body).status)
		})
	}
	require.JSONEq(t, `{"richmenus":[]}`, s.call("GET", "/v2/bot/richmenu/list", "").raw,
		"validation creates nothing")
	r := s.call("POST", "/v2/bot/message/validate/push", `{"messages":[{"type":"text","text":"x",
		"quickReply":{"items":[{"type":"action","action":{"type":"richmenuswitch","label":"x",
		"richMenuAliasId":"a","data":"x"}}]}}]}`)
	require.Equal(t, 400, r.status, "a switch is for rich menus only")
}

func TestMenuLife(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	first, second := s.makesMenu(anArea(buyAction)), s.makesMenu("")
	r := s.call("GET", "/v2/bot/richmenu/"+first, "")
	want := strings.Replace(menuOf(anArea(buyAction)), "{", `{"richMenuId":"`+first+`",`, 1)
	require.JSONEq(t, want, r.raw)
	var list struct{ RichMenus []struct{ RichMenuID string } }
	decode(t, s.call("GET", "/v2/bot/richmenu/list", "").raw, &list)
	require.Equal(t, first, list.RichMenus[0].RichMenuID)
	require.Equal(t, second, list.RichMenus[1].RichMenuID)
	require.JSONEq(t, `{}`, s.call("DELETE", "/v2/bot/richmenu/"+first, "").raw)
	for _, method := range []string{"GET", "DELETE"} {
		r = s.call(method, "/v2/bot/richmenu/"+first, "")
		require.Equal(t, 404, r.status)
		require.JSONEq(t, `{"message":"Not found"}`, r.raw)
	}
}

func TestMenuLimit(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	for range maxMenus {
		s.makesMenu("")
	}
	require.Equal(t, 400, s.call("POST", "/v2/bot/richmenu", menuOf("")).status)
}

func TestMenuImage(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.makesMenu("")
	path := "/v2/bot/richmenu/" + id + "/content"
	require.Equal(t, 404, s.call("GET", path, "").status, "there is none yet")
	fine := picture(t, "jpeg", 800, 540)
	tests := []struct {
		name, media string
		data        []byte
	}{
		{"no image", "image/png", []byte("x")},
		{"of another type", "image/png", fine},
		{"too narrow", "image/png", picture(t, "png", 799, 540)},
		{"too wide", "image/png", picture(t, "png", 2501, 800)},
		{"too low", "image/png", picture(t, "png", 800, 249)},
		{"too high", "image/png", picture(t, "png", 800, 552)},
		{"too large", "image/jpeg", append(bytes.Clone(fine), make([]byte, maxMenuImage)...)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.uploadsImage(id, test.media, test.data)
			require.Equal(t, 400, r.status)
			require.JSONEq(t, `{"message":"The image size is not allowed for richmenu"}`, r.raw)
		})
	}
	require.Equal(t, 415, s.uploadsImage(id, "image/gif", fine).status)
	require.Equal(t, 404, s.uploadsImage("richmenu-x", "image/jpeg", fine).status)
	require.JSONEq(t, `{}`, s.uploadsImage(id, "image/jpeg", fine).raw)
	r := s.call("GET", path, "")
	require.Equal(t, string(fine), r.raw)
	require.Equal(t, "image/jpeg", r.header.Get("Content-Type"))
	r = s.uploadsImage(id, "image/jpeg", fine)
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"An image has already been uploaded to the richmenu"}`, r.raw)
}

func TestDefaultMenu(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	const all = "/v2/bot/user/all/richmenu"
	r := s.call("GET", all, "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"no default richmenu","details":[]}`, r.raw)
	bare := s.makesMenu("")
	r = s.call("POST", all+"/"+bare, "", "Content-Type", "")
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"must upload richmenu image before applying it to user","details":[]}`, r.raw)
	require.Equal(t, 404, s.call("POST", all+"/richmenu-x", "").status)
	id := s.readyMenu(anArea(buyAction))
	require.JSONEq(t, `{}`, s.call("POST", all+"/"+id, "").raw)
	require.JSONEq(t, `{"richMenuId":"`+id+`"}`, s.call("GET", all, "").raw)
	require.Equal(t, id, s.Menu("User A"))
	_, err := s.Tap(t.Context(), "User A", "Buy")
	require.NoError(t, err)
	require.Equal(t, "buy", s.hit().event.Postback.Data)
	require.JSONEq(t, `{}`, s.call("DELETE", all, "").raw)
	require.Empty(t, s.Menu("User A"))
	s.call("POST", all+"/"+id, "")
	s.call("DELETE", "/v2/bot/richmenu/"+id, "")
	require.Empty(t, s.Menu("User A"))
	require.Equal(t, 404, s.call("GET", all, "").status)
	require.Empty(t, s.Menu("nobody"))
}

func TestMenuOfAUser(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.follows()
	mine, everyone, bare := s.readyMenu(""), s.readyMenu(""), s.makesMenu("")
	s.call("POST", "/v2/bot/user/all/richmenu/"+everyone, "")
	path := "/v2/bot/user/" + s.user() + "/richmenu"
	r := s.call("GET", path, "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"the user has no richmenu","details":[]}`, r.raw)
	require.JSONEq(t, `{}`, s.call("POST", path+"/"+mine, "").raw)
	require.JSONEq(t, `{"richMenuId":"`+mine+`"}`, s.call("GET", path, "").raw)
	require.Equal(t, mine, s.Menu("User A"))
	require.Equal(t, everyone, s.Menu("User B"))
	require.Equal(t, 400, s.call("POST", path+"/"+bare, "").status)
	require.Equal(t, 404, s.call("POST", path+"/richmenu-x", "").status)
	for _, method := range []string{"GET", "DELETE"} {
		require.Equal(t, "The value for the 'userId' parameter is invalid",
			s.call(method, "/v2/bot/user/x/richmenu", "").Message)
	}
	require.Equal(t, 400, s.call("POST", "/v2/bot/user/x/richmenu/"+mine, "").status)
	require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+stranger+"/richmenu/"+mine, "").status)
	require.JSONEq(t, `{}`, s.call("DELETE", path, "").raw)
	require.Equal(t, everyone, s.Menu("User A"))

	s.call("POST", path+"/"+mine, "")
	_, err := s.Unfollow(t.Context(), "User A")
	require.NoError(t, err)
	require.Equal(t, everyone, s.Menu("User A"), "its own is for friends")
	require.Equal(t, 200, s.call("POST", path+"/"+mine, "").status)
	require.Equal(t, 404, s.call("GET", path, "").status, "no friend: accepted, and not linked")
}

func TestAliases(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	a, b, bare := s.readyMenu(""), s.readyMenu(""), s.makesMenu("")
	const path = "/v2/bot/richmenu/alias"
	create := func(alias, menu string) result {
		return s.call("POST", path, `{"richMenuAliasId":"`+alias+`","richMenuId":"`+menu+`"}`)
	}
	require.JSONEq(t, `{}`, create("tab-b", a).raw)
	require.JSONEq(t, `{}`, create("tab-a", a).raw)
	require.JSONEq(t, `{"message":"conflict richmenu alias id","details":[]}`, create("tab-a", a).raw)
	for _, menu := range []string{bare, "richmenu-" + strings.Repeat("0", 32)} {
		r := create("tab-c", menu)
		require.Equal(t, 400, r.status)
		require.JSONEq(t, `{"message":"richmenu not found","details":[]}`, r.raw)
	}
	require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[
		{"message":"invalid richMenuId","property":"richMenuId"}]}`, create("tab-c", "x").raw)
	require.Equal(t, "richMenuAliasId", create("Tab", a).Details[0].Property)
	require.JSONEq(t, `{"richMenuAliasId":"tab-a","richMenuId":"`+a+`"}`, s.call("GET", path+"/tab-a", "").raw)
	require.JSONEq(t, `{}`, s.call("POST", path+"/tab-a", `{"richMenuId":"`+b+`"}`).raw)
	require.Equal(t, 400, s.call("POST", path+"/tab-a", `{"richMenuId":"`+bare+`"}`).status)
	require.JSONEq(t, `{"aliases":[{"richMenuAliasId":"tab-a","richMenuId":"`+b+`"},
		{"richMenuAliasId":"tab-b","richMenuId":"`+a+`"}]}`, s.call("GET", path+"/list", "").raw)
	require.JSONEq(t, `{}`, s.call("DELETE", path+"/tab-a", "").raw)
	for _, method := range []string{"GET", "DELETE", "POST"} {
		r := s.call(method, path+"/tab-a", `{"richMenuId":"`+b+`"}`)
		require.Equal(t, 404, r.status)
		require.JSONEq(t, `{"message":"richmenu alias not found","details":[]}`, r.raw)
		require.Equal(t, 400, s.call(method, path+"/A", `{"richMenuId":"`+b+`"}`).status)
	}
	for i := 1; i < maxAliases; i++ {
		require.Equal(t, 200, create(fmt.Sprintf("x%d", i), a).status)
	}
	require.Equal(t, 400, create("one-more", a).status)
}

func TestMenuSwitch(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.follows()
	to := func(alias string) string {
		return anArea(`{"type":"richmenuswitch","label":"Go","richMenuAliasId":"` + alias + `","data":"went"}`)
	}
	first, second := s.readyMenu(to("second")), s.readyMenu(to("first"))
	s.call("POST", "/v2/bot/user/all/richmenu/"+first, "")
	taps := func() map[string]string {
		t.Helper()
		d, err := s.Tap(t.Context(), "User A", "Go")
		require.NoError(t, err)
		require.NotEmpty(t, d.ReplyToken)
		h := s.hit()
		require.Equal(t, "went", h.event.Postback.Data)
		return h.event.Postback.Params
	}
	require.Equal(t, map[string]string{"status": "RICHMENU_ALIAS_ID_NOTFOUND"}, taps())
	s.call("POST", "/v2/bot/richmenu/alias", `{"richMenuAliasId":"second","richMenuId":"`+second+`"}`)
	require.Equal(t, map[string]string{"status": "SUCCESS", "newRichMenuAliasId": "second"}, taps())
	require.Equal(t, second, s.Menu("User A"))
	require.Equal(t, first, s.Menu("User B"), "the other user's stays")
	s.call("POST", "/v2/bot/richmenu/alias", `{"richMenuAliasId":"first","richMenuId":"`+first+`"}`)
	s.call("DELETE", "/v2/bot/richmenu/"+first, "")
	require.Equal(t, map[string]string{"status": "RICHMENU_NOTFOUND"}, taps())

	stale := s.Buttons("User A")[0]
	require.Zero(t, stale.Seq)
	s.call("DELETE", "/v2/bot/richmenu/"+second, "")
	_, err := s.Press(t.Context(), "User A", stale, "")
	require.ErrorIs(t, err, ErrNoButton)
}

func TestPageOfAMenu(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.readyMenu(anArea(`{"type":"postback","label":"<b>Buy</b>","data":"buy"}`))
	s.call("POST", "/v2/bot/user/all/richmenu/"+id, "")
	page := s.call("GET", "/", "").raw
	require.Contains(t, page, `src="chat/menu?id=`+id+`"`)
	require.Contains(t, page, `data-place="0.000 0.000 50.000 46.296"`)
	require.NotContains(t, page, "<b>Buy")
	r := s.call("GET", "/chat/menu?id="+id, "")
	require.Equal(t, "image/png", r.header.Get("Content-Type"))
	require.Equal(t, 404, s.call("GET", "/chat/menu?id=x", "").status)
	_, u := s.listen(s.boot+"-0", "")()
	require.Contains(t, u.Menu, id)
}
