package flow

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
)

// MigrationStep is one step from an older type of a flow's data to the next. Make one with Migration.
type MigrationStep struct {
	from, to reflect.Type
	read     func(stored []byte) (any, error) // reads data of the type from
	apply    func(old any) (any, error)
	fault    string
}

// Migration describes how data of an older type becomes data of the next one: see Builder.Migrate. It must be
// pure and safe for concurrent use. V1 needs the fields of the old type that are used, with their old names in
// JSON; it may be a map[string]any.
//
// If the function fails or panics, the data counts as unreadable.
func Migration[V1, V2 any](convert func(old V1) (V2, error)) MigrationStep {
	m := MigrationStep{from: reflect.TypeFor[V1](), to: reflect.TypeFor[V2]()}
	_, typed := any(new(V1)).(TypedData)
	switch kind := m.from.Kind(); {
	case convert == nil:
		m.fault = "has a nil function"
	case kind == reflect.Pointer || kind == reflect.Interface:
		m.fault = "takes " + m.from.String() + ": use the type of the data itself"
	case typed:
		m.fault = "takes " + m.from.String() + ", which has a stored form of its own: SetData reads its old forms"
	}
	m.read = func(stored []byte) (any, error) {
		var old V1
		if len(stored) == 0 { // it had no content, such as struct{}
			return old, nil
		}
		err := json.Unmarshal(stored, &old)
		return old, err
	}
	m.apply = func(old any) (any, error) { return convert(old.(V1)) }
	return m
}

// Migrate says how the data that earlier builds stored become data of the type T: one step for each change of
// the type that encoding/json cannot bridge, such as a number that became a text. A field that was added or
// removed needs none. Steps stay in the order in which they were added, and new ones come last:
//
//	b := flow.New[Booking]("booking")
//	b.Migrate(
//		flow.Migration(func(old bookingV1) (bookingV2, error) { ... }), // the party as a number
//		flow.Migration(func(old bookingV2) (Booking, error) { ... }),   // one field for the name
//	)
//
// The number of steps is the version of the data. It is stored with the data, also with that of reminders and of
// the history for Back. Data of an older version goes through the steps that it lacks whenever it is read; data
// of a higher version, as after a rollback, is ErrNewerData. A flow without migrations stores no version.
func (b *Builder[T]) Migrate(steps ...MigrationStep) *Builder[T] {
	b.migrations = append(b.migrations, steps...)
	return b
}

// checkMigrations reports a chain of migrations that does not lead to the type of the data.
func (d *draft) checkMigrations(r *report) {
	if len(d.b.migrations) == 0 {
		return
	}
	if newCodec(d.b.data).typed {
		r.add("", "", "has migrations, but its data has a stored form of its own: SetData reads its old forms")
		return
	}
	var before reflect.Type
	for i, m := range d.b.migrations {
		name := fmt.Sprintf("the migration %d", i+1)
		switch {
		case m.from == nil:
			r.add("", "", "%s is empty: make it with Migration", name)
		case m.fault != "":
			r.add("", "", "%s %s", name, m.fault)
		case before != nil && before != m.from:
			r.add("", "", "%s takes %s, but the one before makes %s", name, m.from, before)
		}
		before = m.to
	}
	if want := d.b.data; before != nil && before != want {
		r.add("", "", "the last migration makes %s, but the data is %s", before, want)
	}
}

// Data of a version other than 0 is stored as this byte, the version as a varint, and JSON. No JSON begins
// with this byte.
const versionMark = 0

// appendVersion appends what comes before the JSON of data with migrations.
func (c codec) appendVersion(b []byte) []byte {
	return binary.AppendUvarint(append(b, versionMark), uint64(len(c.migrations)))
}

// isVersioned reports whether stored data has a version, or is older than the first migration.
func (c codec) isVersioned(b []byte) bool {
	return len(c.migrations) > 0 || len(b) > 0 && b[0] == versionMark && !c.typed
}

// decodeVersion reads stored data of any version up to the present one.
func (c codec) decodeVersion(b []byte, v any) error {
	version := uint64(0)
	if len(b) > 0 && b[0] == versionMark {
		var n int
		if version, n = binary.Uvarint(b[1:]); n <= 0 {
			return errBadVersion
		}
		b = b[1+n:]
	}
	switch present := uint64(len(c.migrations)); {
	case version > present:
		return ErrNewerData
	case version == present:
		return c.readJSON(b, v)
	}
	steps := c.migrations[version:]
	data, err := steps[0].read(b)
	for i := 0; i < len(steps) && err == nil; i++ {
		data, err = steps[i].apply(data)
	}
	if err == nil {
		reflect.ValueOf(v).Elem().Set(reflect.ValueOf(data))
	}
	return err
}
