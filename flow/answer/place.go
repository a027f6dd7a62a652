package answer

import (
	"context"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Place returns a parser for a place that was shared. With Map and Or it goes together with a text:
//
//	answer.Or(answer.Text(8, 200), answer.Map(answer.Place(), address))
func Place() Parser[transport.Location] {
	return func(_ context.Context, a *flow.Answer) (transport.Location, error) {
		if a.Event == nil || a.Event.Location == nil {
			return refuse[transport.Location]()
		}
		return *a.Event.Location, nil
	}
}
