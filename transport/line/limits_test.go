package line

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

// broken returns the lines of an error of Validate.
func broken(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func TestLimitErrorText(t *testing.T) {
	tests := []struct {
		name string
		err  LimitError
		want string
	}{
		{
			"too many", LimitError{Path: "template.actions[2].label", Actual: 23, Max: 20, Unit: GraphemeClusters},
			"line: template.actions[2].label: 23 of at most 20 grapheme clusters",
		},
		{
			"too few", LimitError{Path: "template.columns", Actual: 0, Min: 1, Max: 10, Unit: Items},
			"line: template.columns: 0 of at least 1 items",
		},
		{
			"not the number", LimitError{Path: "template.actions", Actual: 3, Min: 2, Max: 2, Unit: Items},
			"line: template.actions: 3 of exactly 2 items",
		},
		{"a rule", LimitError{Path: "text", Rule: "required"}, "line: text: required"},
		{"no path", LimitError{Rule: "not valid JSON"}, "line: message: not valid JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.EqualError(t, &tt.err, tt.want) })
	}
}

func TestValidateIsTyped(t *testing.T) {
	err := Text(strings.Repeat("🍎", 2501)).Quick(Say("")).Validate()
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, LimitError{Path: "text", Actual: 5002, Max: 5000, Unit: UTF16Units}, *limit)
	var all interface{ Unwrap() []error }
	require.True(t, errors.As(err, &all))
	require.Len(t, all.Unwrap(), 3)
	require.NotContains(t, err.Error(), "🍎")
}

func TestCounting(t *testing.T) {
	tests := []struct {
		name            string
		text            string
		units, clusters int
	}{
		{"empty", "", 0, 0},
		{"ASCII", "book", 4, 4},
		{"CR LF", "a\r\nb", 4, 3},
		{"apple", "🍎", 2, 1},
		{"family", "👨‍👩‍👧", 8, 1},
		{"flag", "🇯🇵", 4, 1},
		{"combining mark", "e\u0301", 2, 1},
		{"Thai", "ที่", 3, 1},
		{"Japanese", "何名様", 3, 3},
		{"no UTF-8", "a\xff\xfe", 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.units, textlen.UTF16(tt.text))
			require.Equal(t, tt.clusters, textlen.Clusters(tt.text))
		})
	}
}

func TestHasScheme(t *testing.T) {
	tests := []struct {
		name, url string
		want      bool
	}{
		{"plain", "https://example.com/a.png", true},
		{"any case", "HTTPS://example.com", true},
		{"no host", "https://", false},
		{"http", "http://example.com", false},
		{"space", "https://example.com/a b", false},
		{"not encoded", "https://example.com/é", false},
		{"control", "https://example.com/\x7f", false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, check.HasScheme(tt.url, "https://")) })
	}
}
