// Package needs says what a test needs besides Go: other processes, programs, files. Where that is
// missing, the test is skipped; in CI (CI=true) it fails, so that nothing is left out unseen.
package needs

import (
	"os"
	"os/exec"
	"testing"
)

// Processes is called by a test that starts other processes: servers, browsers, itself. go test
// -short leaves such tests out: see make quick.
func Processes(t testing.TB) {
	t.Helper()
	if testing.Testing() && testing.Short() { // the proving ground is no test
		t.Skip("starts other processes: not with -short")
	}
}

// Program returns the path of a program that the test starts. How says where to have it from.
func Program(t testing.TB, name, how string) string {
	t.Helper()
	Processes(t)
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "needs "+name+" on the PATH: "+how)
	}
	return path
}

// Folder returns the folder that an environment variable names. Origin says whose it is.
func Folder(t testing.TB, variable, origin string) string {
	t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		Missing(t, "set "+variable+" to "+origin)
	}
	return dir
}

// Missing ends a test that cannot run here, and says why.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
