package line

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
