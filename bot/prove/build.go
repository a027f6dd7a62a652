package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// botBinary returns the program for the bots: this one, built with its crash points.
func botBinary(s *settings) (bin string, clean func(), err error) {
	if s.bot != "" {
		bin, err = filepath.Abs(s.bot)
		return bin, func() {}, err
	}
	dir, err := os.MkdirTemp("", "prove-bot")
	if err != nil {
		return "", nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	bin = filepath.Join(dir, "bot")
	args := []string{"build", "-tags", "crashpoints", "-o", bin}
	if s.race {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "github.com/kaiwa-go/kaiwa/bot/prove")...).CombinedOutput()
	if err != nil {
		clean()
		return "", nil, fmt.Errorf("build the bots: %w\n%s", err, out)
	}
	return bin, clean, nil
}
