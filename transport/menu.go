package transport

import "errors"

// Menu switches the menu of a one-to-one chat. Of several in a turn the last one counts. It is
// sent like a message, once those of the turn are, but is no bubble and does not count as one.
// In a group or room it does nothing.
type Menu struct {
	// Name is what the platform knows the menu by: on LINE the alias of a rich menu. The empty
	// name is the menu that everybody sees who was given none.
	Name string
}

// MenuHolder is a Sender that knows the menus that were declared for it.
type MenuHolder interface {
	// HasMenu reports whether a menu of this name was declared. It is called when a bot is made.
	HasMenu(name string) bool
}

// MaxMenuName is the length of the longest name of a Menu.
// https://developers.line.biz/en/reference/messaging-api/#create-rich-menu-alias
const MaxMenuName = 32

var errMenuName = errors.New("transport: a menu's name is not up to 32 of a-z, 0-9, _ and -")

// AppendJSON implements Message. The JSON is a Delivery.Messages by itself, not an item of one.
// The error is always nil.
func (m Menu) AppendJSON(b []byte, _ string) ([]byte, error) {
	b = append(b, `{"menu":"`...)
	b = append(b, m.Name...)
	return append(b, `"}`...), nil
}

// Validate implements Message. It reports a malformed name.
func (m Menu) Validate() error { return CheckMenuName(m.Name) }

// CheckMenuName returns an error if name cannot be the name of a menu. The empty name is the menu
// that everybody has.
func CheckMenuName(name string) error {
	if len(name) > MaxMenuName {
		return errMenuName
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return errMenuName
		}
	}
	return nil
}

// ParseMenu returns the Menu that the messages of a Delivery are, and false if they are bubbles.
func ParseMenu(messages []byte) (Menu, bool) {
	const head, tail = `{"menu":"`, `"}`
	if len(messages) < len(head)+len(tail) || string(messages[:len(head)]) != head {
		return Menu{}, false
	}
	end := len(messages) - len(tail)
	m := Menu{Name: string(messages[len(head):end])}
	return m, string(messages[end:]) == tail && m.Validate() == nil
}
