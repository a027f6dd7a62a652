package bot_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A library leaves to the program what is the program's.
var bannedNames = []string{
	"os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "http.DefaultClient", "http.DefaultTransport", "http.Get",
	"http.Post", "http.PostForm", "http.Head", "http.Handle", "http.HandleFunc", "log.Print", "log.Printf", "log.Println",
	"log.Fatal", "log.Fatalf", "fmt.Print", "fmt.Println", "fmt.Printf", "slog.SetDefault",
}

// forTests are files that serve tests, by what the environment says.
var forTests = regexp.MustCompile(`/redistest/|/flowtest/needs/|/crash_on\.go$`)

// TestManners looks for them, for init and for flags in all files that users build.
func TestManners(t *testing.T) {
	n := 0
	sources(t, 0, func(name string, f *ast.File) {
		n++
		if forTests.MatchString(name) {
			return
		}
		for _, imp := range f.Imports {
			require.NotContains(t, []string{`"flag"`, `"unsafe"`, `"C"`, `"text/template"`}, imp.Path.Value, name)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				require.False(t, n.Recv == nil && n.Name.Name == "init", "%s has an init", name)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Obj == nil {
					require.False(t, slices.Contains(bannedNames, x.Name+"."+n.Sel.Name), "%s uses %s.%s", name, x.Name, n.Sel.Name)
				}
			}
			return true
		})
	})
	require.Greater(t, n, 100)
}

var (
	testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
)

// TestSecurityTable shows that each test which SECURITY.md, PROOF.md or RULES.md names is there.
func TestSecurityTable(t *testing.T) {
	known := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllSubmatch(src, -1) {
			known[string(m[1])] = true
		}
		return err
	}))
	for _, file := range []string{"../.github/SECURITY.md", "PROOF.md", "../flow/RULES.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		named := testName.FindAllSubmatch(text, -1)
		require.Greater(t, len(named), 30)
		for _, m := range named {
			require.True(t, known[string(m[1])], "%s names %s, which is not there", file, m[1])
		}
	}
}
