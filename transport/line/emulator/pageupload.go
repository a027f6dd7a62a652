package emulator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
)

// maxUpload is the limit for the files that are sent from the page at once.
const maxUpload = 20 << 20

// takeUpload sends what a person chose in the page: the pictures at once, and then each file of another
// kind.
func (p *Platform) takeUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	photos, files, err := chosen(r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "That is too large.", http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, reason(ErrBadInput), http.StatusBadRequest)
		return
	}
	ctx, user := context.WithoutCancel(r.Context()), r.URL.Query().Get("user")
	_, err = p.Album(ctx, user, photos...)
	for _, u := range files {
		if err == nil || errors.Is(err, ErrWebhook) {
			_, err = p.Upload(ctx, user, u)
		}
	}
	if err != nil && !errors.Is(err, ErrWebhook) {
		http.Error(w, reason(err), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// chosen reads the files of a form.
func chosen(r *http.Request) (photos, files []Upload, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	for {
		part, err := form.NextPart()
		switch {
		case err == io.EOF:
			return photos, files, nil
		case err != nil:
			return nil, nil, err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		u := Upload{Kind: "image", Type: http.DetectContentType(data), Data: data}
		if slices.Contains(pictureTypes, u.Type) {
			photos = append(photos, u)
			continue
		}
		u.Kind, u.Name = "file", part.FileName()
		files = append(files, u)
	}
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
