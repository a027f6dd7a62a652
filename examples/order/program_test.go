package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// program is the program, as main serves it, with one user.
type program struct {
	*testing.T
	platform *emulator.Platform
	address  string
	user     emulator.User
	seen     int
}

func start(t *testing.T) *program {
	srv := httptest.NewUnstartedServer(nil)
	p := &program{T: t, address: "http://" + srv.Listener.Addr().String()}
	platform, b, handler := open(p.address)
	p.platform, p.user = platform, platform.Users()[0]
	srv.Config.Handler = handler
	srv.Start()
	t.Cleanup(func() {
		platform.Close()
		srv.Close()
		require.NoError(t, b.Shutdown(context.Background()))
	})
	return p
}

// says is a text of the user, and what the bot answers.
func (p *program) says(text string, answers ...string) {
	p.Helper()
	_, err := p.platform.Say(p.Context(), p.user.Name, text)
	require.NoError(p, err)
	p.hears(answers...)
}

func (p *program) taps(label string, answers ...string) {
	p.Helper()
	_, err := p.platform.Tap(p.Context(), p.user.Name, label)
	require.NoError(p, err)
	p.hears(answers...)
}

// hears waits for the next messages of the bot.
func (p *program) hears(answers ...string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 20*time.Second)
	defer cancel()
	for _, answer := range answers {
		m, err := p.platform.Next(ctx, p.user.Name, p.seen)
		require.NoError(p, err)
		p.seen = m.Seq
		require.Contains(p, m.Text, answer)
	}
}

// orders leads to the payment, and returns its page.
func (p *program) orders() string {
	p.Helper()
	p.says("order", "Our menu")
	p.taps("Add Gyoza", "How many Gyoza?")
	p.says("2", "Total ¥900")
	p.taps("Checkout", "Where to?")
	p.says("1-2-3 Shibuya, Tokyo", "When")
	p.taps("As soon as possible", "phone")
	p.says("０３−１２３４−５６７８", "Phone: 0312345678")
	p.taps("Pay", "Please pay ¥900.")
	for _, b := range p.platform.Buttons(p.user.Name) {
		if b.Label == "Pay now" {
			return b.URI
		}
	}
	p.Fatal("no button to pay")
	return ""
}

// page gets a page, or posts a form to it, as a browser does, and returns what is on it.
func (p *program) page(address string, form url.Values, origin string) (int, string) {
	p.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(p.Context(), method, address, body)
	require.NoError(p, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", origin)
	res, err := http.DefaultClient.Do(req)
	require.NoError(p, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(p, err)
	return res.StatusCode, string(text)
}

// Somebody pays on the provider's page, which tells the shop twice.
func TestPay(t *testing.T) {
	p := start(t)
	at := p.orders()
	_, text := p.page(at, nil, p.address)
	require.Contains(t, text, "¥900")
	status, _ := p.page(at, url.Values{"pay": {"yes"}}, "https://another.example")
	require.Equal(t, http.StatusForbidden, status, "a page elsewhere cannot pay")
	_, text = p.page(at, url.Values{"pay": {"yes"}}, p.address)
	require.Contains(t, text, "go back to the chat")
	p.hears("Thank you! It comes at ")

	_, _ = p.page(at, url.Values{"pay": {"yes"}}, p.address)
	_, _ = p.page(p.address+"/paid", url.Values{"id": {"pay1"}}, p.address)
	p.says("hm", "Say “order” to order.") // and nothing before it
	status, _ = p.page(p.address+"/paid", url.Values{"id": {"pay2"}}, p.address)
	require.Equal(t, http.StatusNotFound, status)
	status, _ = p.page(p.address+"/pay/pay2", nil, p.address)
	require.Equal(t, http.StatusNotFound, status)
}

// A payment is declined; another is paid when the order is over, and given back.
func TestPayLate(t *testing.T) {
	p := start(t)
	at := p.orders()
	_, text := p.page(at, url.Values{}, p.address)
	require.Contains(t, text, "This payment is declined.")
	p.hears("The payment did not work.", "Shall I take the order?")
	p.taps("Pay", "Please pay ¥900.")
	p.taps("Cancel", "Cancelled.")
	_, text = p.page(strings.Replace(at, "pay1", "pay2", 1), url.Values{"pay": {"yes"}}, p.address)
	require.Contains(t, text, "go back to the chat")
	p.hears("That payment was for an order that is over. You get it back.")
	_, text = p.page(strings.Replace(at, "pay1", "pay2", 1), nil, p.address)
	require.Contains(t, text, "This payment is refunded.")
}

// The people at the desk see what the user writes, answer, and give the user back.
func TestDesk(t *testing.T) {
	p := start(t)
	desk := p.address + "/desk"
	p.says("order", "Our menu")
	p.taps("Add Gyoza", "How many Gyoza?")
	p.says("human", "I call somebody")
	p.says("what is gyoza? <3")
	require.Eventually(t, func() bool {
		_, text := p.page(desk, nil, p.address)
		return strings.Contains(text, p.user.ID) && strings.Contains(text, "what is gyoza? &lt;3")
	}, 20*time.Second, 10*time.Millisecond)
	_, text := p.page(desk, url.Values{"user": {p.user.ID}, "text": {`“Dumplings” 🏴󠁧󠁢󠁥󠁮󠁧󠁿`}}, p.address)
	require.Contains(t, text, "Desk: “Dumplings”")
	p.hears("“Dumplings” 🏴󠁧󠁢󠁥󠁮󠁧󠁿")
	_, text = p.page(desk, url.Values{"user": {p.user.ID}, "text": {""}}, p.address)
	require.Contains(t, text, "Nobody needs help.")
	p.hears("You are back with the bot.", "How many Gyoza?")
}
