package sdk

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnknownHasItsType(t *testing.T) {
	require.Equal(t, "wheel", unknown{"type": json.RawMessage(`"wheel"`)}.GetType())
	require.Empty(t, unknown{}.GetType())
}
