package emulator

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestListAudiences(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(1)
	var ids []int64
	for i := range 5 {
		who := "[]"
		if i == 4 {
			who = s.members(0, 1)
		}
		ids = append(ids, s.makesAudience("upload", fmt.Sprintf(`{"description":"Spring %d","audiences":%s}`, i, who)))
	}
	s.now.advance(time.Second)
	list := func(query string) (names []int64, body map[string]any) {
		t.Helper()
		r := s.call("GET", groups+"list?page="+query, "")
		require.Equal(t, 200, r.status, r.raw)
		var groups struct{ AudienceGroups []groupBody }
		decode(t, r.raw, &groups)
		require.NoError(t, json.Unmarshal([]byte(r.raw), &body))
		for _, g := range groups.AudienceGroups {
			names = append(names, g.ID)
		}
		delete(body, "audienceGroups")
		return names, body
	}
	got, body := list("1&size=3")
	require.Equal(t, ids[:3], got)
	require.Equal(t, map[string]any{"hasNextPage": true, "totalCount": 5.0, "readWriteAudienceGroupTotalCount": 5.0,
		"page": 1.0, "size": 3.0}, body)
	got, body = list("2&size=3")
	require.Equal(t, ids[3:], got)
	require.Equal(t, false, body["hasNextPage"])
	got, body = list("9")
	require.Empty(t, got)
	require.Equal(t, 20.0, body["size"])
	for query, want := range map[string][]int64{
		"description=sPRING+1": ids[1:2], "status=READY": ids[4:], "status=FAILED": nil,
		"createRoute=OA_MANAGER": nil, "createRoute=MESSAGING_API": ids,
		"description=g+0&status=READY": {ids[0], ids[4]}, // either
	} {
		got, _ = list("1&" + query)
		require.Equal(t, want, got, query)
	}
	for _, query := range []string{"", "0", "x", "1&size=0", "1&size=41"} {
		require.Equal(t, 400, s.call("GET", groups+"list?page="+query, "").status, query)
	}
	require.Equal(t, 202, s.call("DELETE", fmt.Sprint(groups, ids[2]), "").status)
	got, _ = list("1")
	require.Equal(t, []int64{ids[0], ids[1], ids[3], ids[4]}, got)
	require.NotEqual(t, ids[4], s.makesAudience("upload", `{"description":"x"}`), "no id comes again")
}
