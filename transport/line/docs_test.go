package line

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	jsonBlock   = regexp.MustCompile("(?s)```json\n(.*?)```|```sh\n(\\s*\\{.*?)```|-d '(\\{.*?\\})'")
	jsonComment = regexp.MustCompile(`(?m)(^|[\s,{\[])//.*$`)
)

// oddSamples are samples in LINE's documentation that Validate refuses: what it says, and why
// that is right.
var oddSamples = map[string]string{
	"line: template.thumbnailImageUrl: not an https URL in ASCII": "it has {your coupon image} for a URL",
}

// TestDocumentation takes each message in LINE's documentation, and each Flex layout and action,
// through ParseMessage, Validate and AppendJSON.
func TestDocumentation(t *testing.T) {
	found := map[string]int{}
	docBlocks(t, "messaging-api", func(page string, v any) {
		docSamples(v, func(kind string, object []byte) {
			found[kind]++
			checkSample(t, page, object)
		})
	})
	for _, kind := range []string{
		"text", "textV2", "sticker", "image", "video", "audio", "location", "coupon", "imagemap", "template", "flex",
		"bubble", "carousel", "action",
	} {
		require.NotZero(t, found[kind], "no sample of %s", kind)
	}
	t.Logf("samples: %v", found)
}

// docBlocks calls f for each JSON value in the blocks of LINE's documentation, on the pages whose
// path has this in it.
func docBlocks(t *testing.T, pages string, f func(page string, v any)) {
	t.Helper()
	root := os.Getenv("LINE_DOCS")
	if root == "" {
		t.Skip("set LINE_DOCS to docs/en of https://github.com/line/line-developers-docs-source")
	}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") || !strings.Contains(path, pages) {
			return err
		}
		page, err := os.ReadFile(path)
		for _, block := range jsonBlock.FindAllSubmatch(page, -1) {
			for _, v := range blockValues(bytes.Join(block[1:], nil)) {
				f(strings.TrimPrefix(path, root), v)
			}
		}
		return err
	}))
}

// blockValues returns the JSON values in a block, which may have comments, and be a field alone.
func blockValues(block []byte) (values []any) {
	block = jsonComment.ReplaceAll(block, []byte("$1"))
	if text := strings.TrimSpace(string(block)); strings.HasPrefix(text, `"quickReply"`) {
		block = []byte(`{"type":"text","text":"x",` + text + "}")
	}
	for dec := json.NewDecoder(bytes.NewReader(block)); ; {
		var v any
		if dec.Decode(&v) != nil {
			return values
		}
		values = append(values, v)
	}
}

// docSamples calls f for the messages in v, and for layouts and actions that stand alone.
func docSamples(v any, f func(kind string, object []byte)) {
	object, isObject := v.(map[string]any)
	if !isObject {
		list, _ := v.([]any)
		for _, item := range list {
			docSamples(item, f)
		}
		return
	}
	if messages, ok := object["messages"].([]any); ok {
		docSamples(messages, f)
		return
	}
	kind, _ := object["type"].(string)
	wrap := func(kind string, around map[string]any) {
		raw, _ := json.Marshal(around)
		f(kind, raw)
	}
	switch {
	case object["id"] != nil || object["replyToken"] != nil || object["area"] != nil:
		// A webhook, or a part of an imagemap.
	case kind == "text" && object["size"] != nil:
		// A part of a layout.
	case kind == "bubble" || kind == "carousel":
		wrap(kind, map[string]any{"type": "flex", "altText": "x", "contents": object})
	case kind == "image" && object["url"] == nil || kind != "image" && kind != "uri" && isMessage(kind) && !isAction(kind),
		kind == "location" && object["title"] != nil:
		wrap(kind, object)
	case isAction(kind) && kind != "richmenuswitch":
		item := map[string]any{"type": "action", "action": object}
		wrap("action", map[string]any{"type": "text", "text": "x", "quickReply": map[string]any{"items": []any{item}}})
	}
}

func checkSample(t *testing.T, page string, object []byte) {
	t.Helper()
	m, err := ParseMessage(object)
	require.NoError(t, err)
	if err := m.Validate(); err != nil {
		if oddSamples[err.Error()] == "" {
			t.Errorf("%s: %v: %s", page, err, object)
		}
	}
	again, err := m.AppendJSON(nil, "")
	require.NoError(t, err)
	require.True(t, sameJSON(object, again), "%s: %s", page, object)
	if _, raw := m.(RawMessage); raw {
		t.Errorf("%s: no type for %s", page, object)
	}
}
