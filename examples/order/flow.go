package main

import (
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// The states of an order. Their names are stored.
const (
	Menu         flow.State = "menu"
	Choose       flow.State = "choose"
	Quantity     flow.State = "quantity"
	Cart         flow.State = "cart"
	PickLine     flow.State = "pick_line"
	EditLine     flow.State = "edit_line"
	EnterCoupon  flow.State = "coupon"
	EnterMember  flow.State = "member"
	Address      flow.State = "address"
	DeliveryTime flow.State = "delivery_time"
	Phone        flow.State = "phone"
	Summary      flow.State = "summary"
	Pay          flow.State = "pay"
	Human        flow.State = "human"
)

// World is what the dialog needs besides the chat.
type World struct {
	Shop     Shop
	Coupons  Coupons
	Payments Payments
	Desk     Desk
}

// New returns the ordering dialog.
func New(w World) *flow.Flow {
	quantity := flow.Question(question((*Order).howMany, "2", buttons("1", "2", "3")...),
		answer.Int(1, mostDishes), func(o *Order) *int { return &o.line().Count })
	code := flow.Question(question(always("Which code?"), "TEN", buttons("No coupon")...),
		w.readCoupon, func(o *Order) *Coupon { return &o.Coupon })
	member := flow.Question(question(always("This one is for members. Your number?"), "1234"),
		w.readMember, func(o *Order) *string { return &o.Member })
	address := flow.Question(question(always("Where to?"), "1-2-3 Shibuya, Tokyo", line.ShareLocation("Share location")),
		readAddress(), func(o *Order) *string { return &o.Address })
	at := flow.Question(askTime, readTime(), func(o *Order) *string { return &o.At })
	phone := flow.Question(question(always("Your phone number?"), "090-1234-5678"),
		readPhone(), func(o *Order) *string { return &o.Phone })

	b := flow.New[Order]("order")
	b.Start(word("order")...).To(Menu)
	b.Start(flow.Signal("paid")).Do(w.refund("That payment was for an order that is over. You get it back.")).End()
	b.Start(flow.Signal("desk")).Do(passOn).End()
	b.Start(flow.Signal("declined"), flow.Signal("desk_done")).End()
	b.In(Menu).Enter(w.showMenu).
		On(word("cart")...).When("something is in the cart", filled).To(Cart).
		On(word("back")...).Back().
		On(word("back")...).Do(say("This is the first step.")).Again()
	b.In(Menu, Cart).On(flow.Text(), flow.PostbackPrefix("add ").Lasting()).
		Do(w.pick).If("it has options", undecided).To(Choose).Else().To(Quantity)
	b.In(Choose).Enter(w.askOption).
		On(flow.Text(), flow.PostbackPrefix("option ")).
		Do(w.choose).If("more options", undecided).To(Choose).ElseIf("the quantity is known", counted).To(Cart).
		Else().To(Quantity)
	b.In(Quantity).Ask(quantity).To(Cart)
	b.In(Cart).Enter(question((*Order).showCart, "checkout", buttons("Checkout", "Add more", "Change", "Coupon")...)).
		On(word("checkout")...).ReturnOr(Address).
		On(word("add more")...).To(Menu).
		On(word("change")...).To(PickLine).
		On(word("coupon")...).Call(EnterCoupon)
	b.In(PickLine).Enter(askLine).
		On(flow.Text(), flow.PostbackPrefix("line ")).Do(pickLine).To(EditLine)
	b.In(EditLine).Enter(askChange).
		On(word("quantity")...).To(Quantity).
		On(word("options")...).When("it has options", hasOptions).Do(change((*Order).reopen)).To(Choose).
		On(word("remove")...).Do(change((*Order).remove)).If("something is in the cart", filled).To(Cart).Else().To(Menu).
		On(word("nothing")...).To(Cart)
	b.In(EnterCoupon).
		Ask(code).If("it is for members", forMembers).To(EnterMember).Else().Do(praise).Return().
		On(word("no coupon")...).Return()
	b.In(EnterMember).Ask(member).Do(praise).Return()
	b.In(Address).
		Ask(address).ReturnOr(DeliveryTime).
		On(word("help")...).Do(say("We deliver within Tokyo. Type your address, or share where you are.")).Again()
	b.In(DeliveryTime).Ask(at).ReturnOr(Phone)
	b.In(Phone).Ask(phone).ReturnOr(Summary)
	b.In(Summary).
		Enter(question((*Order).summarise, "pay", buttons("Pay", "Cart", "Address", "Time", "Phone", "Coupon")...)).
		On(word("pay")...).When("there is time", inTime).To(Pay).
		On(word("pay")...).Do(say("It is too late for that time by now.")).Call(DeliveryTime).
		On(word("cart")...).Call(Cart).
		On(word("address")...).Call(Address).
		On(word("time")...).Call(DeliveryTime).
		On(word("phone")...).Call(Phone).
		On(word("coupon")...).Call(EnterCoupon)
	b.In(Pay).Enter(w.askPay).
		On(flow.Signal("declined")).When("it is this payment", thisPayment).
		Do(change((*Order).forgetPayment), say("The payment did not work. You can try again.")).To(Summary)
	b.In(Human).Exclusive().Enter(w.callDesk).
		On(flow.Signal("desk_done")).Do(say("You are back with the bot.")).Return().
		On(flow.Any()).Do(w.tellDesk).Stay()
	b.In(Pay, Human).On(flow.Signal("paid")).When("it is this payment", thisPayment).Do(w.finish).End()
	b.InAny().
		On(flow.Signal("paid")).Do(w.refund("That payment was for an older order. You get it back.")).Again().
		On(flow.Signal("declined"), flow.Signal("desk_done")).Stay().
		On(flow.Signal("desk")).Do(passOn).Stay()
	b.InAnyBut(Menu, Human).On(word("back")...).Back()
	b.InAnyBut(Human).
		On(word("help")...).Do(say("Tap a button, or say “back”, “human” or “cancel”.")).Again().
		On(flow.Text("human")).Call(Human).
		Wrong(3).Call(Human).
		On(word("cancel")...).Do(say("Cancelled. Say “order” to start again.")).End().
		After(5 * time.Minute).Do(say("Are you still there? I keep your order for 25 minutes more.")).Again().
		After(30 * time.Minute).Do(say("Your order lapsed. Say “order” to start again.")).End()
	return b.MustBuild()
}
