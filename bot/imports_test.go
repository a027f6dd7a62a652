package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/kaiwa-go/kaiwa/"

// mayImport says which packages of the module each package may import.
var mayImport = map[string][]string{
	"transport/line/internal/memnet":      {},
	"examples/booking/dialog":             {"flow", "flow/answer", "transport/line"},
	"examples/lunch/dialog":               {"flow", "transport", "transport/line"},
	"flowtest/needs":                      {},
	"transport":                           {},
	"transport/line":                      {"transport", "transport/line/flex", "transport/line/internal/check", "transport/line/internal/credential", "transport/line/internal/httpcall", "transport/line/internal/id", "transport/line/internal/textlen", "transport/line/internal/webhook", "transport/line/internal/write"},
	"transport/line/flex":                 {"transport/line/internal/write"},
	"transport/line/internal/check":       {"transport/line/internal/textlen"},
	"transport/line/internal/credential":  {},
	"transport/line/internal/httpcall":    {},
	"transport/line/internal/textlen":     {},
	"transport/line/internal/webhook":     {"transport", "transport/line/internal/textlen"},
	"transport/line/internal/webhooktest": {},
	"transport/line/internal/write":       {},
	"transport/line/tokens":               {"transport/line", "transport/line/internal/credential", "transport/line/internal/httpcall"},
	"transport/line/internal/id":          {},
	"transport/line/sdk":                  {"transport", "transport/line"},
	"transport/line/people":               {"transport", "transport/line", "transport/line/internal/id", "transport/line/sdk"},
	"transport/line/content":              {"transport", "transport/line", "transport/line/internal/httpcall", "transport/line/sdk"},
	"transport/line/emulator":             {},
	"session":                             {"transport"},
	"session/memstore":                    {"session"},
	"session/redisstore":                  {"session"},
	"session/redisstore/redistest":        {"flowtest/needs"},
	"session/storetest":                   {"session"},
	"flow":                                {"transport"},
	"flow/answer":                         {"flow", "transport"},
	"flow/howto":                          {},
	"flow/answer/phone":                   {"flow", "flow/answer"},
	"bot":                                 {"flow", "session", "transport"},
	"flowtest":                            {"bot", "flow", "session", "session/memstore", "transport"},
	"transport/line/campaign":             {"transport", "transport/line", "transport/line/internal/httpcall"},
	"transport/line/campaign/redisledger": {"transport/line/campaign"},
	"transport/line/richmenu":             {"transport", "transport/line", "transport/line/internal/httpcall", "transport/line/internal/id", "transport/line/sdk"},
}

// sources calls f with each file of the library that users build: no tests, no programs, no module
// below it.
func sources(t *testing.T, mode parser.Mode, f func(path string, file *ast.File)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, other := os.Stat(filepath.Join(path, "go.mod"))
			if path != ".." && (other == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, mode)
		if err == nil && file.Name.Name != "main" {
			f(filepath.ToSlash(path), file)
		}
		return err
	}))
}

// imports returns what each package of the library imports, by its folder.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	sources(t, parser.ImportsOnly, func(file string, f *ast.File) {
		folder := strings.TrimPrefix(path.Dir(file), "../")
		imported := all[folder]
		for _, imp := range f.Imports {
			imported = append(imported, strings.Trim(imp.Path.Value, `"`))
		}
		all[folder] = imported
	})
	return all
}

// Who may import whom is the table above, and only that.
func TestImportTable(t *testing.T) {
	for name, imported := range imports(t) {
		allowed, known := mayImport[name]
		require.True(t, known, "package %s is not in the table", name)
		for _, imp := range imported {
			inner, ours := strings.CutPrefix(imp, module)
			switch {
			case ours:
				require.Contains(t, allowed, inner, "%s imports %s", name, inner)
			case strings.HasPrefix(imp, "github.com/looplab/fsm"):
				require.Equal(t, "flow", name, "%s imports looplab/fsm", name)
			case strings.HasPrefix(imp, "github.com/redis/go-redis"):
				require.Regexp(t, "^session/redisstore|/redisledger$", name, "%s imports go-redis", name)
			case strings.HasPrefix(imp, "github.com/line/line-bot-sdk-go"):
				require.Contains(t, name, "transport/line/", "%s imports the SDK", name)
				require.NotContains(t, name, "emulator", "%s imports the SDK", name)
			case strings.HasPrefix(imp, "github.com/nyaruka/phonenumbers"):
				require.Equal(t, "flow/answer/phone", name, "%s imports phonenumbers", name)
			}
			require.NotContains(t, imp, "stretchr/testify", "%s imports testify outside its tests", name)
		}
	}
}

// A program on the memory store carries no Redis client, no SDK, no numbering plans and no test library.
func TestMemoryBotLinksNoRedis(t *testing.T) {
	all, seen := imports(t), map[string]bool{}
	for todo := []string{"bot", "flow/answer", "session/memstore", "transport/line", "transport/line/campaign"}; len(todo) > 0; {
		name := todo[0]
		if todo = todo[1:]; seen[name] {
			continue
		}
		seen[name] = true
		require.Contains(t, all, name)
		for _, imp := range all[name] {
			require.NotRegexp(t, "go-redis|testify|line-bot-sdk-go|phonenumbers", imp, name)
			if inner, ours := strings.CutPrefix(imp, module); ours {
				todo = append(todo, inner)
			}
		}
	}
}

// The tests of the flows link no bot and no platform: each guard of the mutation list in flow builds them anew.
func TestTestsOfFlowLinkNoBot(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../flow/*_test.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, imp := range file.Imports {
			if inner, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module); ours {
				require.Contains(t, []string{"flow", "flow/answer", "transport"}, inner, "%s imports %s", name, inner)
			}
		}
	}
}

// The files that the documentation of a package sends a reader to are there.
func TestDocNamesFiles(t *testing.T) {
	t.Parallel()
	for doc, folder := range map[string]string{"doc.go": ".", "../flow/howto/doc.go": "../flow/howto"} {
		text, err := os.ReadFile(doc)
		require.NoError(t, err)
		names := regexp.MustCompile(`\b[a-z_]+\.go\b`).FindAllString(string(text), -1)
		require.Greater(t, len(names), 8, doc)
		for _, name := range names {
			require.FileExists(t, filepath.Join(folder, name), doc)
		}
	}
}

// One file knows the engine under the flows.
func TestOneFileImportsLooplab(t *testing.T) {
	files, err := filepath.Glob("../flow/*.go")
	require.NoError(t, err)
	var with []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(text), `"github.com/looplab/fsm"`) {
			with = append(with, filepath.ToSlash(file))
		}
	}
	require.Equal(t, []string{"../flow/machine.go"}, with)
}
