package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// outside is how what happens outside of the chat comes to the dialog: as an event of the program's own, a
// postback of the user with data such as "paid pay1".
//
// Only what knows the channel's secret can make such an event. The flow does not trust it all the same: it
// asks the provider whether the payment is paid.
type outside struct {
	channel *line.Channel
	bot     *bot.Bot
}

// tell makes the event. It is durable when tell returns, and has one turn for each id.
func (o *outside) tell(ctx context.Context, id, user, data string) error {
	raw, err := json.Marshal(map[string]any{
		"type": "postback", "mode": "active", "webhookEventId": id, "timestamp": time.Now().UnixMilli(),
		"source": map[string]string{"type": "user", "userId": user}, "postback": map[string]string{"data": data},
	})
	if err != nil {
		return err
	}
	e, err := o.channel.Decode(o.channel.Accounts()[0], raw)
	if err != nil {
		return err
	}
	return o.bot.Receive(ctx, []transport.Event{e})
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
			err = o.tell(r.Context(), "paid "+p.ID, p.User, "paid "+p.ID)
		case err == nil && p.Status == Declined:
			err = o.tell(r.Context(), "failed "+p.ID, p.User, "failed "+p.ID)
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
