package emulator

import (
	"net/http"
)

func (p *Platform) contentEndpoints() []endpoint {
	path := "/v2/bot/message/{messageId}/content"
	list := []endpoint{
		get(path, about(p, p.stored, p.content)),
		get(path+"/preview", about(p, p.stored, p.preview)),
		get(path+"/transcoding", about(p, p.stored, p.transcoding)),
	}
	for i := range list {
		list[i].data = true
	}
	return list
}

var (
	noContent   = refuse(http.StatusNotFound, "not found")
	contentGone = refuse(http.StatusGone, "The content is gone")
)

// stored finds the content of a message that the bot can get from LINE. The caller holds p.mu.
func (p *Platform) stored(c *call) (*content, *answer) {
	file := p.contents[c.values["messageId"]]
	switch {
	case file == nil || file.URL != "":
		return nil, &noContent
	case p.opt.Now().Sub(file.born) >= p.opt.ContentLife:
		return nil, &contentGone
	}
	return file, nil
}

// status is that of the preparation: only videos and audio need one. The caller holds p.mu.
func (p *Platform) status(file *content) string {
	switch {
	case file.Kind != "video" && file.Kind != "audio":
		return "succeeded"
	case p.opt.Now().Sub(file.born) < p.opt.JobTime:
		return "processing"
	case file.Broken:
		return "failed"
	}
	return "succeeded"
}

func (p *Platform) content(_ *call, file *content) answer {
	return p.bytesOf(file, file.Data, file.Type)
}

func (p *Platform) preview(_ *call, file *content) answer {
	if file.Kind != "image" && file.Kind != "video" {
		return refuse(http.StatusBadRequest, "The content can not be previewed")
	}
	return p.bytesOf(file, file.Preview, http.DetectContentType(file.Preview))
}

// bytesOf answers with bytes once they are there: LINE says 202 until then.
func (p *Platform) bytesOf(file *content, data []byte, media string) answer {
	switch p.status(file) {
	case "processing":
		return accept(http.StatusAccepted, []byte{})
	case "failed":
		return noContent
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": media}, body: data}
}

func (p *Platform) transcoding(_ *call, file *content) answer {
	if file.Kind != "video" && file.Kind != "audio" {
		return refuse(http.StatusBadRequest, "Transcoding status doesn't support this type of content")
	}
	return accept(http.StatusOK, map[string]string{"status": p.status(file)})
}
