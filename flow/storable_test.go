package flow

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type (
	person struct{ Name string }
	Person struct{ Name string }
	Animal struct{ Name string }
	Tagged struct {
		N string `json:"Name"`
	}
	Writes  struct{ N int }
	Reads   struct{ N int }
	Both    struct{ n int }
	ByPtr   struct{ N int }
	WordOut int
	WordIn  int
	Word    int
	Stamped struct {
		time.Time
		Note string
	}
	Named struct {
		At   time.Time
		Note string
	}
	Twins struct { // neither method is promoted, so that JSON takes the fields
		Both
		Other
	}
	Other struct{ m int }
	List  struct {
		Next *List
		Sub  map[string]*List
	}
	Embeds struct{ *Embeds }
	Stamp  struct { // has a form of its own over what is embedded
		time.Time
		Note string
	}
	hidden  struct{ day string }
	ownForm struct{ n int }
	sealed  struct {
		ownForm
		hidden
	}
	aDay    struct{ Day string }
	scratch struct {
		Party int
		cache string `json:"-"`
	}
	mixed struct {
		aDay
		scratch
		When  time.Time
		Price *big.Float
		Raw   json.RawMessage
		Tree  List
		ByDay map[time.Weekday][]map[netip.Addr]int
	}
	onlyAppends struct{ N int }
	onlySets    struct{ N int }
)

func (Writes) MarshalJSON() ([]byte, error)   { return []byte("1"), nil }
func (*Reads) UnmarshalJSON([]byte) error     { return nil }
func (b Both) MarshalJSON() ([]byte, error)   { return strconv.AppendInt(nil, int64(b.n), 10), nil }
func (b *Both) UnmarshalJSON(j []byte) error  { return json.Unmarshal(j, &b.n) }
func (o Other) MarshalJSON() ([]byte, error)  { return strconv.AppendInt(nil, int64(o.m), 10), nil }
func (o *Other) UnmarshalJSON(j []byte) error { return json.Unmarshal(j, &o.m) }
func (p *ByPtr) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(p.N), 10), nil }
func (p *ByPtr) UnmarshalJSON(j []byte) error { return json.Unmarshal(j, &p.N) }
func (WordOut) MarshalText() ([]byte, error)  { return nil, nil }
func (*WordIn) UnmarshalText([]byte) error    { return nil }
func (w Word) MarshalText() ([]byte, error)   { return strconv.AppendInt(nil, int64(w), 10), nil }
func (w *Word) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	*w = Word(n)
	return err
}
func (f *ownForm) AppendData(b []byte) ([]byte, error) {
	return strconv.AppendInt(b, int64(f.n), 10), nil
}
func (f *ownForm) SetData(b []byte) (err error)        { f.n, err = strconv.Atoi(string(b)); return err }
func (*onlyAppends) AppendData([]byte) ([]byte, error) { return nil, nil }
func (*onlySets) SetData([]byte) error                 { return nil }

func (s Stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"t": s.Time, "n": s.Note})
}
func (s *Stamp) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &struct {
		T *time.Time
		N *string
	}{&s.Time, &s.Note})
}

func faultOf[T any]() string { return newCodec(reflect.TypeFor[T]()).fault() }

// Nothing of the data is lost without a word. TestEveryFaultAtOnce sees that Build says so.
func TestDataThatCannotBeStored(t *testing.T) {
	t.Parallel()
	_ = scratch{}.cache + sealed{}.day
	const lost = " would be lost: JSON leaves out what is not exported; export it, or tag it `json:\"-\"` if it may be lost"
	for _, tt := range []struct{ name, fault, want string }{
		{"all of this", faultOf[mixed](), ""},
		{"its own form", faultOf[sealed](), ""},
		{"a plain type", faultOf[[]string](), ""},
		{"not exported", faultOf[hidden](), "the data.day" + lost},
		{"deep inside", faultOf[struct{ Days map[string][]*hidden }](), "the data.Days.day" + lost},
		{"embedded", faultOf[struct{ hidden }](), "the data.hidden.day" + lost},
		{"an embedded pointer", faultOf[struct{ *aDay }](), "the data.aDay" + lost},
		{"hidden by its package", faultOf[struct{ N atomic.Int64 }](), "the data.N._" + lost},
		{"a pointer", faultOf[*aDay](),
			"the data is *flow.aDay, which is nil at the start: use the type it points to"},
		{"a pointer to its own form", faultOf[*ownForm](),
			"the data is *flow.ownForm, which is nil at the start: use the type it points to"},
		{"a function", faultOf[struct{ P *struct{ F func() } }](),
			"the data.P.F cannot be stored: JSON has no form for func()"},
		{"a key", faultOf[map[aDay]int](), "the data cannot be stored: JSON has no form for a key of flow.aDay"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.fault)
		})
	}
}

func TestDataThatJSONLoses(t *testing.T) {
	t.Parallel()
	const unexported = " would be lost: JSON leaves out what is not exported; " +
		"export it, or tag it `json:\"-\"` if it may be lost"
	const anyText = " cannot be read back: what JSON reads into an any has another type, " +
		"a number is a float64 and a struct a map"
	lost := func(field, other, name string) string {
		return "the data" + field + " would be lost: " + other + " has the same name in JSON, " + name
	}
	tests := []struct{ name, got, want string }{
		{"one name by two tags", unstorable(reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"n"`},
			{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"n,omitempty"`},
		})), lost(".A", ".B", `"n"`)}, // go vet finds it too, where it sees the struct
		{"a tag with the name of another field", faultOf[struct {
			Name string
			Nick string `json:"Name"`
		}](), lost(".Name", ".Nick", `"Name"`)},
		{"names that differ in case are kept apart", faultOf[struct {
			ID int
			Id int `json:"id"`
		}](), ""},
		{"a name that no tag can have", unstorable(reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"a\"b"`},
			{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"A"`},
		})), lost(".A", ".B", `"A"`)},
		{"two embedded structs", faultOf[struct {
			Person
			Animal
		}](), lost(".Person.Name", ".Animal.Name", `"Name"`)},
		{"an embedded struct behind a field", faultOf[struct {
			Person
			Name string
		}](), lost(".Person.Name", ".Name", `"Name"`)},
		{"an embedded pointer", faultOf[struct {
			*Person
			Animal
		}](), lost(".Person.Name", ".Animal.Name", `"Name"`)},
		{"a tag wins over an embedded one", faultOf[struct {
			Person
			Tagged
		}](), lost(".Person.Name", ".Tagged.N", `"Name"`)},
		{"embedded structs with names do not clash", faultOf[struct {
			Person `json:"person"`
			Animal `json:"animal"`
		}](), ""},
		{"an embedded struct that is not exported", faultOf[struct {
			person
			Age int
		}](), ""},
		{"an embedded pointer that is not exported", faultOf[struct{ *person }](),
			"the data.person" + unexported},
		{"deep inside", faultOf[struct {
			L []map[string]struct {
				Person
				Animal
			}
		}](),
			lost(".L.Person.Name", ".L.Animal.Name", `"Name"`)},
		{"what is left out on purpose", faultOf[struct {
			Person `json:"-"`
			Name   string
			F      func() `json:"-"`
		}](), ""},
		{"MarshalJSON alone", faultOf[struct{ W Writes }](),
			"the data.W cannot be read back: flow.Writes has MarshalJSON without UnmarshalJSON"},
		{"UnmarshalJSON alone", faultOf[struct{ R []Reads }](),
			"the data.R cannot be read back: flow.Reads has UnmarshalJSON without MarshalJSON"},
		{"MarshalText alone", faultOf[struct{ W *WordOut }](),
			"the data.W cannot be read back: flow.WordOut has MarshalText without UnmarshalText"},
		{"UnmarshalText alone", faultOf[struct{ W WordIn }](),
			"the data.W cannot be read back: flow.WordIn has UnmarshalText without MarshalText"},
		{"both", faultOf[struct {
			B Both
			W map[Word]Word
			T time.Time
			P map[string]*ByPtr
			S []ByPtr
			R json.RawMessage
			N json.Number
		}](), ""},
		{"a pointer's method in a map", faultOf[struct{ M map[string]ByPtr }](),
			"the data.M cannot be read back: flow.ByPtr is in a map, " +
				"where JSON does not call MarshalJSON of the pointer: give it a value receiver"},
		{"half a key", faultOf[struct{ M map[WordOut]int }](),
			"the data.M cannot be stored: the key flow.WordOut has MarshalText without UnmarshalText"},
		{"the other half", faultOf[struct{ M map[WordIn]int }](),
			"the data.M cannot be stored: the key flow.WordIn has UnmarshalText without MarshalText of the value"},
		{"no key", faultOf[struct{ M map[float64]int }](),
			"the data.M cannot be stored: JSON has no form for a key of float64"},
		{"AppendData alone", faultOf[onlyAppends](), "the data has AppendData without SetData: see TypedData"},
		{"SetData alone", faultOf[onlySets](), "the data has SetData without AppendData: see TypedData"},
		{"any", faultOf[struct{ V []any }](), "the data.V" + anyText},
		{"any by itself", faultOf[any](), "the data" + anyText},
		{"an interface", faultOf[struct{ E error }](),
			"the data.E cannot be read back: JSON does not keep what was in the interface error"},
		{"an embedded time", faultOf[Stamped](),
			"the data.Note would be lost: the JSON of flow.Stamped is that of Time, which is embedded; give the field a name"},
		{"a time with a name", faultOf[Named](), ""},
		{"an embedded time in a form of its own", faultOf[Stamp](), ""},
		{"embedded forms that are not promoted", faultOf[Twins](),
			"the data.Both.n" + unexported},
		{"types within themselves", faultOf[struct {
			L List
			E Embeds
		}](), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.got)
		})
	}
}

// Random structs: Build is content with exactly those whose values come back whole.
func TestDataIsStorableIfItComesBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	faults := 0
	for range 3000 {
		typ := randomStruct(r, 2)
		v := reflect.New(typ)
		fillAll(v.Elem())
		b, err := json.Marshal(v.Interface())
		require.NoError(t, err)
		back := reflect.New(typ)
		require.NoError(t, json.Unmarshal(b, back.Interface()))
		text := unstorable(typ)
		require.Equal(t, text == "", reflect.DeepEqual(v.Interface(), back.Interface()), "%v: %s %q", typ, b, text)
		if text != "" {
			faults++
		}
	}
	require.Greater(t, faults, 300)
	require.Less(t, faults, 2700)
}

func randomStruct(r *rand.Rand, depth int) reflect.Type {
	tags := [...]reflect.StructTag{"", "", "", `json:"A"`,
		`json:"b,omitempty"`, `json:"B"`, `json:"c"`, `json:",omitzero"`, `json:"a\"b"`}
	var fields []reflect.StructField
	for i := range 1 + r.IntN(3) {
		f := reflect.StructField{Name: string(rune('A' + i)), Type: reflect.TypeFor[int](), Tag: tags[r.IntN(len(tags))]}
		switch k := r.IntN(5); {
		case k == 0:
			f.Type = reflect.TypeFor[map[string][]string]()
		case k < 3 && depth > 0:
			f.Type = randomStruct(r, depth-1)
			f.Anonymous = r.IntN(2) == 0
			if r.IntN(3) == 0 {
				f.Type = reflect.PointerTo(f.Type)
			}
		}
		fields = append(fields, f)
	}
	return reflect.StructOf(fields)
}

func fillAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillAll(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAll(v.Elem())
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string][]string{"k": {"v"}}))
	default:
		v.SetInt(7)
	}
}
