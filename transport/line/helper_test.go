package line

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"github.com/kaiwa-go/kaiwa/transport"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

// benchBody is a webhook with one text message in a group, of 670 bytes.
var benchBody = []byte(strings.TrimSpace(`
{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"message","message":{"type":"text","id":"514263987145236981","quoteToken":"q3Plxr4AgKdQyyYjIhpZbRwbnrEvpfXvqYFFR8YQs1AZ8ZkZxYBk1qtqS","markAsReadToken":"30yhdy232avbtlMCk2r0yZ3RxNq1jGmyHkYyyKp4yvGZqSXHr3j","text":"Table for four, tomorrow evening at eight, please. We would sit by the window if we may."},"webhookEventId":"01HZX3Y9T5Q2B7N8W6V4C1M0KD","deliveryContext":{"isRedelivery":false},"timestamp":1718000000123,"source":{"type":"group","groupId":"C4af4980629b1f3c2d7e8a9b0c1d2e3f4","userId":"U206d25c2ea6bd87c17655609a1c37cb8"},"replyToken":"b60d432864f44d079f6d8efe86cf404b","mode":"active"}]}
`))

// failure is the error of a call of Channel.Send.
func failure(_ transport.Receipt, err error) error { return err }
