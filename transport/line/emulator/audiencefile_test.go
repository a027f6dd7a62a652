package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAudienceByFile(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(4)
	lines := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			b.WriteString(s.find(fmt.Sprintf("n%d", i)).ID + "\r\n")
		}
		return b.String()
	}
	form := func(method, kind, file string, fields ...string) result {
		var b strings.Builder
		for i := 0; i < len(fields); i += 2 {
			b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"" + fields[i] + "\"\r\n\r\n" + fields[i+1] + "\r\n")
		}
		b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: " + kind +
			"\r\n\r\n" + file + "\r\n--edge--\r\n")
		return s.call(method, groups+"upload/byFile", b.String(), "Content-Type", "multipart/form-data; boundary=edge")
	}
	r := form("POST", "text/plain", lines(0, 2), "description", "Spring", "uploadDescription", "a.txt", "isIfaAudience", "false")
	require.Equal(t, http.StatusAccepted, r.status, r.raw)
	var made groupBody
	decode(t, r.raw, &made)
	s.now.advance(time.Second)
	id := fmt.Sprint(made.ID)
	require.Equal(t, http.StatusAccepted, form("PUT", "text/plain; charset=utf-8", lines(2, 3), "audienceGroupId", id).status)
	s.now.advance(time.Second)
	g, jobs := s.audienceOf(made.ID)
	require.Equal(t, 3, g.Count)
	require.Equal(t, "a.txt", *jobs[0].Description)

	const bad = "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT"
	r = form("PUT", "text/plain", "x\n", "audienceGroupId", id)
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"`+bad+`","details":[{"message":"`+bad+`","property":"file"}]}`, r.raw)
	require.Contains(t, form("POST", "text/plain", " \n", "description", "x").raw, "NO_VALID_AUDIENCE_IDS")
	require.Equal(t, http.StatusUnsupportedMediaType, form("POST", "text/csv", "", "description", "x").status)
	const head = "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Type: text/plain\r\n\r\n"
	for _, cut := range []string{"x", "--edge\r\nContent-", head + lines(0, 1)} {
		r = s.call("POST", groups+"upload/byFile", cut, "Content-Type", "multipart/form-data; boundary=edge")
		require.Equal(t, 400, r.status)
		require.JSONEq(t, `{"message":"Bad Request"}`, r.raw)
	}
	require.Equal(t, http.StatusUnsupportedMediaType, s.call("POST", groups+"upload/byFile", "{}").status)

	// LINE takes a million ids, which is far more than the body of another call may hold.
	many := strings.Repeat(lines(0, 1), 2*maxBody/len(lines(0, 1)))
	require.Equal(t, http.StatusAccepted, form("POST", "text/plain", many, "description", "Many").status)
	_, refusal := uploaded(object{"file": make([]string, maxFileIDs+1)}, false)
	require.Equal(t, refuseCode("UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS", "file"), refusal)
	_, refusal = uploaded(object{"file": make([]string, maxFileIDs)}, false)
	require.Equal(t, refuseCode(badAudienceID, "file"), refusal)
}
