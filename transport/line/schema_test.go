package line

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// schema is the part of an OpenAPI schema that LINE's file uses.
type schema struct {
	Ref                  string `yaml:"$ref"`
	Type                 string
	Required             []string
	Properties           map[string]*schema
	AdditionalProperties *schema   `yaml:"additionalProperties"`
	AllOf                []*schema `yaml:"allOf"`
	OneOf                []*schema `yaml:"oneOf"`
	Items                *schema
	Enum                 []string
	Pattern              string
	MinLength            *int `yaml:"minLength"`
	MaxLength            *int `yaml:"maxLength"`
	MinItems             *int `yaml:"minItems"`
	MaxItems             *int `yaml:"maxItems"`
	Minimum              *float64
	Maximum              *float64
	Discriminator        *struct {
		PropertyName string `yaml:"propertyName"`
		Mapping      map[string]string
	}
}

// schemas is an OpenAPI file.
type schemas struct {
	Paths      map[string]struct{ Get, Post, Put, Delete *operation }
	Components struct{ Schemas map[string]*schema }
}

// operation is one call.
type operation struct {
	Parameters  []struct{ Name string }
	RequestBody struct {
		Content map[string]struct{ Schema *schema }
	} `yaml:"requestBody"`
}

// readOpenAPI reads one of LINE's OpenAPI files.
func readOpenAPI(t *testing.T, name string) *schemas {
	t.Helper()
	dir := needs.Folder(t, "LINE_OPENAPI", "the folder of https://github.com/line/line-openapi")
	raw, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return parseSchemas(t, raw)
}

func parseSchemas(t *testing.T, raw []byte) *schemas {
	t.Helper()
	var s schemas
	require.NoError(t, yaml.Unmarshal(raw, &s))
	return &s
}

func (s *schemas) find(ref string) *schema {
	return s.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]]
}

// check returns what is wrong with a value. Fields that no schema names are wrong too.
func (s *schemas) check(path string, sc *schema, v any) []string {
	known := map[string]bool{}
	wrong := s.walk(path, sc, v, known, map[*schema]bool{})
	if object, ok := v.(map[string]any); ok {
		for name := range object {
			if !known[name] && !known["*"] {
				wrong = append(wrong, path+"."+name+": no such field")
			}
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// walk notes the fields that a schema and those it is made of know.
func (s *schemas) walk(path string, sc *schema, v any, known map[string]bool, seen map[*schema]bool) (wrong []string) {
	if sc == nil {
		return []string{path + ": no such schema"}
	}
	if seen[sc] {
		return nil
	}
	seen[sc] = true
	if sc.Ref != "" {
		return s.walk(path, s.find(sc.Ref), v, known, seen)
	}
	for _, part := range sc.AllOf {
		wrong = append(wrong, s.walk(path, part, v, known, seen)...)
	}
	if len(sc.OneOf) > 0 && !slices.ContainsFunc(sc.OneOf, func(o *schema) bool {
		return len(s.walk(path, o, v, known, map[*schema]bool{})) == 0
	}) {
		wrong = append(wrong, path+": none of the kinds")
	}
	switch v := v.(type) {
	case map[string]any:
		wrong = append(wrong, s.object(path, sc, v, known, seen)...)
	case []any:
		wrong = append(wrong, s.array(path, sc, v)...)
	case string:
		wrong = append(wrong, s.text(path, sc, v)...)
	case float64:
		wrong = append(wrong, s.number(path, sc, v)...)
	case bool:
		wrong = append(wrong, kind(path, sc, "boolean")...)
	default:
		wrong = append(wrong, path+": null")
	}
	return wrong
}

func kind(path string, sc *schema, is ...string) []string {
	if sc.Type == "" || slices.Contains(is, sc.Type) {
		return nil
	}
	return []string{path + ": not a " + sc.Type}
}

func (s *schemas) object(path string, sc *schema, v map[string]any, known map[string]bool, seen map[*schema]bool) []string {
	wrong := kind(path, sc, "object")
	for _, name := range sc.Required {
		if _, ok := v[name]; !ok {
			wrong = append(wrong, path+"."+name+": required")
		}
	}
	for name, field := range sc.Properties {
		known[name] = true
		if value, ok := v[name]; ok {
			wrong = append(wrong, s.check(path+"."+name, field, value)...)
		}
	}
	if sc.AdditionalProperties != nil {
		known["*"] = true
		for name, value := range v {
			wrong = append(wrong, s.check(path+"."+name, sc.AdditionalProperties, value)...)
		}
	}
	if d := sc.Discriminator; d != nil {
		name, _ := v[d.PropertyName].(string)
		ref, ok := d.Mapping[name]
		if !ok {
			return append(wrong, path+": no such type")
		}
		wrong = append(wrong, s.walk(path, s.find(ref), v, known, seen)...)
	}
	return wrong
}

func (s *schemas) array(path string, sc *schema, v []any) []string {
	wrong := append(kind(path, sc, "array"), between(path, len(v), sc.MinItems, sc.MaxItems)...)
	for i, item := range v {
		if sc.Items != nil {
			wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", path, i), sc.Items, item)...)
		}
	}
	return wrong
}

func (s *schemas) text(path string, sc *schema, v string) []string {
	wrong := append(kind(path, sc, "string"), between(path, len(utf16.Encode([]rune(v))), sc.MinLength, sc.MaxLength)...)
	if len(sc.Enum) > 0 && !slices.Contains(sc.Enum, v) {
		wrong = append(wrong, path+": not one of the values")
	}
	if sc.Pattern != "" && !regexp.MustCompile(sc.Pattern).MatchString(v) {
		wrong = append(wrong, path+": not the pattern")
	}
	return wrong
}

func (s *schemas) number(path string, sc *schema, v float64) []string {
	wrong := kind(path, sc, "number", "integer")
	if sc.Type == "integer" && v != math.Trunc(v) {
		wrong = append(wrong, path+": not an integer")
	}
	if sc.Minimum != nil && v < *sc.Minimum || sc.Maximum != nil && v > *sc.Maximum {
		wrong = append(wrong, path+": out of range")
	}
	return wrong
}

func between(path string, n int, least, most *int) []string {
	if least != nil && n < *least || most != nil && n > *most {
		return []string{path + ": wrong length"}
	}
	return nil
}
