package main

import (
	"fmt"
	"strings"
)

// guard is a piece of code on which a promise rests, and the test that proves it.
type guard struct {
	name string // what is promised
	dir  string // a folder of the module
	code string // what holds the promise: see find
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

// guards is the whole list.
func guards() []guard {
	var all []guard
	for _, part := range [][]guard{
		scriptGuards(), redisGuards(), memoryGuards(), durableGuards(), botGuards(), outputGuards(),
		troubleGuards(), lineGuards(), apiGuards(), menuGuards(), campaignGuards(), flowGuards(), answerGuards(),
		timerGuards(), contractGuards(), tokenGuards(), operateGuards(), accountGuards(), markGuards(),
		rowGuards(), harnessGuards(), dialogGuards(), signalGuards(), stackGuards(), oldGuards(), remindGuards(),
		subGuards(), dueGuards(),
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
	b.WriteString("| promise | folder | the guard | without it | test |\n|---|---|---|---|---|\n")
	for _, g := range all {
		dir, name, _ := strings.Cut(g.test, " ")
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | `%s` `%s` |\n", g.name, g.dir, cell(g.code), cell(g.gone), dir, name)
	}
	return b.String()
}

// cell shows code in a table, on one line.
func cell(code string) string {
	code = strings.Join(strings.Fields(code), " ")
	if code == "" {
		return "nothing"
	}
	return "`" + strings.ReplaceAll(code, "|", `\|`) + "`"
}
