package howto_test

import (
	"context"
	"fmt"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Damage is what somebody reports to the insurance.
type Damage struct {
	Photos []string `json:"photos,omitempty"` // ids of their messages
}

// Photos that were sent together are one answer. Package transport/line/content reads their bytes by the ids.
func Example_photos() {
	photos := func(_ context.Context, a *flow.Answer) ([]string, error) {
		if len(a.Event.Images) == 0 {
			return nil, flow.Reject(line.Text("That is no photo."))
		}
		return a.Event.Images, nil
	}
	askPhotos := func(_ context.Context, t *flow.Turn[Damage]) error {
		t.Send(line.Text("Send photos of the damage.").Quick(line.Camera("Camera"), line.CameraRoll("Album")))
		return nil
	}
	thank := func(_ context.Context, t *flow.Turn[Damage]) error {
		t.Send(line.Text(fmt.Sprintf("Thank you for %d photos.", len(t.Data.Photos))))
		return nil
	}
	ask := flow.Question(askPhotos, photos, func(d *Damage) *[]string { return &d.Photos })

	b := flow.New[Damage]("damage")
	b.Start(flow.Text("damage")).To("photos")
	b.In("photos").Ask(ask).Do(thank).End()

	talk(b.MustBuild(), "damage", "a dent", "(3 images)")
	// Output:
	// > damage
	// < Send photos of the damage. [Camera] [Album]
	// > a dent
	// < That is no photo.
	// < Send photos of the damage. [Camera] [Album]
	// > (3 images)
	// < Thank you for 3 photos.
}
