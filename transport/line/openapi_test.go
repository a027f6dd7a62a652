package line

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOpenAPI holds all messages to LINE's own description of its API.
func TestOpenAPI(t *testing.T) {
	api, g := readOpenAPI(t, "messaging-api.yml"), newGen(4)
	message, action := api.find("Message"), api.find("Action")
	for range 3000 {
		m := g.message()
		if _, is := m.(RawMessage); is {
			continue
		}
		require.Empty(t, api.check("message", message, decoded(t, m)), "%T", m)
	}
	menu := RichMenuSwitch("alias", "data").WithLabel("Next")
	var v any
	require.NoError(t, json.Unmarshal(appendAction(nil, menu, "abcdefgh"), &v))
	require.Empty(t, api.check("action", action, v))
}

func decoded(t *testing.T, m checked) any {
	t.Helper()
	object, err := m.AppendJSON(nil, "abcdefgh")
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(object, &v))
	return v
}

const tinyAPI = `
components:
  schemas:
    Pet:
      type: object
      required: [type]
      properties:
        type: {type: string}
        name: {type: string, minLength: 1, maxLength: 3, pattern: "^[a-z]+$"}
        legs: {type: integer, minimum: 0, maximum: 8}
        toys: {type: array, minItems: 1, maxItems: 2, items: {$ref: "#/components/schemas/Toy"}}
        marks: {type: object, additionalProperties: {type: boolean}}
        food: {oneOf: [{type: string}, {type: number}]}
      discriminator:
        propertyName: type
        mapping: {cat: "#/components/schemas/Cat"}
    Cat:
      type: object
      required: [mood]
      allOf:
        - $ref: "#/components/schemas/Pet"
        - properties:
            mood: {type: string, enum: [good, bad]}
    Toy:
      type: object
      properties:
        id: {type: number}
`

// TestSchemaCheck holds the check itself to what it is to find.
func TestSchemaCheck(t *testing.T) {
	api := parseSchemas(t, []byte(tinyAPI))
	tests := []struct {
		name, object string
		want         []string
	}{
		{"good", `{"type":"cat","mood":"good","name":"tom","legs":4,"toys":[{"id":0.5}],"marks":{"a":true},"food":1}`, nil},
		{"no type", `{}`, []string{"pet.type: required", "pet: no such type"}},
		{"another type", `{"type":"dog"}`, []string{"pet: no such type"}},
		{"required", `{"type":"cat"}`, []string{"pet.mood: required"}},
		{"enum", `{"type":"cat","mood":"odd"}`, []string{"pet.mood: not one of the values"}},
		{"length", `{"type":"cat","mood":"bad","name":"thomas"}`, []string{"pet.name: wrong length"}},
		{"pattern", `{"type":"cat","mood":"bad","name":"TOM"}`, []string{"pet.name: not the pattern"}},
		{"integer", `{"type":"cat","mood":"bad","legs":2.5}`, []string{"pet.legs: not an integer"}},
		{"range", `{"type":"cat","mood":"bad","legs":9}`, []string{"pet.legs: out of range"}},
		{"kind", `{"type":"cat","mood":"bad","legs":"4"}`, []string{"pet.legs: not a integer"}},
		{"items", `{"type":"cat","mood":"bad","toys":[]}`, []string{"pet.toys: wrong length"}},
		{"item", `{"type":"cat","mood":"bad","toys":[{"id":"1"}]}`, []string{"pet.toys[0].id: not a number"}},
		{"more fields", `{"type":"cat","mood":"bad","tail":1}`, []string{"pet.tail: no such field"}},
		{"additional", `{"type":"cat","mood":"bad","marks":{"a":1}}`, []string{"pet.marks.a: not a boolean"}},
		{"one of", `{"type":"cat","mood":"bad","food":true}`, []string{"pet.food: none of the kinds"}},
		{"null", `{"type":"cat","mood":null}`, []string{"pet.mood: null"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v any
			require.NoError(t, json.Unmarshal([]byte(tt.object), &v))
			require.Equal(t, tt.want, api.check("pet", api.find("Pet"), v))
		})
	}
}
