// Package id tells what may stand for an id of LINE in a path of its API.
package id

import "strings"

// Valid reports whether s can be a part of a path without leading to another one. It does not tell
// what the id is of: LINE has several forms.
func Valid(s string) bool {
	return s != "" && len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
