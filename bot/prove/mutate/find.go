package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// place is where the code of a guard is.
type place struct {
	file       string
	text       string // of the file
	start, end int    // of the code in the text
}

// String is the place as editors take it.
func (p place) String() string {
	return fmt.Sprintf("%s:%d", filepath.Base(p.file), 1+strings.Count(p.text[:p.start], "\n"))
}

// without returns the text of the file without the guard.
func (p place) without(g *guard) string { return p.text[:p.start] + g.gone + p.text[p.end:] }

// notes has the comment up to the end of a line, by the ending of a file's name.
var notes = map[string]string{".go": `//.*`, ".lua": `--.*`}

// find looks for the code of a guard in all files of its folder but tests. Where the code has a
// space, the file may have any white space and comments. So neither a move to another file nor
// another indentation hides a guard. The code must be there exactly once.
func (g *guard) find(root string) (place, error) {
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(g.dir), "*"))
	if err != nil {
		return place{}, err
	}
	words := strings.Fields(regexp.QuoteMeta(g.code))
	var found []place
	for _, file := range files {
		note, ok := notes[filepath.Ext(file)]
		if !ok || strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return place{}, err
		}
		code := regexp.MustCompile(strings.Join(words, `(\s|`+note+`)+`))
		for _, at := range code.FindAllIndex(text, -1) {
			found = append(found, place{file, string(text), at[0], at[1]})
		}
	}
	switch {
	case g.code == g.gone:
		return place{}, fmt.Errorf("the guard %q changes nothing", g.name)
	case len(found) != 1:
		return place{}, fmt.Errorf("the guard %q is %d times in %s %v: %s", g.name, len(found), g.dir, found, g.code)
	}
	return found[0], nil
}

// testIsThere looks for the test's function. A subtest shows only when the test runs.
func (g *guard) testIsThere(root string) error {
	name, _, _ := strings.Cut(g.testName(), "/")
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(g.pkg()), "*_test.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("\nfunc "+name+"(")) {
			return nil
		}
	}
	return fmt.Errorf("the guard %q has no test: %s", g.name, g.test)
}

// check finds all guards and their tests, which takes a second, and returns what is wrong with the
// list.
func check(root string, all []guard) error {
	var wrong []error
	names := map[string]bool{}
	for _, g := range all {
		if names[g.name] {
			wrong = append(wrong, fmt.Errorf("two guards are named %q", g.name))
		}
		names[g.name] = true
		_, err := g.find(root)
		wrong = append(wrong, err, g.testIsThere(root))
	}
	return errors.Join(wrong...)
}
