package flowtest

import (
	"fmt"
	"strings"
)

// mismatch says where the transcript and what happened part.
func mismatch(file, want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	n := 0
	for n < len(w) && n < len(g) && w[n] == g[n] {
		n++
	}
	at := func(lines []string) string {
		if n >= len(lines) || n == len(lines)-1 && lines[n] == "" {
			return "(end of the transcript)"
		}
		return lines[n]
	}
	from := max(0, n-5)
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: the conversation went another way\n", file, n+1)
	for _, l := range w[from:n] {
		fmt.Fprintf(&b, "      %s\n", l)
	}
	fmt.Fprintf(&b, "want: %s\n got: %s\n", at(w), at(g))
	fmt.Fprintf(&b, "(Options.Update writes what happened into the file)")
	return b.String()
}
