package line

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// TestDocumentedWebhooks decodes each webhook in LINE's documentation.
func TestDocumentedWebhooks(t *testing.T) {
	root := os.Getenv("LINE_DOCS")
	if root == "" {
		t.Skip("set LINE_DOCS to docs/en of https://github.com/line/line-developers-docs-source")
	}
	found := map[transport.Kind]int{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		page, err := os.ReadFile(path)
		for _, block := range jsonBlock.FindAllSubmatch(page, -1) {
			for _, v := range blockValues(append(block[1], block[2]...)) {
				webhook, _ := v.(map[string]any)
				events, _ := webhook["events"].([]any)
				if webhook["destination"] == nil {
					continue
				}
				body, err := json.Marshal(v)
				require.NoError(t, err)
				cb, err := decodeBody(body, "")
				require.NoError(t, err, "%s: %s", path, body)
				require.Zero(t, cb.malformed, "%s: %s", path, body)
				require.Len(t, cb.events, len(events)-cb.probes)
				require.NotEmpty(t, destination(body))
				for i := range cb.events {
					found[cb.events[i].Kind]++
					DetailsOf(&cb.events[i])
				}
			}
		}
		return err
	}))
	t.Logf("webhooks: %v", found)
	require.Zero(t, found[transport.KindUnknown])
	for kind := transport.KindText; kind <= transport.KindMembership; kind++ {
		if kind != transport.KindMessage {
			require.NotZero(t, found[kind], "no sample of %s", kind)
		}
	}
}
