package emulator

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// uploads sends a file and returns the message of its event.
func (s *stage) uploads(u Upload) map[string]any {
	s.t.Helper()
	_, err := s.Upload(s.t.Context(), "User A", u)
	require.NoError(s.t, err)
	return s.hit().event.Message
}

func contentPath(message map[string]any) string {
	return "/v2/bot/message/" + message["id"].(string) + "/content"
}

func TestContentAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	photo := s.uploads(Upload{Kind: "image", Data: pixel})
	require.Equal(t, map[string]any{"type": "line"}, photo["contentProvider"])
	require.NotEmpty(t, photo["quoteToken"])
	r := s.call("GET", contentPath(photo), "")
	require.Equal(t, 200, r.status)
	require.Equal(t, string(pixel), r.raw)
	require.Equal(t, "image/png", r.header.Get("Content-Type"))
	require.NotEmpty(t, r.header.Get("X-Line-Request-Id"))
	require.Equal(t, string(pixel), s.call("GET", contentPath(photo)+"/preview", "").raw)
	r = s.call("GET", contentPath(photo)+"/transcoding", "")
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"Transcoding status doesn't support this type of content"}`, r.raw)

	file := s.uploads(Upload{Kind: "file", Name: "plan.txt", Type: "text/plain", Data: []byte("x y")})
	require.Equal(t, "plan.txt", file["fileName"])
	require.EqualValues(t, 3, file["fileSize"])
	require.Nil(t, file["contentProvider"])
	require.Nil(t, file["quoteToken"])
	require.Equal(t, "x y", s.call("GET", contentPath(file), "").raw)
	r = s.call("GET", contentPath(file)+"/preview", "")
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"The content can not be previewed"}`, r.raw)
	require.Equal(t, "File plan.txt", s.Messages("User A")[1].Text)
}

func TestContentIsPrepared(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	video := s.uploads(Upload{Kind: "video", Type: "video/mp4", Data: []byte("film"), Preview: pixel,
		Duration: 1500 * time.Millisecond})
	broken := s.uploads(Upload{Kind: "audio", Type: "audio/mpeg", Data: []byte("song"), Broken: true})
	require.EqualValues(t, 1500, video["duration"])
	state := func(m map[string]any) string {
		return s.call("GET", contentPath(m)+"/transcoding", "").raw
	}
	for _, m := range []map[string]any{video, broken} {
		require.JSONEq(t, `{"status":"processing"}`, state(m))
		r := s.call("GET", contentPath(m), "")
		require.Equal(t, http.StatusAccepted, r.status)
		require.Empty(t, r.raw)
	}
	s.now.advance(time.Second)
	require.JSONEq(t, `{"status":"succeeded"}`, state(video))
	require.JSONEq(t, `{"status":"failed"}`, state(broken))
	require.Equal(t, "film", s.call("GET", contentPath(video), "").raw)
	require.Equal(t, string(pixel), s.call("GET", contentPath(video)+"/preview", "").raw)
	require.Equal(t, 404, s.call("GET", contentPath(broken), "").status)
	require.Equal(t, 400, s.call("GET", contentPath(broken)+"/preview", "").status, "audio has none")
}

func TestContentGoes(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{ContentLife: time.Hour})
	ends := []string{"", "/preview", "/transcoding"}
	old, unsent := s.uploads(Upload{Kind: "video", Data: []byte("x")}), s.uploads(Upload{Kind: "image", Data: pixel})
	d, err := s.Unsend(t.Context(), "User A", unsent["id"].(string))
	require.NoError(t, err)
	require.Empty(t, d.ReplyToken)
	require.Equal(t, "unsend", s.hit().event.Type)
	s.now.advance(time.Hour)
	elsewhere := s.uploads(Upload{Kind: "image", URL: "https://example.com/a.png", PreviewURL: "https://example.com/b.png"})
	require.Equal(t, map[string]any{"type": "external", "originalContentUrl": "https://example.com/a.png",
		"previewImageUrl": "https://example.com/b.png"}, elsewhere["contentProvider"])
	for _, end := range ends {
		for _, m := range []map[string]any{old, unsent} {
			r := s.call("GET", contentPath(m)+end, "")
			require.Equal(t, http.StatusGone, r.status)
			require.JSONEq(t, `{"message":"The content is gone"}`, r.raw)
		}
		for _, path := range []string{"/v2/bot/message/1/content", contentPath(elsewhere)} {
			r := s.call("GET", path+end, "")
			require.Equal(t, http.StatusNotFound, r.status)
			require.JSONEq(t, `{"message":"not found"}`, r.raw)
		}
	}
}

func TestContentIsDropped(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	image := s.uploads(Upload{Kind: "image", Data: pixel})
	elsewhere := s.uploads(Upload{Kind: "image", URL: "https://example.com/a.png"})
	require.Equal(t, 200, s.call("GET", contentPath(image), "").status)
	require.NoError(t, s.DropContent(image["id"].(string)))
	require.NoError(t, s.DropContent(image["id"].(string)))
	r := s.call("GET", contentPath(image), "")
	require.Equal(t, http.StatusGone, r.status)
	require.JSONEq(t, `{"message":"The content is gone"}`, r.raw)
	require.Equal(t, "image", s.Messages("User A")[0].Type, "the bubble stays")
	require.NotEqual(t, 500, s.call("GET", "/chat/picture?id="+image["id"].(string), "").status)
	require.ErrorIs(t, s.DropContent("1"), ErrBadInput)
	require.ErrorIs(t, s.DropContent(elsewhere["id"].(string)), ErrBadInput)
}

func TestUnsend(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("secret")
	id := s.Messages("User A")[0].ID
	next := s.listen(s.boot+"-1", "")
	_, u := next()
	require.False(t, u.Reset)
	_, err := s.Unsend(t.Context(), "User A", id)
	require.NoError(t, err)
	require.JSONEq(t, `{"messageId":"`+id+`"}`, string(s.hit().raw(t, "unsend")))
	require.Equal(t, "unsent", s.Messages("User A")[0].Type)
	for !u.Reset {
		_, u = next()
	}
	require.False(t, u.Restarted)
	require.NotContains(t, u.Items, "secret")
	require.Contains(t, u.Items, "Message unsent")
	_, u = s.listen(s.boot+"-1", "")()
	require.True(t, u.Reset, "a page that was away")
	_, u = s.listen(s.boot+"-1.1", "")()
	require.False(t, u.Reset)
	require.Contains(t, s.call("GET", "/", "").raw, s.boot+"-1.1")
	for _, bad := range []string{id, "1", ""} {
		_, err = s.Unsend(t.Context(), "User A", bad)
		require.ErrorIs(t, err, ErrBadInput)
	}
	_, err = s.Unsend(t.Context(), "nobody", id)
	require.ErrorIs(t, err, ErrUnknownUser)
}

func TestAlbum(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	image := Upload{Kind: "image", Data: pixel}
	list, err := s.Album(t.Context(), "User A", image, image)
	require.NoError(t, err)
	require.Len(t, list, 2)
	first := s.hit().event.Message["imageSet"].(map[string]any)
	second := s.hit().event.Message["imageSet"].(map[string]any)
	require.Equal(t, first["id"], second["id"])
	require.Equal(t, []any{1.0, 2.0, 2.0}, []any{first["index"], second["index"], second["total"]})
	require.Regexp(t, "^[0-9A-F]{64}$", first["id"])
	_, err = s.Album(t.Context(), "User A", image, Upload{Kind: "video"})
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.Album(t.Context(), "User A", image)
	require.NoError(t, err)
	require.NotContains(t, s.hit().event.Message, "imageSet", "LINE has sets of several alone")

	s.answers(http.StatusInternalServerError, nil)
	list, err = s.Album(t.Context(), "User A", image, image)
	require.ErrorIs(t, err, ErrWebhook)
	require.Len(t, list, 2)
	require.Equal(t, []int{500, 500}, []int{list[0].Status, list[1].Status}, "LINE sends the others all the same")
	require.Equal(t, 5, len(s.Messages("User A")))
	_, err = s.Album(t.Context(), "nobody", image)
	require.ErrorIs(t, err, ErrUnknownUser)
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, u := range []Upload{{}, {Kind: "file"}, {Kind: "image", Name: "x"}, {Kind: "file", Name: "x", URL: "https://x"}} {
		_, err := s.Upload(t.Context(), "User A", u)
		require.ErrorIs(t, err, ErrBadInput)
	}
	require.Empty(t, s.hits)
}

func TestHostsOfTheAPI(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	photo := s.uploads(Upload{Kind: "image", Data: pixel})
	status := func(h http.Handler, path string) int {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, 200, status(s.Data(), contentPath(photo)))
	require.Equal(t, 404, status(s.API(), contentPath(photo)))
	require.Equal(t, 404, status(s.Data(), "/v2/bot/info"))
	require.Equal(t, 200, status(s.API(), "/v2/bot/info"))
	require.Equal(t, 404, status(s.API(), "/"), "neither has a page")
}

func TestPageUploads(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	post := func(user, body string, headers ...string) int {
		return s.call("POST", "/chat/upload?"+url.Values{"user": {user}}.Encode(), body, headers...).status
	}
	const form = "multipart/form-data; boundary=edge"
	part := func(name string, data []byte) string {
		return "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + string(data) + "\r\n"
	}
	upload := func(user, name string, data []byte, headers ...string) int {
		return post(user, part(name, data)+"--edge--\r\n", append(headers, "Content-Type", form)...)
	}
	require.Equal(t, 204, upload("User A", "p.png", pixel))
	id := s.hit().event.Message["id"].(string)
	require.Contains(t, s.call("GET", "/", "").raw, `<img src="chat/picture?id=`+id+`"`)
	r := s.call("GET", "/chat/picture?id="+id, "")
	require.Equal(t, string(pixel), r.raw)
	require.Equal(t, "image/png", r.header.Get("Content-Type"))
	require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))

	require.Equal(t, 204, upload("User A", "x.svg", []byte(`<svg onload="alert(1)"/>`)))
	file := s.hit().event.Message
	require.Equal(t, "file", file["type"])
	require.Equal(t, 404, s.call("GET", "/chat/picture?id="+file["id"].(string), "").status, "only pictures")
	require.Equal(t, 404, s.call("GET", "/chat/picture?id=1", "").status)
	require.Equal(t, 400, upload("nobody", "p.png", pixel))
	require.Equal(t, 403, upload("User A", "p.png", pixel, "Sec-Fetch-Site", "cross-site"))
	require.Equal(t, 413, upload("User A", "p.png", []byte(strings.Repeat("x", maxUpload+1))))
	require.Equal(t, 400, post("User A", part("p.png", pixel), "Content-Type", form), "it breaks off")
	require.Equal(t, 400, post("User A", "{}", "Content-Type", "application/json"))

	several := part("p.png", pixel) + part("notes.txt", []byte("x")) + part("q.png", pixel) + "--edge--\r\n"
	require.Equal(t, 204, post("User A", several, "Content-Type", form))
	first, second := s.hit().event.Message, s.hit().event.Message
	require.Equal(t, map[string]any{"id": first["imageSet"].(map[string]any)["id"], "index": 2.0, "total": 2.0}, second["imageSet"])
	require.Equal(t, "notes.txt", s.hit().event.Message["fileName"])
	_, err := s.Unsend(t.Context(), "User A", id)
	require.NoError(t, err)
	require.Equal(t, 404, s.call("GET", "/chat/picture?id="+id, "").status)
}
