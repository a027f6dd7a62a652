package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// Each guard is in its folder just once, each has a test, and the list names each promise once.
func TestGuardsAreThere(t *testing.T) {
	t.Parallel()
	require.NoError(t, check(filepath.Join("..", "..", ".."), guards()))
}

// A guard is found wherever it is in its folder, however it is indented or commented.
func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.go":      "package m\n\nfunc f() {\n\tif a {\n\t\treturn\n\t}\n\tg()\n}\n",
		"b.go":      "package m\n\nfunc g() {\n\tif b { // a note\n\t\t// and one more\n\t\treturn\n\t}\n}\n",
		"a_test.go": "package m\n\nfunc TestH() {\n\tif a {\n\t\treturn\n\t}\n}\n",
		"c.lua":     "#!lua\n-- a note\nif c then\n  return\nend\n",
		"d.md":      "if c then return end",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	for _, tt := range []struct{ code, want string }{
		{"if a { return }", "a.go:4"},
		{"{ if b { return", "b.go:3"},
		{"#!lua if c then return", "c.lua:1"},
		{"if c then return", "c.lua:3"},
		{"{ return }", "is 2 times in . [a.go:4 b.go:4]: { return }"},
		{"if d {", "is 0 times in . []: if d {"},
	} {
		p, err := (&guard{dir: ".", code: tt.code}).find(dir)
		if err != nil {
			require.ErrorContains(t, err, tt.want)
			continue
		}
		require.Equal(t, tt.want, p.String())
	}
	twice := []guard{
		{name: "g", dir: ".", code: "if a {", test: ". TestH/of_less"}, {name: "g", dir: ".", code: "if d {", test: ". TestG"},
	}
	require.EqualError(t, check(dir, twice), "two guards are named \"g\"\n"+
		"the guard \"g\" is 0 times in . []: if d {\nthe guard \"g\" has no test: . TestG")
}

// The table is the list.
func TestTable(t *testing.T) {
	t.Parallel()
	const file = "../MUTATIONS.md"
	if os.Getenv("KAIWA_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(table(guards())), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, table(guards()), string(text), "make golden writes it again")
}

// A module of its own, with a guard that a test proves, one that none does, and what can go wrong.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	needs.Processes(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"m.go":   "package m\n\nfunc half(n int) int {\n\tif n < 0 {\n\t\treturn 0\n\t}\n\tif n > 9 {\n\t\treturn 9\n\t}\n\treturn n / 2\n}\n",
		"m_test.go": "package m\n\nimport \"testing\"\n\n" +
			"func TestHalf(t *testing.T) {\n\tt.Run(\"of less\", func(t *testing.T) {\n\t\tif half(-4) != 0 {\n\t\t\tt.Fatal(\"less\")\n\t\t}\n\t})\n}\n\n" +
			"func TestSkip(t *testing.T) { t.Skip(\"not here\") }\n\nfunc TestBad(t *testing.T) { t.Fatal(\"bad\") }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	l := &lab{root: dir}
	for _, tt := range []struct {
		name  string
		guard guard
		want  verdict
		why   string
	}{
		{"proved", guard{code: "n < 0", gone: "false", test: ". TestHalf/of_less"}, killed, ""},
		{"not proved", guard{code: "n > 9", gone: "false", test: ". TestHalf"}, survived, ""},
		{"panics", guard{code: "return 0", gone: "panic(n)", test: ". TestHalf"}, killed, ""},
		{"does not compile", guard{code: "n < 0", gone: "n", test: ". TestHalf"}, broken, "build failed"},
		{"not there", guard{code: "n == 0", gone: "false", test: ". TestHalf"}, broken, "is 0 times"},
		{"twice indeed", guard{code: "if n", gone: "if -n", test: ". TestHalf"}, broken, "is 2 times"},
		{"changes nothing", guard{code: "n < 0", gone: "n < 0", test: ". TestHalf"}, broken, "changes nothing"},
		{"no such test", guard{code: "n < 0", gone: "false", test: ". TestWhole"}, broken, "did not run"},
		{"no such part", guard{code: "n < 0", gone: "false", test: ". TestHalf/of_more"}, broken, "did not run"},
		{"skipped", guard{code: "n < 0", gone: "false", test: ". TestSkip"}, broken, "skipped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.guard.dir, tt.guard.name = ".", tt.name
			o := l.one(t.Context(), &tt.guard)
			require.Equal(t, tt.want, o.verdict, o.why)
			require.Contains(t, o.why, tt.why)
		})
	}
	good := guard{name: "good", dir: ".", code: "n < 0", gone: "false", test: ". TestHalf/of_less"}
	weak := guard{name: "weak", dir: ".", code: "n > 9", gone: "false", test: ". TestHalf"}
	require.Zero(t, report(t.Context(), l, []guard{good}, 2))
	require.Equal(t, 1, report(t.Context(), l, []guard{good, weak}, 2))
	for _, test := range []string{". TestBad", ". TestSkip", ". TestWhole", ". TestHalf/of_more"} {
		require.Error(t, l.passes(t.Context(), []guard{{test: test}}), test)
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	require.Equal(t, `^TestStore$/^a_\(b\)\.$`, pattern("TestStore/a_(b)."))
}
