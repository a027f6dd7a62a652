package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"strings"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
)

// outside is how what happens outside of the chat comes to the dialog: as signals, which nobody but this program can
// make.
type outside struct{ bot *bot.Bot }

// tell gives the conversation of a user a signal. It is durable when tell returns, and happens once for each id.
func (o *outside) tell(ctx context.Context, user, signal string, payload any, id string) error {
	return o.bot.Signal(ctx, transport.Source{Chat: transport.ChatUser, ChatID: user}, signal, payload, id)
}

// callback is what the provider calls with the id of a payment. Anybody may: what became of the payment, and
// whose it is, the provider itself says.
func (o *outside) callback(payments Payments) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := payments.Get(r.Context(), r.FormValue("id"))
		switch {
		case err == nil && p.ID == "":
			http.NotFound(w, r)
			return
		case err == nil && p.Status == Paid:
			err = o.tell(r.Context(), p.User, "paid", Callback{p.ID}, p.ID)
		case err == nil && p.Status == Declined:
			err = o.tell(r.Context(), p.User, "declined", Callback{p.ID}, p.ID)
		}
		if err != nil {
			log.Printf("callback: %v", err)
			http.Error(w, "call again, please", http.StatusServiceUnavailable)
		}
	}
}

// post sends a form.
func post(ctx context.Context, to string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %w", res.StatusCode, err)
	}
	return nil
}

// routes serves handlers by their patterns, and refuses what pages of other origins send.
func routes(handlers map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range handlers {
		mux.Handle(pattern, h)
	}
	return http.NewCrossOriginProtection().Handler(mux)
}
