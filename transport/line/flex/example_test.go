package flex_test

import (
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

func Example() {
	m := line.Flex("Your table is booked", flex.Bubble{
		Size: "kilo",
		Body: flex.VBox(
			flex.Text{Text: "Table 7", Size: "xl", Weight: "bold"},
			flex.HBox(
				flex.Text{Text: "When", Color: "#888888", Flex: 1},
				flex.Text{Text: "Friday, 20:00", Flex: 3, Wrap: true},
			),
		),
		Footer: flex.VBox(
			flex.Button{Action: line.Postback("Cancel it", "cancel"), Style: "secondary"},
		),
	})
	object, err := m.AppendJSON(nil, "k3Xq0") // as it is sent from the step with this mark
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(object))
	// Output:
	// {"type":"flex","altText":"Your table is booked","contents":{"type":"bubble","size":"kilo","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"Table 7","size":"xl","weight":"bold"},{"type":"box","layout":"horizontal","contents":[{"type":"text","text":"When","color":"#888888","flex":1},{"type":"text","text":"Friday, 20:00","wrap":true,"flex":3}]}]},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"postback","label":"Cancel it","data":"~k3Xq0~cancel"},"style":"secondary"}]}}}
}
