package answer_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Questions read what people type.
func Example() {
	party, day, clock := answer.Int(1, 8), answer.Day(1, 60), answer.TimeOfDay("11:30", "21:00")
	say := func(text string) *flow.Answer {
		return &flow.Answer{Text: text, Now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
	}
	ctx := context.Background()
	fmt.Println(party(ctx, say("４人です。")))
	fmt.Println(party(ctx, say("many")))
	fmt.Println(day(ctx, say("12/5(土)")))
	fmt.Println(day(ctx, say("明日")))
	fmt.Println(clock(ctx, say("午後7時半")))
	// Output:
	// 4 <nil>
	// 0 flow: input rejected
	// 2026-12-05 <nil>
	// 2026-12-02 <nil>
	// 19:30 <nil>
}

// Coupon is what a shop gives off, in percent.
type Coupon int

var errNoCoupon = errors.New("no such coupon")

// shop looks a coupon up, in a service that may be away.
func shop(_ context.Context, code string) (Coupon, error) {
	switch code {
	case "ten":
		return 10, nil
	case "club":
		return 0, errors.New("the shop does not answer")
	}
	return 0, errNoCoupon
}

// A parser of one's own refuses what it cannot read. Any other error is an outage, after which the turn
// is tried again.
func Example_own() {
	coupon := func(ctx context.Context, a *flow.Answer) (Coupon, error) {
		c, err := shop(ctx, flow.Fold(a.Text))
		if errors.Is(err, errNoCoupon) {
			return 0, flow.Reject()
		}
		return c, err
	}
	for _, text := range []string{"Ten!", "foo", "club"} {
		fmt.Println(coupon(context.Background(), &flow.Answer{Text: text}))
	}
	// Output:
	// 10 <nil>
	// 0 flow: input rejected
	// 0 the shop does not answer
}

// An address is typed or shared.
func ExampleOr() {
	where := answer.Or(answer.Text(8, 200), answer.Map(answer.Place(), func(l transport.Location) string {
		return l.Address
	}))
	for _, a := range []*flow.Answer{
		{Text: " 1-2-3 Shibuya, Tokyo"},
		{Event: &transport.Event{Location: &transport.Location{Address: "2-8-1 Nishi-Shinjuku, Tokyo"}}},
		{Text: "here"},
	} {
		fmt.Println(where(context.Background(), a))
	}
	// Output:
	// 1-2-3 Shibuya, Tokyo <nil>
	// 2-8-1 Nishi-Shinjuku, Tokyo <nil>
	//  flow: input rejected
}

// A function that knows only text.
func ExampleBy() {
	member := answer.By(func(s string) (int, error) { return strconv.Atoi(strings.TrimPrefix(s, "No.")) })
	fmt.Println(member(context.Background(), &flow.Answer{Text: "Ｎｏ．４７１１ "}))
	// Output: 4711 <nil>
}
