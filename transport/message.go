package transport

// Message is one message object, as a platform shows it in one bubble.
//
// Messages are values: they are not changed after they were made, and both methods are safe
// for concurrent use.
type Message interface {
	// AppendJSON appends the message object to b in the platform's JSON. Each postback in it
	// gets the mark, if there is one: see Mark.
	AppendJSON(b []byte, mark string) ([]byte, error)
	// Validate reports every limit of the platform that the message breaks.
	Validate() error
}
