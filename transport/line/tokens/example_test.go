package tokens_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

func Example() {
	platform := emulator.New("secret", "", nil) // stands in for LINE
	defer platform.Close()
	api := httptest.NewServer(platform)
	defer api.Close()

	source, err := tokens.Stateless("1234567890", "secret", &tokens.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	channel, err := line.New("secret", "", &line.Options{Endpoint: api.URL, Tokens: source})
	if err != nil {
		fmt.Println(err)
		return
	}
	quota, err := channel.Quota(context.Background())
	fmt.Println(quota.Used, err)
	// Output: 0 <nil>
}
