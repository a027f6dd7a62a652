package line_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// show prints a message as it is sent from the step with the mark "k3Xq0".
func show(m transport.Message) {
	object, err := m.AppendJSON(nil, "k3Xq0")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(object))
}

func ExampleText() {
	show(line.Text("How many of you?").Quick(line.Say("1"), line.Say("2")))
	// Output:
	// {"type":"text","text":"How many of you?","quickReply":{"items":[{"type":"action","action":{"type":"message","label":"1","text":"1"}},{"type":"action","action":{"type":"message","label":"2","text":"2"}}]}}
}

func ExampleConfirm() {
	show(line.Confirm("Friday for 2?", line.Postback("Yes", "yes"), line.Postback("No", "no")))
	// Output:
	// {"type":"template","altText":"Friday for 2?","template":{"type":"confirm","text":"Friday for 2?","actions":[{"type":"postback","label":"Yes","data":"~k3Xq0~yes"},{"type":"postback","label":"No","data":"~k3Xq0~no"}]}}
}

func ExampleButtons() {
	today := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	show(line.Buttons("Which day?",
		line.DatePicker("Pick a day", "date").Between(today, today.AddDate(0, 0, 30)),
		line.URI("Opening hours", "https://example.com/hours"),
	).WithTitle("Booking"))
	// Output:
	// {"type":"template","altText":"Which day?","template":{"type":"buttons","title":"Booking","text":"Which day?","actions":[{"type":"datetimepicker","label":"Pick a day","data":"~k3Xq0~date","mode":"date","max":"2026-03-31","min":"2026-03-01"},{"type":"uri","label":"Opening hours","uri":"https://example.com/hours"}]}}
}

func ExampleCarousel() {
	show(line.Carousel(
		line.Column("By the window", line.Postback("Take it", "table-1")),
		line.Column("In the garden", line.Postback("Take it", "table-2")),
	).WithAlt("Two tables are free"))
	// Output:
	// {"type":"template","altText":"Two tables are free","template":{"type":"carousel","columns":[{"text":"By the window","actions":[{"type":"postback","label":"Take it","data":"~k3Xq0~table-1"}]},{"text":"In the garden","actions":[{"type":"postback","label":"Take it","data":"~k3Xq0~table-2"}]}]}}
}

// The contents come from LINE's Flex Message Simulator, perhaps by go:embed.
func ExampleFlexJSON() {
	contents := []byte(`{
	  "type": "bubble",
	  "body": {"type": "box", "layout": "vertical", "contents": [
	    {"type": "button", "action": {"type": "postback", "label": "Book", "data": "book"}}
	  ]}
	}`)
	show(line.FlexJSON("A table for you", contents))
	// Output:
	// {"type":"flex","altText":"A table for you","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"postback","label":"Book","data":"~k3Xq0~book"}}]}}}
}

func ExampleRaw() {
	show(line.Raw([]byte(`{"type": "location", "title": "Us", "address": "1 Main St", "latitude": 35.6, "longitude": 139.7}`)))
	// Output:
	// {"type":"location","title":"Us","address":"1 Main St","latitude":35.6,"longitude":139.7}
}

func ExampleLimitError() {
	err := line.Confirm("", line.Postback("Yes, that is what we want", "yes"), line.Postback("No", "no")).Validate()
	fmt.Println(err)

	var limit *line.LimitError
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		if errors.As(one, &limit) && limit.Max > 0 {
			fmt.Println(limit.Path, limit.Actual-limit.Max, "too many")
		}
	}
	// Output:
	// line: template.text: required
	// line: template.actions[0].label: 25 of at most 20 grapheme clusters
	// template.actions[0].label 5 too many
}
