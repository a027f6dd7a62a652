package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
)

func park(started *sync.WaitGroup, release chan struct{}) {
	started.Done()
	<-release
}

// A process that has too many goroutines says what they do; any other does not.
func TestWriteStats(t *testing.T) { // not parallel, as it counts goroutines
	ask := func() (s stats) {
		w := httptest.NewRecorder()
		writeStats(func() bot.Stats { return bot.Stats{} })(w, httptest.NewRequest(http.MethodGet, "/stats", http.NoBody))
		require.NoError(t, json.NewDecoder(w.Body).Decode(&s))
		return s
	}
	few := ask()
	require.Positive(t, few.Goroutines)
	require.NotZero(t, few.HeapBytes)
	require.Empty(t, few.Where)

	release := make(chan struct{})
	var started sync.WaitGroup
	for range 2 * maxGoroutines {
		started.Add(1)
		go park(&started, release)
	}
	started.Wait()
	many := ask()
	close(release)
	require.Greater(t, many.Goroutines, 2*maxGoroutines)
	require.Equal(t, "168 github.com/kaiwa-go/kaiwa/bot/prove.park", many.Where[0])
	require.LessOrEqual(t, len(many.Where), 5)
}
