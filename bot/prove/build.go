package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// programs are what the processes of bots are.
type programs struct {
	bot    string
	skewed string // for a process whose clock is wrong; empty if no row has one
}

// botPrograms returns the programs for the bots of the rows: this one, built with its crash points.
func botPrograms(s *settings, rows []trial) (p programs, clean func(), err error) {
	dir, err := os.MkdirTemp("", "prove-bot")
	if err != nil {
		return p, nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	if p.bot, err = filepath.Abs(s.bot); s.bot == "" {
		p.bot = filepath.Join(dir, "bot")
		err = buildBot(p.bot, s.race)
	}
	if err == nil && slices.ContainsFunc(rows, func(t trial) bool { return t.skew != 0 }) {
		p.skewed = filepath.Join(dir, "skewed")
		err = buildSkewed(p.skewed, dir, s.race)
	}
	if err != nil {
		clean()
	}
	return p, clean, err
}

// buildBot builds the program for the bots.
func buildBot(bin string, race bool, more ...string) error {
	args := append([]string{"build", "-tags", "crashpoints", "-o", bin}, more...)
	if race {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "github.com/kaiwa-go/kaiwa/bot/prove")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the bots: %w\n%s", err, out)
	}
	return nil
}

// envSkew is by how many seconds the clock of a program is wrong that buildSkewed built.
const envSkew = "KAIWA_PROVE_SKEW"

// skewed is the file that package time gets.
const skewed = `package time

import "syscall"

var skew = readSkew()

func readSkew() (n int64) {
	s, _ := syscall.Getenv("` + envSkew + `")
	sign := int64(1)
	for i := range len(s) {
		if s[i] == '-' {
			sign = -1
			continue
		}
		n = 10*n + int64(s[i]-'0')
	}
	return sign * n
}
`

// buildSkewed builds the program for bots whose clock is wrong: with a package time whose Now adds what the
// environment says. Linux cannot give one process another time of day. The standard library is compiled
// anew, which takes a while at the first time.
func buildSkewed(bin, dir string, race bool) error {
	const now = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), now) {
		return fmt.Errorf("%s has another Now than the one that can be shifted", src)
	}
	replace := map[string]string{}
	for name, text := range map[string]string{
		"time.go": strings.Replace(string(text), now, now+"\tsec += skew\n", 1),
		"skew.go": skewed,
	} {
		other := filepath.Join(dir, name)
		if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
			return err
		}
		replace[filepath.Join(filepath.Dir(src), name)] = other
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return err
	}
	return buildBot(bin, race, "-overlay", overlay)
}
