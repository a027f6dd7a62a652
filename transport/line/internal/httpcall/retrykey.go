package httpcall

import "fmt"

// RetryKey is the field that a key of a call stands in: LINE accepts one call with it.
const RetryKey = "X-Line-Retry-Key"

// Key returns a retry key as the text of a UUID of version 8, which leaves all bits but six to the
// application (RFC 9562, section 5.8).
func Key(key [16]byte) string {
	key[6] = key[6]&0x0f | 0x80
	key[8] = key[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", key[:4], key[4:6], key[6:8], key[8:10], key[10:])
}
