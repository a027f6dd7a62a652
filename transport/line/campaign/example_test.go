package campaign_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// A campaign is run again with one more recipient: the others do not get the messages twice.
func ExampleMulticast() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct{ To []string } // what LINE gets
		_ = json.NewDecoder(r.Body).Decode(&call)
		fmt.Println("LINE sends to", len(call.To))
		fmt.Fprint(w, "{}")
	}))
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "campaigns") // a directory that stays, in earnest
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ledger := campaign.NewFileLedger(dir)

	friends := []string{
		"U4af4980629aa4d6e8e1f4fae2b8e2c6d", "U0c3f2b6e5d4a49708192a3b4c5d6e7f8", "U4af4980629aa4d6e8e1f4fae2b8e2c6d",
	}
	for range 2 {
		report, err := campaign.Multicast(context.Background(), channel, ledger, "spring-2027",
			campaign.IDs(friends), []transport.Message{line.Text("Spring is here")},
			&campaign.Options{Logger: slog.New(slog.DiscardHandler)})
		fmt.Println(report.Recipients, "have it,", report.Skipped, "left out,", err)
		friends = append(friends, "Uffeeddccbbaa99887766554433221100")
	}
	// Output:
	// LINE sends to 2
	// 2 have it, 1 left out, <nil>
	// LINE sends to 1
	// 3 have it, 3 left out, <nil>
}
