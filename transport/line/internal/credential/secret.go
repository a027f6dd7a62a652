package credential

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret holds what must never be shown. It keeps the text behind a pointer, as fmt looks into
// unexported fields without calling their methods, but does not follow pointers there.
type Secret struct{ v *string }

// New returns a secret.
func New(s string) Secret { return Secret{v: &s} }

// Reveal returns what is kept.
func (s Secret) Reveal() string { return *s.v }

// What prints or logs a secret shows that there is one.
func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }

// Format prints nothing of it, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
