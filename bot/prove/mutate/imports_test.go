package main

import (
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	// The go command takes the result of a test from its cache until code changes that the test is
	// built of. It does not see which files of another module a test reads. So this test is built of
	// the packages that have guards.
	_ "github.com/kaiwa-go/kaiwa/bot"
	_ "github.com/kaiwa-go/kaiwa/flow"
	_ "github.com/kaiwa-go/kaiwa/flow/answer"
	_ "github.com/kaiwa-go/kaiwa/flow/answer/phone"
	_ "github.com/kaiwa-go/kaiwa/flowtest"
	_ "github.com/kaiwa-go/kaiwa/session"
	_ "github.com/kaiwa-go/kaiwa/session/memstore"
	_ "github.com/kaiwa-go/kaiwa/session/redisstore"
	_ "github.com/kaiwa-go/kaiwa/transport"
	_ "github.com/kaiwa-go/kaiwa/transport/line"
	_ "github.com/kaiwa-go/kaiwa/transport/line/campaign"
	_ "github.com/kaiwa-go/kaiwa/transport/line/campaign/redisledger"
	_ "github.com/kaiwa-go/kaiwa/transport/line/content"
	_ "github.com/kaiwa-go/kaiwa/transport/line/emulator"
	_ "github.com/kaiwa-go/kaiwa/transport/line/people"
	_ "github.com/kaiwa-go/kaiwa/transport/line/richmenu"
	_ "github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

func TestEveryGuardedPackageIsImported(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "imports_test.go", nil, parser.ImportsOnly)
	require.NoError(t, err)
	imported := map[string]bool{}
	for _, i := range file.Imports {
		imported[i.Path.Value] = true
	}
	for _, g := range guards() {
		dir := g.dir
		if path.Base(dir) == "lua" { // embedded in the package above
			dir = path.Dir(dir)
		}
		dir, _, _ = strings.Cut(dir, "/internal/") // only what is above such a package may import it
		require.True(t, imported[`"github.com/kaiwa-go/kaiwa/`+dir+`"`], dir)
	}
}
