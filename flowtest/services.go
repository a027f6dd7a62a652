package flowtest

import (
	"strings"
	"sync"
)

// Services note what the services beside the bot were told, such as a payment provider or the people at a desk. Their
// fakes call Told, and a transcript shows it: see Options.Services. The zero value is ready. All methods are safe for
// concurrent use.
type Services struct {
	mu   sync.Mutex
	told []string
}

// Told notes what a service was told. Told("till", "refund pay1") shows as "* till: refund pay1".
func (s *Services) Told(service, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, service+": "+text)
}

// Take returns what was told since the last call, such as "till: refund pay1".
func (s *Services) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told
	s.told = nil
	return told
}

// write writes what was told into a transcript.
func (s *Services) write(b *strings.Builder) {
	if s == nil {
		return
	}
	for _, line := range s.Take() {
		b.WriteString("* " + strings.ReplaceAll(line, "\n", "\n  ") + "\n")
	}
}
