package emulator

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Button is something in a chat that can be tapped.
type Button struct {
	// Seq is the message that it belongs to, or 0 for the rich menu, and Index its place in it.
	Seq, Index int
	// Label is what it reads. It may be empty for an image or a box.
	Label string
	// Type is the type of its action, such as "postback" or "uri".
	Type string
	// Quick says that it is a quick reply.
	Quick bool
	// Data is the data of a postback or of a picker.
	Data string
	// Text is what a message action sends, what a postback shows, or what a clipboard action copies.
	Text string
	// URI is where a uri action leads.
	URI string
	// Mode is "date", "time" or "datetime" for a picker; Initial, Min and Max are its bounds, in
	// the form YYYY-MM-DD, HH:mm or YYYY-MM-DDTHH:mm.
	Mode, Initial, Min, Max string

	alias     string // of the menu that a richmenuswitch leads to
	sendsText bool   // a postback with the deprecated text: it sends a message too
}

// Buttons returns what can be tapped in a chat, the newest message first and each message
// from top to bottom, its quick replies last; then the areas of the rich menu. Buttons of old
// messages stay for ever, as in LINE; quick replies go when one is used and when a new message comes.
func (p *Platform) Buttons(user string) []Button {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, _ := p.place(user)
	if c == nil {
		return nil
	}
	var buttons []Button
	for _, it := range slices.Backward(c.items) {
		for _, b := range it.buttons {
			if c.offers(b, it.Seq) {
				b.Seq = it.Seq
				buttons = append(buttons, b)
			}
		}
	}
	p.settle()
	if m := p.menuOf(c); m != nil {
		for _, a := range m.areas {
			buttons = append(buttons, a.button)
		}
	}
	return buttons
}

// offers says whether a button of the message seq can still be tapped.
func (c *chat) offers(b Button, seq int) bool {
	return !b.Quick || seq == len(c.items) && c.quickUsed != seq
}

// Tap taps the newest button with that label. Errors: those of Press.
func (p *Platform) Tap(ctx context.Context, user, label string) (Delivery, error) {
	b, err := p.labelled(user, label)
	if err != nil {
		return Delivery{}, err
	}
	return p.Press(ctx, user, b, "")
}

// Pick enters a value into the newest date or time picker with that label. Errors: those of Press.
func (p *Platform) Pick(ctx context.Context, user, label, value string) (Delivery, error) {
	b, err := p.labelled(user, label)
	if err != nil {
		return Delivery{}, err
	}
	return p.Press(ctx, user, b, value)
}

func (p *Platform) labelled(user, label string) (Button, error) {
	p.mu.Lock()
	c, _ := p.place(user)
	p.mu.Unlock()
	if c == nil {
		return Button{}, ErrUnknownUser
	}
	for _, b := range p.Buttons(user) {
		if b.Label == label {
			return b, nil
		}
	}
	return Button{}, ErrNoButton
}

// Press taps a button of Buttons; value is what is picked and stays empty for everything else than
// a picker. A uri or clipboard action sends nothing: its Delivery is zero. Errors: ErrUnknownUser,
// ErrBlocked, ErrNoButton if the chat shows it no longer, ErrBadInput if the picker does not offer
// the value, ErrWebhook.
func (p *Platform) Press(ctx context.Context, user string, b Button, value string,
) (Delivery, error) {
	c, u, err := p.present(user)
	if err != nil {
		return Delivery{}, err
	}
	b, err = p.press(c, u, b, value)
	if err != nil {
		return Delivery{}, err
	}
	switch b.Type {
	case "message":
		return p.Say(ctx, user, b.Text)
	case "camera", "cameraRoll":
		return p.Image(ctx, user)
	case "location":
		return p.Location(ctx, user, "A place", "1-9-1 Marunouchi, Chiyoda-ku, Tokyo", 35.681236, 139.767125)
	case "richmenuswitch":
		return p.switchMenu(ctx, c, u, b)
	case "postback":
		return p.postback(ctx, user, c, u, b)
	case "datetimepicker":
		return p.tell(ctx, c, u, "postback", map[string]any{"postback": map[string]any{
			"data": b.Data, "params": map[string]any{b.Mode: value},
		}})
	default:
		return Delivery{}, nil
	}
}

// press checks that the button is there and allows the value, and uses a quick reply up.
func (p *Platform) press(c *chat, u *user, b Button, value string) (Button, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.Seq == 0 {
		return p.pressMenu(c, b, value)
	}
	if b.Seq < 1 || b.Seq > len(c.items) {
		return b, ErrNoButton
	}
	it, seq := c.items[b.Seq-1], b.Seq
	if b.Index < 0 || b.Index >= len(it.buttons) || !c.offers(it.buttons[b.Index], seq) {
		return b, ErrNoButton
	}
	b = it.buttons[b.Index]
	if err := b.allows(value); err != nil {
		return b, err
	}
	if b.Type == "uri" {
		it.clicks(u, b.URI, p.opt.Now())
	}
	if b.Quick {
		c.quickUsed = seq
		c.touch()
	}
	return b, nil
}

// pressMenu is press for an area of the rich menu. The caller holds p.mu.
func (p *Platform) pressMenu(c *chat, b Button, value string) (Button, error) {
	p.settle()
	m := p.menuOf(c)
	if m == nil || b.Index < 0 || b.Index >= len(m.areas) {
		return b, ErrNoButton
	}
	b = m.areas[b.Index].button
	return b, b.allows(value)
}

// postback sends the event of a postback button, after the bubble that it shows.
func (p *Platform) postback(ctx context.Context, name string, c *chat, u *user, b Button,
) (Delivery, error) {
	switch {
	case b.sendsText:
		if d, err := p.Say(ctx, name, b.Text); err != nil {
			return d, err
		}
	case b.Text != "":
		p.mu.Lock()
		p.bubble(c, u, "", "text", b.Text, nil)
		p.mu.Unlock()
	}
	return p.tell(ctx, c, u, "postback", map[string]any{
		"postback": map[string]any{"data": b.Data},
	})
}

// layouts are the forms of a picker's values, by its mode.
var layouts = map[string]string{
	"date": "2006-01-02", "time": "15:04", "datetime": "2006-01-02T15:04",
}

// allows says whether the button takes the value. Values of one form compare as strings.
func (b Button) allows(value string) error {
	if b.Type != "datetimepicker" {
		if value != "" {
			return fmt.Errorf("%w: the button takes no value", ErrBadInput)
		}
		return nil
	}
	if _, err := time.Parse(layouts[b.Mode], value); err != nil {
		return fmt.Errorf("%w: not a value of mode %s", ErrBadInput, b.Mode)
	}
	if b.Min != "" && value < b.Min || b.Max != "" && value > b.Max {
		return fmt.Errorf("%w: outside the picker's bounds", ErrBadInput)
	}
	return nil
}
