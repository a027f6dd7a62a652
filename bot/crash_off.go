//go:build !crashpoints

package bot

// crash marks a point at which the proving ground kills the process. In a normal build it is
// nothing.
func crash(string) {}
