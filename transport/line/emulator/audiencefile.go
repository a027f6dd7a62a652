package emulator

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

const (
	audienceFilePath = "/v2/bot/audienceGroup/upload/byFile"
	maxFile          = maxFileIDs*40 + maxBody
)

// formed is bodied for a call whose body is a form with a file of ids, one in a line.
func (p *Platform) formed(f func(*call, object) answer) func(*call) answer {
	return func(c *call) answer {
		o, bad := parseForm(c)
		if bad != nil {
			return *bad
		}
		return p.locked(func(c *call) answer { return f(c, o) })(c)
	}
}

// parseForm reads a form as if it were an object. The file is a list of its lines.
func parseForm(c *call) (object, *answer) {
	_, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	o := object{"file": []string{}}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return o, nil
		}
		if err != nil {
			return nil, &badRequest
		}
		if part.FormName() != "file" {
			value, _ := io.ReadAll(part) // a part that is cut shows in the next one
			o[part.FormName()] = string(value)
			continue
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind != "text/plain" {
			return nil, unsupported(kind)
		}
		text, _ := io.ReadAll(part)
		o["file"] = strings.Fields(string(text))
	}
}
