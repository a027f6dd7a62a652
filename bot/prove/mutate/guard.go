package main

import (
	"fmt"
	"path"
	"strings"
)

// guard is a piece of code on which a promise rests, and the test that proves it.
type guard struct {
	name string // what is promised
	file string // in the module
	code string // what holds the promise; it is in the file once
	gone string // what is there instead when it does not
	test string // "session/memstore TestStore/subtest": a package, and a name as go test prints it
}

// pkg and path of the test: where it is, and what -run takes for it alone.
func (g *guard) pkg() string {
	pkg, _, _ := strings.Cut(g.test, " ")
	return "./" + pkg
}

func (g *guard) testName() string {
	_, name, _ := strings.Cut(g.test, " ")
	return name
}

// pattern is what -run takes for just this test.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + quoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// quoteMeta escapes what a regular expression would not take literally.
func quoteMeta(s string) string {
	return strings.NewReplacer(`\`, `\\`, ".", `\.`, "+", `\+`, "(", `\(`, ")", `\)`, "[", `\[`).Replace(s)
}

// without returns the text of the file without the guard.
func (g *guard) without(text string) (string, error) {
	switch n := strings.Count(text, g.code); {
	case g.code == g.gone:
		return "", fmt.Errorf("the guard %q changes nothing", g.name)
	case n != 1:
		return "", fmt.Errorf("the guard %q is %d times in %s", g.name, n, g.file)
	}
	return strings.Replace(text, g.code, g.gone, 1), nil
}

// guards is the whole list.
func guards() []guard {
	var all []guard
	for _, part := range [][]guard{
		scriptGuards(), redisGuards(), memoryGuards(), durableGuards(), botGuards(), outputGuards(),
		troubleGuards(), lineGuards(), apiGuards(), menuGuards(), campaignGuards(), flowGuards(),
	} {
		all = append(all, part...)
	}
	return all
}

// table is the list in Markdown.
func table(all []guard) string {
	var b strings.Builder
	b.WriteString("# Guards, and the tests that prove them\n\n")
	b.WriteString("`make mutate` takes each of these guards out of the code, alone, and runs its test, which must fail.\n")
	b.WriteString("`go -C bot/prove doc ./mutate` says how. This table is written by `make golden`.\n\n")
	fmt.Fprintf(&b, "%d guards.\n\n", len(all))
	b.WriteString("| promise | file | the guard | without it | test |\n|---|---|---|---|---|\n")
	for _, g := range all {
		dir, name, _ := strings.Cut(g.test, " ")
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | `%s` `%s` |\n", g.name, short(g.file), cell(g.code), cell(g.gone), dir, name)
	}
	return b.String()
}

// short leaves out what the test's column says as well.
func short(file string) string { return path.Join(path.Base(path.Dir(file)), path.Base(file)) }

// cell shows code in a table, on one line.
func cell(code string) string {
	code = strings.Join(strings.Fields(code), " ")
	if code == "" {
		return "nothing"
	}
	return "`" + strings.ReplaceAll(code, "|", `\|`) + "`"
}
