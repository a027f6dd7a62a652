package line

import "encoding/hex"

const retryKeyLen = 36

// appendRetryKey appends the key of a delivery as the text of a UUID of version 8, which leaves
// all bits but six to the application (RFC 9562, section 5.8).
func appendRetryKey(b []byte, key [16]byte) []byte {
	key[6] = key[6]&0x0f | 0x80
	key[8] = key[8]&0x3f | 0x80
	b = append(hex.AppendEncode(b, key[:4]), '-')
	b = append(hex.AppendEncode(b, key[4:6]), '-')
	b = append(hex.AppendEncode(b, key[6:8]), '-')
	b = append(hex.AppendEncode(b, key[8:10]), '-')
	return hex.AppendEncode(b, key[10:])
}
