package flow

// State is the name of a state. It is stored: snake_case, beginning with a letter, up to 64
// bytes. "start" and "end" are reserved.
type State string

// AnyState stands for all states in Transition.From.
const AnyState State = "*"

// looplab's table has these two states besides those of the flow: before its start, after its end.
const (
	startState = "start"
	endState   = "end"
)

const maxName = 64

// nameFault says what is wrong with a stored name, or nothing.
func nameFault(name string) string {
	switch {
	case name == "":
		return "is empty"
	case name == startState || name == endState || name == string(AnyState):
		return "is reserved"
	case len(name) > maxName:
		return "is longer than 64 bytes"
	}
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return "is not snake_case"
		}
	}
	return ""
}
