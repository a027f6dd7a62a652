package campaign_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// A retry key is the same for ever: one that changed between two versions of a program would send
// a chunk twice that was under way at the deployment. What is sent is a part of it.
func TestRetryKeyIsForEver(t *testing.T) {
	onStage(t, func(s *stage) {
		_, err := s.narrowcast(s.Context(), campaign.Target{
			Filter: map[string]string{"type": "gender"}, Max: 5, UpToRemainingQuota: true,
		}, nil)
		require.NoError(s, err)
		_, err = s.run(s.Context(), userIDs(0, 501), &campaign.Options{Unit: "spring_24", NotificationDisabled: true})
		require.NoError(s, err)
		_, err = s.broadcast(s.Context(), nil)
		require.NoError(s, err)
		require.Equal(s, `{"to":["`+userIDs(500, 501)[0]+`"],"messages":[{"type":"text","text":"Spring is here"},`+
			`{"type":"text","text":"Come \u003c\u0026 see\u003e"}],"notificationDisabled":true,"customAggregationUnits":["spring_24"]}`, s.bodies[2])
		require.Equal(s, []string{
			"f3bfb456-5755-8fe0-a95a-7297aacf863d", "0a81e434-b2c6-8125-9a25-cb66959b7a99",
			"10145068-b073-87f5-8224-e366ff4bd7ae", "91688b04-ceee-8c3a-9c2d-07abb435fc10",
		}, s.keys)
	})
}

// Whatever LINE answers, and however often: a chunk has one key, and no two have the same.
func TestRetryKeyIsOneToAChunk(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, _ func() int) bool {
			codes := []int{500, 503, 408, 429, 401, 0}
			code := codes[(n-1)%len(codes)]
			return code != 0 && answer(w, code, "")
		}
		_, err := s.run(s.Context(), userIDs(0, 1400), nil)
		require.NoError(s, err)
		require.Len(s, s.keys, 18)
		for i, key := range s.keys {
			require.Equal(s, s.keys[i/6*6], key)
		}
		require.NotEqual(s, s.keys[0], s.keys[6])
		require.NotEqual(s, s.keys[6], s.keys[12])
		require.Equal(s, map[int]int{1: 1400}, s.each())
	})
}
