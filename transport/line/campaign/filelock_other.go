//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package campaign

import (
	"errors"
	"fmt"
	"os"
)

// lock refuses: without a lock two processes could send at once.
func lock(*os.File) error {
	return fmt.Errorf("campaign: ledger: lock: %w: use another ledger", errors.ErrUnsupported)
}
