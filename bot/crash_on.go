//go:build crashpoints

package bot

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var crashPoints struct {
	sync.Mutex
	hits map[string]int
}

// crash kills the process by SIGKILL at the hits of the point that KAIWA_CRASH names:
// "after-commit=10" at the tenth, "after-commit=/50" at every fiftieth, "any=/200" at every two
// hundredth of all points together.
func crash(point string) {
	spec := os.Getenv("KAIWA_CRASH")
	name, at, ok := strings.Cut(spec, "=")
	if !ok || name != point && name != "any" {
		return
	}
	crashPoints.Lock()
	defer crashPoints.Unlock()
	if crashPoints.hits == nil {
		crashPoints.hits = make(map[string]int)
	}
	crashPoints.hits[name]++
	n, err := strconv.Atoi(strings.TrimPrefix(at, "/"))
	if err != nil || n <= 0 {
		return
	}
	if hits := crashPoints.hits[name]; hits == n || at[0] == '/' && hits%n == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// Terms makes the lease and the delivery lease of sessions shorter than they are for users. Only a
// build with crash points has it.
func (o *Options) Terms(lease, deliveryLease time.Duration) {
	o.lease, o.deliveryLease = lease, deliveryLease
}
