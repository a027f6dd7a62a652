package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	menu = `{"type":"template","altText":"menu","template":{"type":"buttons","title":"A table",
		"text":"What would you like to do?","thumbnailImageUrl":"https://example.com/t.png","actions":[
		{"type":"postback","label":"Book","data":"book","displayText":"I want to book"},
		{"type":"message","label":"Help","text":"help"},
		{"type":"uri","label":"Our site","uri":"https://example.com/"}]}}`
	when = `{"type":"text","text":"<b>When</b> shall it be?","quickReply":{"items":[
		{"type":"action","action":{"type":"datetimepicker","label":"Pick a date","data":"date",
			"mode":"date","initial":"2026-05-04","min":"2026-05-02","max":"2026-06-30"}},
		{"type":"action","action":{"type":"message","label":"Tomorrow","text":"tomorrow"}},
		{"type":"action","action":{"type":"message","label":"Next week","text":"next week"}}]}}`
	sure = `{"type":"template","altText":"sure?","template":{"type":"confirm",
		"text":"Shall I book it?","actions":[
		{"type":"postback","label":"Yes","data":"yes"},{"type":"postback","label":"No","data":"no"}]}}`
	receipt = `{"type":"flex","altText":"receipt","contents":{"type":"bubble","body":{"type":"box",
		"layout":"vertical","spacing":"md","contents":[
		{"type":"text","text":"RECEIPT","weight":"bold","color":"#1DB446","size":"sm"},
		{"type":"text","text":"A table for two","weight":"bold","size":"xl","margin":"md"},
		{"type":"separator","margin":"lg"},
		{"type":"box","layout":"horizontal","contents":[
			{"type":"text","text":"Date","color":"#777777","flex":1},
			{"type":"text","text":"4 May","align":"end","flex":3}]},
		{"type":"box","layout":"horizontal","contents":[
			{"type":"text","text":"Guests","color":"#777777","flex":1},
			{"type":"text","text":"2","align":"end","flex":3}]}]},
		"footer":{"type":"box","layout":"vertical","spacing":"sm","contents":[
		{"type":"button","style":"primary","color":"#905c44","action":{"type":"postback","label":"Change","data":"change"}},
		{"type":"button","style":"link","action":{"type":"uri","label":"Call us","uri":"tel:000"}}]}}}`
	places = `{"type":"template","altText":"places","template":{"type":"carousel","columns":[
		{"title":"Window","text":"With a view","actions":[{"type":"postback","label":"Take it","data":"w"}]},
		{"title":"Garden","text":"In the shade","actions":[{"type":"postback","label":"Take it","data":"g"}]},
		{"title":"Bar","text":"Quick and loud","actions":[{"type":"postback","label":"Take it","data":"b"}]}]}}`
)

// tinyBot makes the stage's bot talk: a greeting, a menu, a date, a confirmation.
func tinyBot(s *stage) {
	s.answers(http.StatusOK, func(h *hit) {
		e, messages := h.event, ""
		switch {
		case e.Type == "follow":
			messages = `{"type":"text","text":"Welcome! 🍎"}`
		case e.Postback.Data == "book":
			messages = when
		case e.Postback.Data == "date":
			messages = fmt.Sprintf(`{"type":"text","text":"So on %s."},%s`, e.Postback.Params["date"], sure)
		case e.Postback.Data == "yes":
			messages = receipt + "," + places + `,{"type":"sticker","packageId":"446","stickerId":"1988"}`
		case e.Type == "message":
			messages = menu
		default:
			return
		}
		s.reply(e.ReplyToken, messages)
	})
}

const clickButton = `[...document.querySelectorAll("button.tap")].find(b => b.textContent.trim() === %q).click()`

func TestBrowserChat(t *testing.T) {
	s := newStage(t, nil)
	tinyBot(s)
	b := newBrowser(t)
	b.size(1100, 800)
	b.do("Page.navigate", map[string]any{"url": s.api.URL + "/"}, nil)
	b.wait(`document.getElementById("log").innerText.includes("Welcome! 🍎")`)
	require.Equal(t, "follow", s.hit().event.Type)

	b.wait(`document.activeElement.id === "text"`)
	b.do("Input.insertText", map[string]any{"text": "hi <script>alert(1)</script>"}, nil)
	b.do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "Enter", "text": "\r"}, nil)
	b.wait(`document.querySelector(".from-user .bubble").textContent === "hi <script>alert(1)</script>"`)
	b.wait(`document.querySelector(".card")`)
	require.Equal(t, "hi <script>alert(1)</script>", s.hit().event.Message["text"])

	b.eval(fmt.Sprintf(clickButton, "Book"))
	b.wait(`!document.getElementById("quick").hidden`)
	require.Equal(t, "book", s.hit().event.Postback.Data)
	b.wait(`document.getElementById("log").innerText.includes("I want to book")`)
	b.wait(`document.getElementById("log").innerText.includes("<b>When</b>")`)
	b.shot("desktop.png")

	b.eval(fmt.Sprintf(clickButton, "Pick a date"))
	require.Equal(t, "date 2026-05-04 2026-05-02 2026-06-30",
		b.eval(`[picked.type, picked.value, picked.min, picked.max].join(" ")`))
	b.eval(`picked.value = "2026-07-01"; picker.querySelector("[value=ok]").click()`)
	require.Equal(t, true, b.eval(`picker.open`), "a date after max closes the dialog")
	b.shot("picker.png")
	b.eval(`picked.value = "2026-05-04"; picker.querySelector("[value=ok]").click()`)
	b.wait(`document.getElementById("log").innerText.includes("So on 2026-05-04.")`)
	require.Equal(t, map[string]string{"date": "2026-05-04"}, s.hit().event.Postback.Params)
	b.wait(`document.getElementById("quick").hidden`)

	b.eval(fmt.Sprintf(clickButton, "Yes"))
	b.wait(`document.getElementById("log").innerText.includes("Sticker 446/1988")`)
	require.Equal(t, "rgb(144, 92, 68)", b.eval(
		`getComputedStyle(document.querySelector(".flex .style-primary")).backgroundColor`))
	b.size(390, 844)
	b.wait(`scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40`)
	b.shot("phone.png")
	b.do("Emulation.setEmulatedMedia", map[string]any{"features": []any{
		map[string]any{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	b.shot("phone-dark.png")
	s.hit()

	b.eval(`show({reset: true, items: "", quick: "", menu: "", problem: "", friend: true, loading: 5000})`)
	b.wait(`log.children.length === 0 && !loading.hidden`)
	b.eval(`location.reload()`)
	b.wait(`document.readyState === "complete" && document.getElementById("log").innerText.includes("So on")`)

	s.answers(http.StatusInternalServerError, nil)
	b.eval(fmt.Sprintf(clickButton, "Help")) // an old button still works
	b.wait(`document.getElementById("status").textContent === "The bot answered with status 500."`)
	require.Equal(t, true, b.eval(`document.body.scrollHeight <= innerHeight`),
		"the whole page scrolls, not the chat")
	require.Equal(t, true, b.eval(`document.documentElement.scrollWidth <= innerWidth`),
		"the page scrolls sideways on a phone")
	require.False(t, strings.Contains(fmt.Sprint(b.eval(`document.getElementById("log").innerHTML`)), "<script"))
}

func TestBrowserGroupAndMenu(t *testing.T) {
	s := newStage(t, nil)
	g := s.friends()
	menu := s.readyMenu(anArea(buyAction))
	s.call("POST", "/v2/bot/user/all/richmenu/"+menu, "")
	b := newBrowser(t)
	b.size(1100, 800)
	b.do("Page.navigate", map[string]any{"url": s.api.URL + "/"}, nil)
	b.wait(`document.querySelector("#menu-body img")?.naturalWidth === 800`)
	require.Equal(t, "follow", s.hit().event.Type)
	require.Equal(t, true, b.eval(`(() => {
		const menu = document.getElementById("menu-body").getBoundingClientRect();
		const area = document.querySelector("#menu .area").getBoundingClientRect();
		return Math.abs(area.width * 2 - menu.width) < 2 && Math.abs(menu.width / menu.height - 800 / 540) < .02;
	})()`), "areas lie where the menu says")
	b.shot("menu.png")
	b.eval(`document.querySelector("#menu .area").click()`)
	require.Equal(t, "buy", s.hit().event.Postback.Data)
	b.eval(`document.querySelector("#menu .bar").click()`)
	b.wait(`document.getElementById("menu-body").hidden`)

	b.eval(fmt.Sprintf(`(async () => {
		const picture = new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], "p.png");
		const chosen = new DataTransfer();
		chosen.items.add(picture);
		chosen.items.add(picture);
		file.files = chosen.files;
		file.dispatchEvent(new Event("change"));
	})()`, base64.StdEncoding.EncodeToString(pixel)))
	for i := range 2 {
		set := s.hit().event.Message["imageSet"].(map[string]any)
		require.Equal(t, []any{float64(i + 1), 2.0}, []any{set["index"], set["total"]})
	}
	b.wait(`document.querySelector(".photo img")?.naturalWidth === 1`)

	b.eval(`[...document.querySelectorAll("nav a")].find(a => a.textContent.includes("Friends")).click()`)
	b.wait(`document.title === "Friends" && document.readyState === "complete"`)
	push(s, g.ID, hello)
	b.wait(`document.querySelector(".from-bot .who").textContent.startsWith("Bot")`)
	b.eval(`text.value = "@Bot hi"; form.requestSubmit()`)
	require.Equal(t, g.ID, s.hit().event.Source.GroupID)
	b.eval(`[...document.querySelectorAll("nav a")].find(a => a.textContent.includes("User B")).click()`)
	b.wait(`document.querySelector(".from-other .who")?.textContent.startsWith("User A")`)
	b.shot("group.png")
	b.eval(`block.click()`)
	require.Equal(t, "leave", s.hit().event.Type)
	b.wait(`document.getElementById("detail").textContent === "2 members, without the bot"`)
}
