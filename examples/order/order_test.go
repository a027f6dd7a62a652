package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
)

// update writes the transcripts and the diagram again.
var update = os.Getenv("KAIWA_UPDATE") != ""

// trusting is a provider that takes every payment for paid of which it is asked: a transcript has no page
// to pay on.
type trusting struct {
	*Till
	captured map[string]bool
	services *flowtest.Services
}

func (p trusting) Capture(_ context.Context, id string) error {
	p.services.Told("till", "capture "+id)
	p.captured[id] = true
	return nil
}

func (p trusting) Refund(_ context.Context, _, id string) (bool, error) {
	if p.captured[id] {
		return false, nil
	}
	p.services.Told("till", "refund "+id)
	return true, nil
}

// heard is a desk that a transcript shows.
type heard struct{ services *flowtest.Services }

func (d heard) Tell(_ context.Context, _, _, text string) error {
	d.services.Told("desk", text)
	return nil
}

func world() World { return worldOf(&flowtest.Services{}) }

func worldOf(services *flowtest.Services) World {
	return World{Shop: &Kitchen{}, Coupons: Leaflet{}, Desk: heard{services},
		Payments: trusting{&Till{Address: "https://pay.example"}, map[string]bool{}, services}}
}

func harness() *flowtest.Options {
	start := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	return &flowtest.Options{Bot: *options(), Start: start, Update: update, Cover: true}
}

func TestTranscripts(t *testing.T) {
	o := harness()
	o.Services = &flowtest.Services{}
	flowtest.Run(t, "testdata/*.txt", func(*testing.T) []*flow.Flow { return []*flow.Flow{New(worldOf(o.Services))} }, o)
}

// away is a service that is away for as long as a test wants.
type away struct {
	Coupons
	until time.Time
}

func (a *away) Coupon(ctx context.Context, code string) (Coupon, error) {
	if time.Now().Before(a.until) {
		return Coupon{}, errors.New("the coupon service is away")
	}
	return a.Coupons.Coupon(ctx, code)
}

// The coupon service is away for a minute. The good code is answered when it is back, once.
func TestCouponServiceAway(t *testing.T) {
	w := world()
	service := &away{Coupons: w.Coupons}
	w.Coupons = service
	flowtest.Talk(t, []*flow.Flow{New(w)}, harness(), func(c *flowtest.Chat) {
		c.Say("order")
		c.Tap("Add Gyoza")
		c.Say("2")
		c.Tap("Coupon")
		c.Sent()

		service.until = time.Now().Add(time.Minute)
		c.Say("ten")
		c.Wait(59 * time.Second)
		require.Empty(t, c.Sent())
		require.Equal(t, "order/coupon", c.State())
		require.NotEmpty(t, c.Errors(), "an operator sees it")

		c.Wait(20 * time.Second)
		sent := c.Sent()
		require.Len(t, sent, 2)
		require.Equal(t, "10% off!", sent[0])
		require.Contains(t, sent[1], "Coupon TEN: −10%\nTotal ¥810")
		require.Equal(t, "order/cart", c.State())
		c.Wait(3 * time.Minute)
		require.Empty(t, c.Sent())
	})
}

// set gives a payment a status, as what happens on its page does, and does not call the shop.
func set(till *Till, n int, to Status) {
	till.mu.Lock()
	defer till.mu.Unlock()
	till.payments[n].Status = to
}

func status(t *testing.T, till *Till, id string) Status {
	p, err := till.Get(t.Context(), id)
	require.NoError(t, err)
	return p.Status
}

func cooked(k *Kitchen) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.orders)
}

// What comes from outside is not trusted: the provider is asked.
func TestPaidIsNotTrusted(t *testing.T) {
	w, kitchen := world(), &Kitchen{}
	till := &Till{Address: "https://pay.example"}
	w.Payments, w.Shop = till, kitchen
	flowtest.Talk(t, []*flow.Flow{New(w)}, harness(), func(c *flowtest.Chat) {
		c.Say("order")
		c.Tap("Add Gyoza")
		c.Say("2")
		c.Tap("Checkout")
		c.Say("1-2-3 Shibuya, Tokyo")
		c.Say("asap")
		c.Say("0312345678")
		c.Tap("Pay")
		require.Equal(t, "order/pay", c.State())
		c.Sent()

		c.Signal("paid", Callback{"pay1"}, "")
		c.Wait(time.Second)
		require.Empty(t, c.Sent())
		require.Zero(t, cooked(kitchen))
		require.NotEmpty(t, c.Errors())

		set(till, 0, Paid) // and it was told a moment too early
		c.Wait(time.Minute)
		require.Equal(t, []string{"Thank you! It comes at 2026-12-01T12:40."}, c.Sent())
		require.Equal(t, Captured, status(t, till, "pay1"))
		require.Equal(t, 1, cooked(kitchen))

		c.Signal("paid", Callback{"pay1"}, "") // as an event of its own, when the order is over: nothing is given back
		require.Empty(t, c.Sent())
		require.Equal(t, Captured, status(t, till, "pay1"))
		c.Signal("paid", Callback{"pay2"}, "")
		require.Empty(t, c.Sent())
	})
}

// A payment page that is dead is not shown again, by “back” or when the desk gives the user back.
func TestDeadPaymentPage(t *testing.T) {
	w := world()
	till := &Till{Address: "https://pay.example"}
	w.Payments = till
	flowtest.Talk(t, []*flow.Flow{New(w)}, harness(), func(c *flowtest.Chat) {
		for _, word := range []string{"order", "gyoza", "1", "checkout", "1-2-3 Shibuya", "asap", "0312345678", "pay"} {
			c.Say(word)
		}
		set(till, 0, Declined)
		c.Signal("declined", Callback{"pay1"}, "")
		require.Equal(t, "order/summary", c.State())
		c.Say("back")
		require.Equal(t, "order/phone", c.State(), "the step before the summary")
		c.Say("0312345678")
		c.Say("pay")
		require.Equal(t, "order/pay", c.State())
		require.Equal(t, Open, status(t, till, "pay2"))

		c.Say("hm") // the page that is open is good for every copy of the question
		require.Equal(t, Open, status(t, till, "pay2"))
		require.Empty(t, status(t, till, "pay3"))
		c.Say("human")
		set(till, 1, Declined)
		c.Signal("declined", Callback{"pay2"}, "")
		c.Signal("desk_done", nil, "")
		require.Equal(t, "order/pay", c.State())
		require.Equal(t, Open, status(t, till, "pay3"))
	})
}

// The most lines that a cart takes can all be changed: LINE has room for their buttons.
func TestFullCart(t *testing.T) {
	flowtest.Talk(t, []*flow.Flow{New(world())}, harness(), func(c *flowtest.Chat) {
		c.Say("order")
		for range mostLines {
			c.Say("green tea")
			require.Equal(t, "order/quantity", c.State())
			c.Say("1")
		}
		c.Say("change")
		require.Equal(t, "order/pick_line", c.State())
		require.Empty(t, c.Errors())
		c.Say("back")
		c.Sent()
		c.Say("curry")
		sent := c.Sent()
		require.Equal(t, "Your cart is full.", sent[0])
		require.Contains(t, sent[1], "Total ¥2000")
		require.Equal(t, "order/cart", c.State())
	})
}

// Two users order side by side.
func TestUsers(t *testing.T) {
	flowtest.Talk(t, []*flow.Flow{New(world())}, harness(), func(ann *flowtest.Chat) {
		bob := ann.User("Bob")
		ann.Say("order")
		bob.Say("order")
		ann.Say("curry")
		bob.Say("ramen")
		ann.Say("hot")
		bob.Say("large")
		ann.Say("2")
		bob.Say("soy")
		bob.Say("3")
		a, b := ann.Sent(), bob.Sent()
		require.Contains(t, a[len(a)-1], "Your cart:\n2 × Curry (Hot) ¥1600\nTotal ¥1600\n")
		require.Contains(t, b[len(b)-1], "Your cart:\n3 × Ramen (Large, Soy) ¥2700\nTotal ¥2700\n")
	})
}

func TestDiagram(t *testing.T) {
	const file = "testdata/order.mmd"
	diagram := New(world()).Diagram()
	if update {
		require.NoError(t, os.WriteFile(file, []byte(diagram), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), diagram)
}

// The dialog is no longer than it needs to be.
func TestLength(t *testing.T) {
	require.Less(t, lines(t, "flow.go", "")+lines(t, "dialog.go", ""), 350)
	require.Less(t, lines(t, "main.go", "func main()"), 40)
	require.Less(t, len(New(world()).Transitions()), 80)
}

// lines counts the lines of a file behind a text, without those that are blank or a comment.
func lines(t *testing.T, file, behind string) (n int) {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(src), behind)
	require.True(t, ok)
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}
