package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/flow/answer/phone"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

type turn = flow.Turn[Order]

const (
	mostDishes = 20 // of one line

	earliest, soon, latest = 30 * time.Minute, 40 * time.Minute, 7 * 24 * time.Hour // until it comes
)

// word returns the triggers of a button, which may be typed too.
func word(w string) []flow.Trigger { return []flow.Trigger{flow.Text(w), flow.Postback(w)} }

// button returns what word answers to.
func button(label string) line.Action { return tap(label, strings.ToLower(label)) }

func buttons(labels ...string) (all []line.Action) {
	for _, l := range labels {
		all = append(all, button(l))
	}
	return all
}

func tap(label, data string) line.Action {
	return line.Postback(line.Cut(label, 20), data).WithDisplay(label)
}

// withHelp adds the buttons that every step has.
func withHelp(some ...line.Action) []line.Action {
	return append(slices.Clip(some), buttons("Back", "Help", "Cancel")...)
}

func say(text string) flow.Action[Order] {
	return func(_ context.Context, t *turn) error {
		t.Send(line.Text(text))
		return nil
	}
}

// sorry is how a question begins after wrong answers.
func sorry(t *turn, example string) string {
	switch t.Tries() {
	case 0:
		return ""
	case 1:
		return "Sorry, I did not get that. "
	default:
		return "Still not. For example: " + example + ". "
	}
}

func ask(t *turn, question, example string, buttons ...line.Action) {
	t.Send(line.Text(sorry(t, example) + question).Quick(withHelp(buttons...)...))
}

// question returns the prompt of a question whose words depend on the order.
func question(words func(*Order) string, example string, buttons ...line.Action) flow.Action[Order] {
	return func(_ context.Context, t *turn) error {
		ask(t, words(&t.Data), example, buttons...)
		return nil
	}
}

// always is for the words of a question that are always the same.
func always(words string) func(*Order) string { return func(*Order) string { return words } }

// change returns an action that changes the order.
func change(f func(*Order)) flow.Action[Order] {
	return func(_ context.Context, t *turn) error {
		f(&t.Data)
		return nil
	}
}

// known makes what does not exist a wrong answer. Any other error is an outage, and the turn is tried again.
func known(err error) error {
	if errors.Is(err, ErrUnknown) {
		return flow.Reject()
	}
	return err
}

func (w World) showMenu(ctx context.Context, t *turn) error {
	dishes, err := w.Shop.Dishes(ctx)
	if err != nil {
		return err
	}
	menu := line.Carousel().WithAlt("Our menu")
	for _, d := range dishes {
		menu.Columns = append(menu.Columns,
			line.Column(fmt.Sprintf("¥%d", d.Price), tap("Add "+d.Name, "add "+d.Name)).WithTitle(d.Name))
	}
	if words := sorry(t, dishes[0].Name); words != "" {
		t.Send(line.Text(strings.TrimSpace(words)))
	}
	if filled(t) {
		menu = menu.Quick(button("Cart"))
	}
	t.Send(menu.Quick(withHelp()...))
	return nil
}

func (w World) pick(ctx context.Context, t *turn) error {
	d, err := w.Shop.Dish(ctx, flow.Fold(t.Input()))
	if err == nil && !t.Data.add(d) {
		err = flow.Reject(line.Text("Your cart is full."))
	}
	return known(err)
}

func (w World) askOption(ctx context.Context, t *turn) error {
	l := t.Data.line()
	d, err := w.Shop.Dish(ctx, l.Dish)
	values := d.values(l.open().Option)
	var buttons []line.Action
	for _, v := range values {
		buttons = append(buttons, tap(v, "option "+v))
	}
	ask(t, l.Dish+": "+l.open().Option+"?", cmp.Or(values...), buttons...)
	return err
}

func (w World) choose(ctx context.Context, t *turn) error {
	option := t.Data.line().open()
	d, err := w.Shop.Dish(ctx, t.Data.line().Dish)
	for _, v := range d.values(option.Option) {
		if flow.Fold(v) == flow.Fold(t.Input()) {
			option.Value = v
		}
	}
	if err == nil && option.Value == "" {
		return flow.Reject()
	}
	return err
}

func undecided(t *turn) bool  { return t.Data.line().open() != nil }
func counted(t *turn) bool    { return t.Data.line().Count > 0 }
func hasOptions(t *turn) bool { return len(t.Data.line().Choices) > 0 }
func filled(t *turn) bool     { return len(t.Data.Lines) > 0 }

func askLine(_ context.Context, t *turn) error {
	var buttons []line.Action
	for i := range t.Data.Lines {
		l := t.Data.Lines[i].String()
		buttons = append(buttons, tap(l, "line "+l))
	}
	ask(t, "Which one?", t.Data.Lines[0].Dish, buttons...)
	return nil
}

// pickLine takes a line by its button, or by the name of its dish.
func pickLine(_ context.Context, t *turn) error {
	said := flow.Fold(t.Input())
	for i, l := range t.Data.Lines {
		if said == flow.Fold(l.String()) || said == flow.Fold(l.Dish) {
			t.Data.Line = i
			return nil
		}
	}
	return flow.Reject()
}

func askChange(_ context.Context, t *turn) error {
	can := buttons("Quantity", "Remove", "Nothing")
	if hasOptions(t) {
		can = slices.Insert(can, 1, button("Options"))
	}
	ask(t, t.Data.line().String()+": what shall I change?", "quantity", can...)
	return nil
}

func (w World) readCoupon(ctx context.Context, a *flow.Answer) (Coupon, error) {
	c, err := w.Coupons.Coupon(ctx, flow.Fold(a.Text))
	return c, known(err)
}

func (w World) readMember(ctx context.Context, a *flow.Answer) (string, error) {
	number := flow.Fold(a.Text)
	return number, known(w.Coupons.Member(ctx, number))
}

func forMembers(t *turn) bool { return t.Data.percent() != t.Data.Coupon.Percent }

func praise(_ context.Context, t *turn) error {
	t.Send(line.Text(fmt.Sprintf("%d%% off!", t.Data.Coupon.Percent)))
	return nil
}

// readAddress takes what is typed, or a place that is shared.
func readAddress() answer.Parser[string] {
	return answer.Or(answer.Text(8, 200), answer.Map(answer.Place(), func(p transport.Location) string {
		return cmp.Or(p.Address, p.Title, fmt.Sprintf("%.5f, %.5f", p.Latitude, p.Longitude))
	}))
}

func askTime(_ context.Context, t *turn) error {
	ask(t, "When shall we come?", "asap",
		line.DatetimePicker("Pick a time", "at").Between(t.Now().Add(soon), t.Now().Add(latest)),
		tap("As soon as possible", "asap"))
	return nil
}

// readTime takes a time, picked or typed, and "asap".
func readTime() answer.Parser[string] {
	asap := answer.Choice("asap", "as soon as possible")
	return answer.Or(answer.Map(answer.DateTime(earliest, latest), wall),
		func(ctx context.Context, a *flow.Answer) (string, error) {
			_, err := asap(ctx, a)
			return wall(a.Now.Add(soon)), err
		})
}

func wall(at time.Time) string { return at.Format("2006-01-02T15:04") }

func inTime(t *turn) bool { return t.Data.At >= wall(t.Now().Add(earliest)) }

// readPhone takes a number of any country, and returns one of Japan as it is dialled there.
func readPhone() answer.Parser[string] {
	return answer.Map(phone.Number("JP"), func(number string) string { return strings.Replace(number, "+81", "0", 1) })
}

// askPay asks for the payment. One that is open and was asked for already is asked for again.
func (w World) askPay(ctx context.Context, t *turn) error {
	p, err := w.Payments.Get(ctx, t.Data.Payment)
	if err == nil && p.Status != Open {
		p, err = w.Payments.Create(ctx, t.ID(), t.Event().Source.UserID, t.Data.total())
	}
	t.Data.Payment = p.ID
	t.Send(line.Buttons(fmt.Sprintf("%sPlease pay ¥%d.", sorry(t, "cancel"), p.Amount), line.URI("Pay now", p.Page)).
		Quick(withHelp()...))
	return err
}

func thisPayment(t *turn) bool {
	var p Callback
	return t.Payload(&p) == nil && p.ID != "" && p.ID == t.Data.Payment
}

// finish takes the money, if it is there, and has the order cooked.
func (w World) finish(ctx context.Context, t *turn) error {
	err := w.Payments.Capture(ctx, t.Data.Payment)
	if err == nil {
		err = w.Shop.Place(ctx, t.Data.Payment, t.Data)
	}
	t.Send(line.Text("Thank you! It comes at " + t.Data.At + "."))
	return err
}

// refund gives a payment back. If there is nothing to give back, because it was taken, nothing is said.
func (w World) refund(words string) flow.Action[Order] {
	return func(ctx context.Context, t *turn) error {
		var p Callback
		if err := t.Payload(&p); err != nil {
			return err
		}
		given, err := w.Payments.Refund(ctx, t.ID(), p.ID)
		if given {
			t.Send(line.Text(words))
		}
		return err
	}
}

func (w World) callDesk(ctx context.Context, t *turn) error {
	t.Send(line.Text("I call somebody who can help. Just write."))
	return w.tellDesk(ctx, t)
}

// tellDesk passes on what the user writes.
func (w World) tellDesk(ctx context.Context, t *turn) error {
	return w.Desk.Tell(ctx, t.ID(), t.Event().Source.UserID, cmp.Or(t.Input(), "("+t.Event().Kind.String()+")"))
}

// passOn says what the desk says.
func passOn(_ context.Context, t *turn) error {
	var text string
	err := t.Payload(&text)
	t.Send(line.Text(text))
	return err
}
