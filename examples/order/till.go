package main

import (
	"context"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Till is a Payments in memory, with a page for each payment. It stands for a payment provider: when
// somebody has paid or declined, it calls the shop back with the payment's id, and never once where twice will do.
type Till struct {
	// Address is where its pages are: its handler serves what is below.
	Address string
	// Callback is the URL of the shop that it calls, by POST, with the field id.
	Callback string

	mu       sync.Mutex
	payments []*Payment
	keys     map[string]*Payment // of what Create and Refund have done
}

// Create makes a payment: pay1, pay2 and so on.
func (t *Till) Create(_ context.Context, key, user string, amount int) (Payment, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.keys[key]; p != nil {
		return *p, nil
	}
	id := fmt.Sprintf("pay%d", len(t.payments)+1)
	p := &Payment{ID: id, User: user, Amount: amount, Page: t.Address + "/" + id, Status: Open}
	t.payments = append(t.payments, p)
	t.remember(key, p)
	return *p, nil
}

// Get returns a payment.
func (t *Till) Get(_ context.Context, id string) (Payment, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.find(id); p != nil {
		return *p, nil
	}
	return Payment{}, nil
}

// Capture takes the money.
func (t *Till) Capture(_ context.Context, id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.find(id); !t.move(p, Paid, Captured) && (p == nil || p.Status != Captured) {
		return ErrNotPaid
	}
	return nil
}

// Refund gives the money back.
func (t *Till) Refund(_ context.Context, key, id string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys["refund "+key] != nil {
		return true, nil
	}
	p := t.find(id)
	ok := t.move(p, Paid, Refunded)
	if ok {
		t.remember("refund "+key, p)
	}
	return ok, nil
}

// move gives a payment another status, if it has the status from. It is called with mu held, like the
// functions below.
func (t *Till) move(p *Payment, from, to Status) bool {
	if p == nil || p.Status != from {
		return false
	}
	p.Status = to
	return true
}

func (t *Till) find(id string) *Payment {
	for _, p := range t.payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (t *Till) remember(key string, p *Payment) {
	if t.keys == nil {
		t.keys = make(map[string]*Payment)
	}
	t.keys[key] = p
}

// ServeHTTP serves the page of a payment: GET shows it, and POST pays or declines.
func (t *Till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if r.Method == http.MethodPost {
		to := Declined
		if r.FormValue("pay") != "" {
			to = Paid
		}
		t.mu.Lock()
		done := t.move(t.find(id), Open, to)
		t.mu.Unlock()
		if done {
			t.call(r.Context(), id)
		}
	}
	p, err := t.Get(r.Context(), id)
	if err != nil || p.ID == "" {
		http.NotFound(w, r)
		return
	}
	if err := payPage.Execute(w, p); err != nil {
		log.Printf("till: %v", err)
	}
}

// call tells the shop twice.
func (t *Till) call(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for range 2 {
		if err := post(ctx, t.Callback, url.Values{"id": {id}}); err != nil {
			log.Printf("till: the shop did not take the call: %v", err)
		}
	}
}

var payPage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Payment</title>
<body style="font-family: sans-serif; text-align: center">
<h1>¥{{.Amount}}</h1>
{{if eq .Status "open"}}<form method="post"><button name="pay" value="yes">Pay</button> <button>Decline</button></form>
{{else}}<p>This payment is {{.Status}}. You may go back to the chat.</p>{{end}}
`))
