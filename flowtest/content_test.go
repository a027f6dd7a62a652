package flowtest_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// mirror is a flow that says what each message holds.
func mirror(*testing.T) []*flow.Flow {
	b := flow.New[tea]("mirror")
	b.Start(flow.Text("mirror")).To("look")
	b.In("look").Enter(say("I look.")).
		On(flow.Text("bye")).End().
		On(flow.Any()).Do(func(_ context.Context, t *turn) error {
		e := *t.Event()
		holds := struct {
			Text     string              `json:",omitempty"`
			Location *transport.Location `json:",omitempty"`
			Sticker  *transport.Sticker  `json:",omitempty"`
			File     *transport.File     `json:",omitempty"`
			Set      *transport.ImageSet `json:",omitempty"`
			Images   []string            `json:",omitempty"`
			Mentions []transport.Mention `json:",omitempty"`
			Quoted   string              `json:",omitempty"`
		}{e.Text, e.Location, e.Sticker, e.File, e.Set, e.Images, e.Mentions, e.Quoted}
		text, err := json.Marshal(holds)
		t.Send(line.Text(e.Kind.String() + " " + e.MessageID + " " + string(text)))
		return err
	}).Stay()
	return []*flow.Flow{b.MustBuild()}
}

func TestContent(t *testing.T) {
	flowtest.Run(t, "testdata/content/*.txt", mirror, &flowtest.Options{Update: os.Getenv("KAIWA_UPDATE") != ""})
}

// Send keeps what is there, and fills in the rest.
func TestSend(t *testing.T) {
	flowtest.Talk(t, mirror(t), nil, func(c *flowtest.Chat) {
		c.Say("mirror")
		c.Sent()
		c.Send(transport.Event{Kind: transport.KindLocation, MessageID: "m1", Location: &transport.Location{Address: "here"}})
		c.Send(transport.Event{Kind: transport.KindSticker})
		require.Equal(t, []string{
			`location m1 {"Location":{"Title":"","Address":"here","Latitude":0,"Longitude":0}}`,
			`sticker message-3 {"Sticker":{"PackageID":"446","ID":"1988","Keywords":null,"Text":""}}`,
		}, c.Sent())
	})
}
