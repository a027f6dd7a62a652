package line

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// secret holds what must never be shown. It keeps the text behind a pointer, as fmt looks into
// unexported fields without calling their methods, but does not follow pointers there.
type secret struct{ v *string }

func newSecret(s string) secret { return secret{v: &s} }

func (s secret) reveal() string { return *s.v }

func (secret) String() string               { return redacted }
func (secret) GoString() string             { return redacted }
func (secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (secret) LogValue() slog.Value         { return slog.StringValue(redacted) }

func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
