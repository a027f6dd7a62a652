package flow

import (
	"encoding/json"
	"reflect"
)

// TypedData is what a pointer to a flow's data may implement to be stored in a form of its own
// rather than as JSON. Both methods must be safe for concurrent use on different values.
type TypedData interface {
	// AppendData appends the stored form of the data to b.
	AppendData(b []byte) ([]byte, error)
	// SetData replaces the data by what AppendData wrote. It must not keep b.
	SetData(b []byte) error
}

// codec encodes and decodes data of one type. The data is given by a pointer to it.
type codec struct {
	data  reflect.Type
	typed bool
	empty bool // there is nothing to store

	plan *jsonPlan

	migrations []MigrationStep
}

func newCodec(data reflect.Type, migrations ...MigrationStep) codec {
	typed := reflect.PointerTo(data).Implements(reflect.TypeFor[TypedData]())
	return codec{
		data: data, typed: typed, empty: !typed && len(migrations) == 0 && data.Size() == 0,
		plan: planOf(data), migrations: migrations,
	}
}

// encode returns the stored form of what v points to. size is about how many bytes that has.
func (c codec) encode(v any, size int) ([]byte, error) {
	switch {
	case c.empty:
		return nil, nil
	case c.typed:
		return v.(TypedData).AppendData(nil)
	}
	b := make([]byte, 0, size+16)
	if len(c.migrations) > 0 {
		b = c.appendVersion(b)
	}
	return c.appendJSON(b, v)
}

// appendJSON appends what json.Marshal returns.
func (c codec) appendJSON(b []byte, v any) ([]byte, error) {
	if all, ok := c.plan.write(b, reflect.ValueOf(v).Elem()); ok {
		return all, nil
	}
	data, err := json.Marshal(v)
	return append(b, data...), err
}

// decode reads b into what v points to, which is zero.
func (c codec) decode(b []byte, v any) error {
	switch {
	case c.isVersioned(b):
		return c.decodeVersion(b, v)
	case c.empty || len(b) == 0:
		return nil
	case c.typed:
		return v.(TypedData).SetData(b)
	default:
		return c.readJSON(b, v)
	}
}

// readJSON does what json.Unmarshal does.
func (c codec) readJSON(b []byte, v any) error {
	data := reflect.ValueOf(v).Elem()
	if rest, ok := c.plan.read(b, data); ok && len(rest) == 0 {
		return nil
	}
	data.SetZero()
	return json.Unmarshal(b, v)
}

// fault says why such data cannot be stored, or nothing.
func (c codec) fault() string {
	if t := c.data; t.Kind() == reflect.Pointer {
		return "the data is " + t.String() + ", which is nil at the start: use the type it points to"
	}
	if c.typed {
		return ""
	}
	if text := halfTyped(reflect.New(c.data).Interface()); text != "" {
		return text
	}
	return unstorable(c.data)
}

// halfTyped says that the data has one method of TypedData without the other, or nothing.
func halfTyped(data any) string {
	_, appends := data.(interface{ AppendData([]byte) ([]byte, error) })
	_, sets := data.(interface{ SetData([]byte) error })
	switch {
	case appends && !sets:
		return "the data has AppendData without SetData: see TypedData"
	case sets && !appends:
		return "the data has SetData without AppendData: see TypedData"
	}
	return ""
}

// decode reads the stored data, once.
func (s *step) decode() (err error) {
	if s.decoded {
		return nil
	}
	defer s.rescue(&err)
	s.phase = PhaseDecode
	if err := s.program.codec.decode(s.stored, s.user.data()); err != nil {
		return err
	}
	s.decoded = true
	return nil
}

// reads reports whether stored data can be read.
func (y *program) reads(data []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return y.codec.decode(data, y.newTurn().data()) == nil
}

// decodeData is Flow.DecodeData.
func (y *program) decodeData(data []byte) (any, error) {
	s := y.newStep()
	s.in, s.stored = &Input{Data: data}, data
	if err := s.decode(); err != nil {
		return nil, s.fail(err)
	}
	return s.user.value(), nil
}

func (s *step) encode() (data []byte, err error) {
	defer s.rescue(&err)
	s.phase = PhaseEncode
	return s.program.codec.encode(s.user.data(), len(s.in.Data))
}
