package bot_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/kaiwa-go/kaiwa/"

// mayImport says which packages of the module each package may import; "." stands for all.
var mayImport = map[string][]string{
	"transport":                           {},
	"transport/line":                      {"transport", "transport/line/internal/id"},
	"transport/line/internal/id":          {},
	"transport/line/sdk":                  {"transport", "transport/line"},
	"transport/line/people":               {"transport", "transport/line", "transport/line/internal/id", "transport/line/sdk"},
	"transport/line/content":              {"transport", "transport/line", "transport/line/sdk"},
	"transport/line/emulator":             {},
	"session":                             {"transport"},
	"session/memstore":                    {"session"},
	"session/redisstore":                  {"session"},
	"session/redisstore/redistest":        {},
	"session/storetest":                   {"session"},
	"flow":                                {"transport"},
	"bot":                                 {"flow", "session", "transport"},
	"flowtest":                            {"bot", "flow", "session", "session/memstore", "transport"},
	"transport/line/campaign":             {"transport", "transport/line"},
	"transport/line/campaign/redisledger": {"transport/line/campaign"},
	"transport/line/richmenu":             {"transport", "transport/line", "transport/line/internal/id", "transport/line/sdk"},
}

type listed struct {
	ImportPath string
	Name       string
	Imports    []string
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json=ImportPath,Name,Imports"}, args...)...).Output()
	require.NoError(t, err)
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
}

// Who may import whom is the table above, and only that.
func TestImportTable(t *testing.T) {
	for _, p := range goList(t, module+"...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		if p.Name == "main" {
			continue // programs put everything together
		}
		allowed, known := mayImport[name]
		require.True(t, known, "package %s is not in the table", name)
		for _, imp := range p.Imports {
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
			}
			require.NotContains(t, imp, "stretchr/testify", "%s imports testify outside its tests", name)
		}
	}
}

// A program on the memory store carries no Redis client, no SDK and no test library.
func TestMemoryBotLinksNoRedis(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"bot", module+"session/memstore", module+"transport/line",
		module+"transport/line/campaign").Output()
	require.NoError(t, err)
	for _, heavy := range []string{"go-redis", "testify", "line-bot-sdk-go"} {
		require.NotContains(t, string(out), heavy)
	}
}

// One file knows the engine under the flows.
func TestOneFileImportsLooplab(t *testing.T) {
	out, err := exec.Command("grep", "-rlF", `"github.com/looplab/fsm"`, "../flow", "--include=*.go", "--exclude=*_test.go").Output()
	require.NoError(t, err)
	require.Equal(t, "../flow/machine.go", strings.TrimSpace(string(out)))
}
