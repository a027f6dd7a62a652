// Package webhooktest has what the tests of webhooks share.
package webhooktest

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// UniqueKeys reports whether no object of raw has two keys that differ in case at most.
func UniqueKeys(raw []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var walk func() bool
	walk = func() bool {
		tok, err := dec.Token()
		if err != nil {
			return err == io.EOF
		}
		open, ok := tok.(json.Delim)
		if !ok {
			return true
		}
		seen := map[string]bool{}
		for dec.More() {
			if open == '{' {
				key, err := dec.Token()
				if err != nil {
					return false
				}
				k := strings.ToLower(strings.ToUpper(key.(string)))
				if seen[k] || !knownCase(key.(string)) {
					return false
				}
				seen[k] = true
			}
			if !walk() {
				return false
			}
		}
		_, err = dec.Token()
		return err == nil
	}
	return walk()
}

// knownCase reports whether the key, if it is one that counts, has the case that LINE gives it.
func knownCase(key string) bool {
	for _, k := range []string{
		"type", "mode", "timestamp", "webhookEventId", "replyToken", "deliveryContext", "isRedelivery", "source",
		"userId", "groupId", "roomId", "message", "id", "text", "postback", "data", "params", "unsend", "messageId",
		"title", "address", "latitude", "longitude", "packageId", "stickerId", "keywords", "fileName", "fileSize",
		"imageSet", "index", "total", "mention", "mentionees", "length", "isSelf", "quotedMessageId",
	} {
		if strings.EqualFold(k, key) && k != key {
			return false
		}
	}
	return true
}
