package flow

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type plannedInner struct {
	Street string `json:"street,omitempty"`
	Number *int16 `json:"number"`
}

type plannedNode struct {
	Name string
	Next *plannedNode
	Kids []plannedNode `json:",omitempty"`
}

// plannedOwn says itself what its JSON is.
type plannedOwn struct{ n int }

func (o plannedOwn) MarshalJSON() ([]byte, error)  { return fmt.Appendf(nil, `{ "n<": %d }`, o.n), nil }
func (o *plannedOwn) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&o.n}) }

// plannedV2 has the method of encoding/json/v2.
type plannedV2 struct{ Hidden int }

func (plannedV2) MarshalJSONTo(int) {}

type plannedText struct{ s string }

func (o plannedText) MarshalText() ([]byte, error)  { return []byte("<" + o.s + ">"), nil }
func (o *plannedText) UnmarshalText(b []byte) error { o.s = string(b); return nil }

// planned has a field of each kind.
type planned struct {
	Day     string    `json:"day"`
	Party   int       `json:"party"`
	At      time.Time `json:"at"`
	Small   int8
	Big     uint64 `json:",omitempty"`
	Share   float64
	Half    float32 `json:"half,omitempty"`
	Yes     bool    `json:"yes,omitempty"`
	Address plannedInner
	Before  *plannedInner  `json:"before,omitempty"`
	Stops   []plannedInner `json:"stops"`
	Tags    []string       `json:"tags,omitempty"`
	Counts  map[string]int `json:"counts,omitempty"`
	Photo   []byte
	Fixed   [2]bool
	Own     plannedOwn
	OwnTwo  *plannedOwn
	Text    plannedText
	Number  json.Number
	Wait    time.Duration
	Tree    plannedNode
	Left    int `json:"-"`
	plannedInner2
	Pointers **string
}

type plannedInner2 struct {
	Deep  string
	Party int // hidden by that of planned in Go, and another name in JSON
}

// plannedOdd has what is left to encoding/json as a whole.
type plannedOdd struct {
	A int    `json:"a,string"`
	B string `json:"b<"`
	C int    `json:",omitzero"`
	*plannedInner
}

var plannedTypes = []reflect.Type{
	reflect.TypeFor[planned](), reflect.TypeFor[plannedOdd](), reflect.TypeFor[plannedNode](),
	reflect.TypeFor[[]planned](), reflect.TypeFor[string](), reflect.TypeFor[plannedOwn](), reflect.TypeFor[float32](),
	reflect.TypeFor[map[string]plannedInner](), reflect.TypeFor[struct {
		V plannedV2
		T time.Time
	}](),
}

// A plan writes the bytes of json.Marshal, and fails where that fails; what it reads is what json.Unmarshal reads.
// The types and the values are random.
func TestPlanRandom(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for n := range 4000 {
		typ := randomType(rnd, 0)
		if n%2 == 0 {
			typ = plannedTypes[n/2%len(plannedTypes)]
		}
		plan, v := planOf(typ), reflect.New(typ)
		randomize(rnd, v.Elem(), 0)
		want, err := json.Marshal(v.Interface())
		got, ok := plan.write(nil, v.Elem())
		require.Equal(t, err == nil, ok, "%s: %v", typ, err)
		if err != nil {
			continue
		}
		require.Equal(t, string(want), string(got), "%s", typ)
		if samePlanned(t, plan, typ, want) {
			taken++
		}
		samePlanned(t, plan, typ, spoil(rnd, want))
	}
	require.Greater(t, taken, 1500, "most of what is written is read by the plan")
}

// A plan that reads bytes reads what json.Unmarshal reads.
func FuzzPlan(f *testing.F) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, typ := range plannedTypes {
		v := reflect.New(typ)
		randomize(rnd, v.Elem(), 0)
		if b, err := json.Marshal(v.Interface()); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, typ := range plannedTypes {
			samePlanned(t, planOf(typ), typ, b)
		}
	})
}

// samePlanned compares what is read with the plan and without. It reports whether the plan read it.
func samePlanned(t *testing.T, plan *jsonPlan, typ reflect.Type, b []byte) bool {
	t.Helper()
	want, got := reflect.New(typ), reflect.New(typ)
	err := json.Unmarshal(b, want.Interface())
	rest, ok := plan.read(b, got.Elem())
	if !ok || len(rest) > 0 {
		return false
	}
	require.NoError(t, err, "%s %s", typ, b)
	require.Equal(t, want.Interface(), got.Interface(), "%s %s", typ, b)
	return true
}

// The plan itself reads what it wrote, and leaves these to encoding/json.
func TestPlanReads(t *testing.T) {
	t.Parallel()
	type data struct {
		Day   string  `json:"day"`
		Party int8    `json:"party"`
		Up    uint    `json:"up,omitempty"`
		Share float64 `json:"share,omitempty"`
		Tags  []int   `json:"tags,omitempty"`
	}
	plan := planOf(reflect.TypeFor[data]())
	for b, want := range map[string]bool{
		`{"day":"2026-12-05","party":2}`:                true,
		`{"day":"土曜日","party":-128,"up":7,"share":1.5}`: true,
		`{}`:                              true,
		`{"party":2}`:                     true, // a field that an earlier build did not have
		`{"tags":[]}`:                     true,
		`{"tags":null}`:                   true,
		`{"share":-1.5e-7}`:               true,
		``:                                false,
		`null`:                            false,
		`{`:                               false,
		`{"day"`:                          false,
		`{"day":`:                         false,
		`{"day":"x`:                       false,
		`{"day":"x"`:                      false,
		`{"day":"x"}}`:                    false,
		`{"day":"x",}`:                    false,
		`{"Day":"x"}`:                     false,
		`{"day":"x","more":1}`:            false,
		`{"party":2,"day":"x"}`:           false,
		`{"day":"x","day":"y"}`:           false,
		`{"day":"\u0041"}`:                false,
		"{\"day\":\"\xff\"}":              false,
		"{\"day\":\"\n\"}":                false,
		`{"day":null}`:                    false,
		`{"day": "x"}`:                    false,
		`{"party":128}`:                   false,
		`{"party":1.0}`:                   false,
		`{"party":1e1}`:                   false,
		`{"party":01}`:                    false,
		`{"party":+1}`:                    false,
		`{"party":-}`:                     false,
		`{"up":-1}`:                       false,
		`{"up":18446744073709551616}`:     false,
		`{"share":1e999}`:                 false,
		`{"share":.5}`:                    false,
		`{"share":1.}`:                    false,
		`{"share":0x1p-2}`:                false,
		`{"share":1_000}`:                 false,
		`{"share":Infinity}`:              false,
		`{"tags":[1,]}`:                   false,
		`{"tags":[1`:                      false,
		`{"tags":[1 ]}`:                   false,
		`{"day":"x"},{"day":"y"}`:         false,
		strings.Repeat("[", 20000) + "1]": false,
	} {
		require.Equal(t, want, samePlanned(t, plan, reflect.TypeFor[data](), []byte(b)), b)
	}
}

// What is left to encoding/json inside a plan is cut out of the rest in the right place.
func TestPlanCuts(t *testing.T) {
	t.Parallel()
	type data struct {
		M map[string]any
		N int
	}
	plan := planOf(reflect.TypeFor[data]())
	for b, want := range map[string]bool{
		`{"M":{"a":[1,{"}":"\"]"}]},"N":1}`: true,
		`{"M":null,"N":1}`:                  true,
		`{"M":{"a":1],"N":1}`:               false,
		`{"M":{"a":"\","N":1}`:              false,
		`{"M":,"N":1}`:                      false,
		`{"M":{}{},"N":1}`:                  false,
		`{"M":{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `},"N":1}`:   true,
		`{"M":{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `},"N":1}`: false,
	} {
		require.Equal(t, want, samePlanned(t, plan, reflect.TypeFor[data](), []byte(b)), b)
	}
}

// Data that the plan does not read is read by encoding/json from the start: nothing is left of the attempt.
func TestPlanFallsBack(t *testing.T) {
	t.Parallel()
	type data struct {
		Day  string
		Sum  plannedSum
		Tags []string
		N    int
	}
	c := newCodec(reflect.TypeFor[data]())
	var got data
	require.NoError(t, c.decode([]byte(`{"Day":"x","Tags":["a","b"],"n":3, "Tags":null}`), &got))
	require.Equal(t, data{Day: "x", N: 3}, got)
	got = data{}
	require.NoError(t, c.decode([]byte(`{"Day":"x","Sum":2,"More":1}`), &got))
	require.Equal(t, data{Day: "x", Sum: 2}, got)
	got = data{}
	require.ErrorContains(t, c.decode([]byte(`{"Day":"x","N":"1"}`), &got), "cannot unmarshal string")
	got = data{}
	require.ErrorContains(t, c.decode([]byte(`{"Day":"x"} y`), &got), "after top-level value")
	_, err := newCodec(reflect.TypeFor[plannedFloat]()).encode(&plannedFloat{math.NaN()}, 0)
	require.ErrorContains(t, err, "unsupported value: NaN")
}

// plannedSum adds up what it reads.
type plannedSum int

func (s plannedSum) MarshalJSON() ([]byte, error) { return json.Marshal(int(s)) }
func (s *plannedSum) UnmarshalJSON(b []byte) error {
	var n int
	err := json.Unmarshal(b, &n)
	*s += plannedSum(n)
	return err
}

type plannedFloat struct{ F float64 }

// spoil changes a byte, or takes one out, or adds one.
func spoil(rnd *rand.Rand, b []byte) []byte {
	i := rnd.IntN(len(b))
	c := "{}[]\":,\\ \n01.-+eEnulltrue\xff\xe2<aA"[rnd.IntN(30)]
	switch bad := append([]byte(nil), b...); rnd.IntN(3) {
	case 0:
		bad[i] = c
		return bad
	case 1:
		return append(bad[:i], b[i+1:]...)
	default:
		return append(append(bad[:i:i], c), b[i:]...)
	}
}

// randomType returns a type that data may have.
func randomType(rnd *rand.Rand, depth int) reflect.Type {
	simple := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint16](),
		reflect.TypeFor[uint64](), reflect.TypeFor[int64](), reflect.TypeFor[float64](), reflect.TypeFor[float32](),
		reflect.TypeFor[bool](), timeType, reflect.TypeFor[plannedOwn](), reflect.TypeFor[plannedText](),
		reflect.TypeFor[[]byte](), reflect.TypeFor[plannedInner](), reflect.TypeFor[json.Number](), reflect.TypeFor[any](),
	}
	if depth > 3 {
		return simple[rnd.IntN(len(simple))]
	}
	switch rnd.IntN(8) {
	case 0:
		return reflect.PointerTo(randomType(rnd, depth+1))
	case 1:
		return reflect.SliceOf(randomType(rnd, depth+1))
	case 2:
		return reflect.MapOf(reflect.TypeFor[string](), randomType(rnd, depth+1))
	case 3:
		return reflect.ArrayOf(rnd.IntN(3), randomType(rnd, depth+1))
	case 4, 5:
		var fields []reflect.StructField
		for i := range rnd.IntN(5) {
			tags := []string{"", `json:"%s"`, `json:"%s,omitempty"`, `json:",omitempty"`, `json:"%s,omitzero"`, `json:"-"`,
				`json:"%s,string"`, `json:"é%s"`, `json:"a-%s"`}
			tag := tags[min(rnd.IntN(20), len(tags)-1)%len(tags)]
			if rnd.IntN(2) > 0 {
				tag = tags[rnd.IntN(4)]
			}
			fields = append(fields, reflect.StructField{
				Name: fmt.Sprint("F", i), Type: randomType(rnd, depth+1),
				Tag: reflect.StructTag(strings.Replace(tag, "%s", fmt.Sprint("f", rnd.IntN(7)), 1)),
			})
		}
		return reflect.StructOf(fields)
	default:
		return simple[rnd.IntN(len(simple))]
	}
}

var plannedStrings = []string{
	"", "a", "Yamada Hanako", "土曜日", "…", "a\"b", "\\", "<b>&", "\u2028", "\x00", "\x7f", "\xff", "a\xc0", "\n\t",
	strings.Repeat("long ", 50), "\U0001F600", "\ufffd", "}", "null",
}

// randomize fills v with a random value. Zeros and limits come often.
func randomize(rnd *rand.Rand, v reflect.Value, depth int) {
	if rnd.IntN(5) == 0 || depth > 4 {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		zone := time.FixedZone("", (rnd.IntN(50*60)-25*60)*60)
		*p = time.Unix(rnd.Int64N(1<<33)-1<<32, rnd.Int64N(3)*500_000_000).In([]*time.Location{time.UTC, zone}[rnd.IntN(2)])
		if rnd.IntN(20) == 0 {
			*p = p.AddDate(9000, 0, 0)
		}
		return
	case *plannedOwn:
		p.n = rnd.IntN(10)
		return
	case *plannedText:
		p.s = plannedStrings[rnd.IntN(len(plannedStrings))]
		return
	case *json.Number:
		*p = json.Number([]string{"1", "-1.5e10", "x", ""}[rnd.IntN(4)])
		return
	}
	bits := rnd.Uint64() >> rnd.IntN(64)
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(bits) * int64(1-2*rnd.IntN(2)) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(bits << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		f := []float64{
			float64(int64(bits)) / 100, math.Float64frombits(bits), 1e-6, 1e21, 9.99e-7, 1e-10, -1e22, math.MaxFloat64,
			math.SmallestNonzeroFloat64, math.Copysign(0, -1), math.MaxFloat32, 1e-45, float64(rnd.IntN(100)),
			math.Pow(10, float64(rnd.IntN(60)-30)),
		}
		v.SetFloat(f[rnd.IntN(len(f))])
	case reflect.String:
		v.SetString(plannedStrings[rnd.IntN(len(plannedStrings))])
	case reflect.Interface:
		v.Set(reflect.ValueOf(plannedStrings[rnd.IntN(len(plannedStrings))]))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		randomize(rnd, v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rnd.IntN(4), 4))
		for i := range v.Len() {
			randomize(rnd, v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			randomize(rnd, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rnd.IntN(4) {
			elem := reflect.New(v.Type().Elem()).Elem()
			randomize(rnd, elem, depth+1)
			v.SetMapIndex(reflect.ValueOf(plannedStrings[rnd.IntN(len(plannedStrings))]), elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() || v.Type().Field(i).Type == reflect.TypeFor[plannedInner2]() {
				if f := v.Field(i); f.CanInterface() {
					randomize(rnd, f, depth+1)
				} else {
					f.Field(0).SetString(plannedStrings[rnd.IntN(len(plannedStrings))])
				}
			}
		}
	}
}
