package redisstore

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// luaCode returns the code of all Lua files, by file, without comments and strings.
func luaCode(t *testing.T) map[string]string {
	t.Helper()
	files, err := luaFiles.ReadDir("lua")
	require.NoError(t, err)
	code := map[string]string{}
	text := regexp.MustCompile(`'[^']*'`)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".lua")
		for line := range strings.Lines(luaFile(name)) {
			before, _, _ := strings.Cut(strings.TrimPrefix(line, "#!lua"), "--")
			code[name] += text.ReplaceAllString(before, "''") + "\n"
		}
	}
	return code
}

// A number that means something has a name, which Go declares. What is left are lengths of what the
// line itself packs.
func TestScriptsHoldNoNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`\b[0-9]+\b`)
	for name, code := range luaCode(t) {
		for _, digits := range number.FindAllString(code, -1) {
			n, err := strconv.Atoi(digits)
			require.NoError(t, err)
			require.LessOrEqual(t, n, 8, "in %s.lua", name)
		}
	}
}

func TestConstantsOfTheScripts(t *testing.T) {
	t.Parallel()
	values, used := luaConstants(), map[string]bool{"KEYS": true, "ARGV": true}
	for name, code := range luaCode(t) {
		for _, word := range constantName.FindAllString(code, -1) {
			_, ok := values[word]
			require.True(t, ok || used[word], "%s in %s.lua", word, name)
			used[word] = true
		}
	}
	require.Len(t, used, len(values)+2, "a constant that no script has")
	s := makeScripts(nil)
	for _, sc := range append(s.all(), &s.touch) {
		require.NotEmpty(t, sc.text, sc.name)
		require.NotContains(t, sc.text, "--include ", sc.name)
	}
	require.Contains(t, s.begin.text, "if mailCount >= 200 then")
}
