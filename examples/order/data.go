package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// zone is where the restaurant is: Tokyo.
var zone = time.FixedZone("JST", 9*60*60)

// Order is what the dialog gathers.
type Order struct {
	Lines   []Line `json:"lines,omitempty"`
	Line    int    `json:"line,omitempty"` // the index of the line that is chosen or changed
	Address string `json:"address,omitempty"`
	At      string `json:"at,omitempty"` // such as 2026-12-05T19:00, in Tokyo
	Phone   string `json:"phone,omitempty"`
	Coupon  Coupon `json:"coupon,omitzero"`
	Member  string `json:"member,omitempty"`  // the number
	Payment string `json:"payment,omitempty"` // the id of the one that is awaited
}

// Line is one line of the cart.
type Line struct {
	Dish    string   `json:"dish"`
	Price   int      `json:"price"` // of one
	Count   int      `json:"count,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
}

// Choice is the value of an option; empty if it is not chosen yet.
type Choice struct {
	Option string `json:"option"`
	Value  string `json:"value,omitempty"`
}

// mostLines is how many lines a cart has: one message has room for 13 buttons, and three are always there.
const mostLines = 10

// add puts a dish into the cart, whose options and quantity are open. It reports whether there is room.
func (o *Order) add(d Dish) bool {
	if len(o.Lines) == mostLines {
		return false
	}
	l := Line{Dish: d.Name, Price: d.Price}
	for _, option := range d.Options {
		l.Choices = append(l.Choices, Choice{Option: option.Name})
	}
	o.Line, o.Lines = len(o.Lines), append(o.Lines, l)
	return true
}

// remove takes the line out of the cart.
func (o *Order) remove() { o.Line, o.Lines = 0, slices.Delete(o.Lines, o.Line, o.Line+1) }

// reopen makes all options of the line open.
func (o *Order) reopen() {
	for i := range o.line().Choices {
		o.line().Choices[i].Value = ""
	}
}

// line returns the line that is chosen or changed.
func (o *Order) line() *Line { return &o.Lines[o.Line] }

// open returns the first option that is not chosen yet, or nil.
func (l *Line) open() *Choice {
	for i := range l.Choices {
		if l.Choices[i].Value == "" {
			return &l.Choices[i]
		}
	}
	return nil
}

// String returns the line in words, such as "2 × Ramen (Large, Miso)".
func (l *Line) String() string {
	text := fmt.Sprintf("%d × %s", l.Count, l.Dish)
	var values []string
	for _, c := range l.Choices {
		values = append(values, c.Value)
	}
	if values != nil {
		text += " (" + strings.Join(values, ", ") + ")"
	}
	return text
}

// percent is how much is off. A coupon for members counts once the member's number is known.
func (o *Order) percent() int {
	if o.Coupon.Members && o.Member == "" {
		return 0
	}
	return o.Coupon.Percent
}

// total is in yen.
func (o *Order) total() int {
	sum := 0
	for _, l := range o.Lines {
		sum += l.Count * l.Price
	}
	return sum * (100 - o.percent()) / 100
}

// cart returns the lines and the total.
func (o *Order) cart() string {
	var b strings.Builder
	for _, l := range o.Lines {
		fmt.Fprintf(&b, "%s ¥%d\n", l.String(), l.Count*l.Price)
	}
	if p := o.percent(); p > 0 {
		fmt.Fprintf(&b, "Coupon %s: −%d%%\n", o.Coupon.Code, p)
	}
	fmt.Fprintf(&b, "Total ¥%d", o.total())
	return b.String()
}

// howMany asks for the quantity of the line.
func (o *Order) howMany() string { return "How many " + o.line().Dish + "?" }

// showCart begins the question of the cart.
func (o *Order) showCart() string { return "Your cart:\n" + o.cart() }

// summarise shows all of the order.
func (o *Order) summarise() string {
	return fmt.Sprintf("%s\nTo: %s\nAt: %s\nPhone: %s\nShall I take the order?", o.cart(), o.Address, o.At, o.Phone)
}

// forgetPayment is for a payment that did not work.
func (o *Order) forgetPayment() { o.Payment = "" }
