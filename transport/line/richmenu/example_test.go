package richmenu_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

// Two deployments: the second has another text on one of the menus.
func Example() {
	platform := emulator.New("secret", "token", nil)
	defer platform.Close()
	api := httptest.NewServer(platform)
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}

	image := picture() // a PNG or JPEG, most likely by go:embed
	menus := []richmenu.Menu{
		{Alias: "home", Default: true, Image: image, RichMenu: line.RichMenu{
			ChatBarText: "Menu",
			Areas: []line.RichMenuArea{
				{Area: line.Area{Width: 400, Height: 400}, Action: line.Postback("Book a table", "book")},
				{Area: line.Area{X: 400, Width: 400, Height: 400}, Action: line.URI("Call us", "tel:0312345678")},
			},
		}},
		{Alias: "booking", Image: image, RichMenu: line.RichMenu{
			ChatBarText: "Booking",
			Areas: []line.RichMenuArea{
				{Area: line.Area{Width: 800, Height: 400}, Action: line.SayAs("Cancel", "cancel")},
			},
		}},
	}
	ctx := context.Background()
	changes, err := richmenu.Apply(ctx, channel, menus, nil)
	fmt.Println(len(changes), err)

	menus[1].ChatBarText = "Your booking"
	changes, err = richmenu.Apply(ctx, channel, menus, &richmenu.Options{DryRun: true})
	for _, c := range changes {
		id := strings.Index(c.String()+" (", " (") // LINE's ids are different each time
		fmt.Println(c.String()[:id])
	}
	fmt.Println(err)
	// Output:
	// 7 <nil>
	// create booking
	// upload the image of booking
	// point the alias to booking
	// move users from an old booking
	// delete booking
	// <nil>
}
