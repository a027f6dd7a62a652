package main

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// host lets a program use the servers of package redistest, which are made for tests.
type host struct {
	testing.TB // nil; what is used of it is below
	cleanups   []func()
}

// hostFailure is what a host panics with where a test would end.
type hostFailure struct{ text string }

func (h *host) Helper()                  {}
func (h *host) Name() string             { return "prove" }
func (h *host) Context() context.Context { return context.Background() }
func (h *host) Cleanup(f func())         { h.cleanups = append(h.cleanups, f) }
func (h *host) Fatal(args ...any)        { panic(hostFailure{fmt.Sprint(args...)}) }
func (h *host) Skip(args ...any)         { h.Fatal(args...) }

func (h *host) Fatalf(format string, args ...any) { h.Fatal(fmt.Sprintf(format, args...)) }
func (h *host) Errorf(format string, args ...any) { h.Fatalf(format, args...) }

func (h *host) TempDir() string {
	dir, err := os.MkdirTemp("", "prove")
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// close does what Cleanup was told, the last first.
func (h *host) close() {
	for i := len(h.cleanups) - 1; i >= 0; i-- {
		h.cleanups[i]()
	}
	h.cleanups = nil
}

// try runs f and returns what would have ended a test.
func try(f func()) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case hostFailure:
			err = fmt.Errorf("%s", e.text)
		default:
			panic(e)
		}
	}()
	f()
	return nil
}
