package emulator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
)

// maxUpload is the limit for a file that is sent from the page.
const maxUpload = 20 << 20

// takeUpload sends a picture, or a file of another kind, that a person chose in the page. The body
// is the file.
func (p *Platform) takeUpload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "The file is too large.", http.StatusRequestEntityTooLarge)
		return
	}
	u := Upload{Kind: "image", Type: http.DetectContentType(data), Data: data}
	if !slices.Contains(pictureTypes, u.Type) {
		u.Kind, u.Name = "file", r.FormValue("name")
	}
	_, err = p.Upload(context.WithoutCancel(r.Context()), r.FormValue("user"), u)
	if err != nil && !errors.Is(err, ErrWebhook) {
		http.Error(w, reason(err), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// picture shows the page an image that a user sent.
func (p *Platform) picture(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	file := p.contents[r.FormValue("id")]
	var media string
	var data []byte
	if file != nil {
		media, data = file.Type, file.Data
	}
	p.mu.Unlock()
	if !slices.Contains(pictureTypes, media) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", media)
	_, _ = io.Copy(w, bytes.NewReader(data)) // the page is gone: nobody is left to tell
}
