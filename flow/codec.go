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

// codec encodes and decodes data of type T.
type codec[T any] struct {
	typed bool
	empty bool // there is nothing to store

	plan *jsonPlan

	migrations []MigrationStep
}

func newCodec[T any](migrations ...MigrationStep) codec[T] {
	_, typed := any(new(T)).(TypedData)
	return codec[T]{
		typed: typed, empty: !typed && len(migrations) == 0 && reflect.TypeFor[T]().Size() == 0,
		plan: planOf(reflect.TypeFor[T]()), migrations: migrations,
	}
}

// encode returns the stored form of the data. size is about how many bytes that has.
func (c codec[T]) encode(v *T, size int) ([]byte, error) {
	switch {
	case c.empty:
		return nil, nil
	case c.typed:
		return any(v).(TypedData).AppendData(nil)
	}
	b := make([]byte, 0, size+16)
	if len(c.migrations) > 0 {
		b = c.appendVersion(b)
	}
	return c.appendJSON(b, v)
}

// appendJSON appends what json.Marshal returns.
func (c codec[T]) appendJSON(b []byte, v *T) ([]byte, error) {
	if all, ok := c.plan.write(b, reflect.ValueOf(v).Elem()); ok {
		return all, nil
	}
	data, err := json.Marshal(v)
	return append(b, data...), err
}

// decode reads b into v, which is zero.
func (c codec[T]) decode(b []byte, v *T) error {
	switch {
	case c.isVersioned(b):
		return c.decodeVersion(b, v)
	case c.empty || len(b) == 0:
		return nil
	case c.typed:
		return any(v).(TypedData).SetData(b)
	default:
		return c.readJSON(b, v)
	}
}

// readJSON does what json.Unmarshal does.
func (c codec[T]) readJSON(b []byte, v *T) error {
	if rest, ok := c.plan.read(b, reflect.ValueOf(v).Elem()); ok && len(rest) == 0 {
		return nil
	}
	var zero T
	*v = zero
	return json.Unmarshal(b, v)
}

// fault says why values of T cannot be stored, or nothing.
func (c codec[T]) fault() string {
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Pointer {
		return "the data is " + t.String() + ", which is nil at the start: use the type it points to"
	}
	if c.typed {
		return ""
	}
	if text := halfTyped(any(new(T))); text != "" {
		return text
	}
	return unstorable(reflect.TypeFor[T]())
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
func (s *step[T]) decode() (err error) {
	if s.decoded {
		return nil
	}
	defer s.rescue(&err)
	s.phase = PhaseDecode
	if err := s.typed.codec.decode(s.stored, &s.turn.Data); err != nil {
		return err
	}
	s.decoded = true
	return nil
}

// reads reports whether stored data can be read.
func (y *typed[T]) reads(data []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	var v T
	return y.codec.decode(data, &v) == nil
}

// decodeData is Flow.DecodeData.
func (y *typed[T]) decodeData(data []byte) (any, error) {
	s := &step[T]{typed: y, in: &Input{Data: data}, stored: data, rare: &rare{}}
	if err := s.decode(); err != nil {
		return nil, s.fail(err)
	}
	return s.turn.Data, nil
}

func (s *step[T]) encode() (data []byte, err error) {
	defer s.rescue(&err)
	s.phase = PhaseEncode
	return s.typed.codec.encode(&s.turn.Data, len(s.in.Data))
}
