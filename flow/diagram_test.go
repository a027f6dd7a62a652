package flow_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

func TestDiagram(t *testing.T) {
	t.Parallel()
	f, err := newBooking()
	require.NoError(t, err)
	golden(t, "booking.mmd", f.Diagram())
	require.Equal(t, f.Diagram(), f.Diagram())
}

// All that Mermaid could stumble over.
func TestDiagramEscapes(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("a: b; #c", `"q"`)).To("note")
	b.In("note").
		On(flow.TextLike(regexp.MustCompile(`^<\d{2}>*%%$`))).When("is\nodd: [x]", yes).To("state").
		On(flow.Any()).Remind("one", never, ran("x")).Stay().
		On(flow.Follow()).Remind("two", never, ran("x")).Again()
	b.In("state").At(never).To("note").After(90 * time.Second).End()
	d := b.MustBuild().Diagram()
	golden(t, "escapes.mmd", d)
	arrow := regexp.MustCompile(`^    (\S+) -->\|"[^:;<>"]+"\| (\S+)$`)
	entity := regexp.MustCompile(`#\w+;`)
	for line := range strings.Lines(d) {
		if strings.Contains(line, "-->") {
			require.Regexp(t, arrow, strings.TrimRight(entity.ReplaceAllString(line, ""), "\n"))
		}
	}
	require.NotContains(t, d, "Any", "there is no InAny")
}
