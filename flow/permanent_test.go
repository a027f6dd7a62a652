package flow_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

func TestPermanent(t *testing.T) {
	cause := errors.New("no such table")
	err := flow.Permanent(cause)
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, "no such table")
	var p interface{ Permanent() bool }
	require.ErrorAs(t, fmt.Errorf("wrapped: %w", err), &p)
	require.True(t, p.Permanent())
	require.NoError(t, flow.Permanent(nil))
}
