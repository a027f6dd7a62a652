package flow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each type of data that a program has a flow of compiles all generic code once more. So that is little: the
// builders' methods and what is in anyturn.go, but none of the machinery.
func TestLittleCodeIsGeneric(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	lines := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && isGeneric(f) {
				lines += set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
			}
		}
	}
	require.NotZero(t, lines)
	require.LessOrEqual(t, lines, 350)
}

// isGeneric reports whether a function or its receiver has a type parameter.
func isGeneric(f *ast.FuncDecl) bool {
	if f.Type.TypeParams != nil || f.Recv == nil {
		return f.Type.TypeParams != nil
	}
	of := f.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	_, ok := of.(*ast.IndexExpr)
	return ok
}
