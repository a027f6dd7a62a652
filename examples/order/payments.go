package main

import (
	"context"
	"errors"
)

// Payments is a payment provider.
type Payments interface {
	// Create makes a payment that a user is to pay on its page, one for each key however often it is called.
	Create(ctx context.Context, key, user string, amount int) (Payment, error)
	// Get returns a payment, or the zero Payment if there is none with the id.
	Get(ctx context.Context, id string) (Payment, error)
	// Capture takes the money of a payment that was paid. Another call changes nothing. It returns
	// ErrNotPaid if there is no money.
	Capture(ctx context.Context, id string) error
	// Refund gives back the money of a payment that was paid, once for each key however often it is called.
	// It reports whether there was any: a payment may be captured, or given back already.
	Refund(ctx context.Context, key, id string) (bool, error)
}

// ErrNotPaid is returned for a payment whose money is not there.
var ErrNotPaid = errors.New("order: not paid")

// Payment is one payment.
type Payment struct {
	ID     string
	User   string // who is to pay it
	Amount int    // in yen
	Page   string // the URL where it is paid
	Status Status
}

// Callback is what the signals "paid" and "declined" bring.
type Callback struct {
	ID string `json:"id"` // of the payment
}

// Status says what became of a payment.
type Status string

// What a payment is: open, then paid or declined; a paid one is then captured or refunded.
const (
	Open     Status = "open"
	Paid     Status = "paid"
	Declined Status = "declined"
	Captured Status = "captured"
	Refunded Status = "refunded"
)
