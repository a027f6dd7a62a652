package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

var (
	errNil  = errors.New("sdk: nil message")
	errDeep = errors.New("sdk: message nested too deep, or in itself")
)

// Message returns a message of the SDK as one to be sent by kaiwa. It takes values, pointers
// and any mix of them, and copies m at once: what happens to m later does not matter.
//
// Postbacks, pickers and switches of rich menus are marked like those of package line. Validate
// returns *line.LimitError values, joined, as that of line.RawMessage. If m is nil or has no JSON,
// both methods of what is returned say so.
func Message(m messaging_api.MessageInterface) transport.Message {
	object, err := marshal(m)
	if err != nil {
		return failed{err}
	}
	return line.Raw(object)
}

func marshal(m messaging_api.MessageInterface) ([]byte, error) {
	var c copier
	own := c.copyOf(reflect.ValueOf(&m).Elem(), 0)
	switch {
	case c.deep:
		return nil, errDeep
	case own.IsNil():
		return nil, errNil
	}
	object, err := json.Marshal(own.Interface())
	if err != nil {
		return nil, fmt.Errorf("sdk: marshal %T: %w", m, err)
	}
	return object, nil
}

// failed is a message that could not be read.
type failed struct{ err error }

func (m failed) AppendJSON(b []byte, _ string) ([]byte, error) { return b, m.err }
func (m failed) Validate() error                               { return m.err }
