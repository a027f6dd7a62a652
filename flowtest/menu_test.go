package flowtest_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
)

func shopFlow(*testing.T) []*flow.Flow {
	b := flow.New[tea]("shop")
	b.Start(flow.Postback("shop")).To("browse")
	b.In("browse").Enter(say("What would you like?")).
		On(flow.Postback("pay").FromAnywhere()).To("pay")
	b.In("pay").Menu("till").Enter(say("Cash or card?")).
		On(flow.Text("cash")).Do(say("Thank you.")).End()
	b.InAny().Menu("shop").
		On(flow.Text("leave")).End()
	return []*flow.Flow{b.MustBuild()}
}

func TestMenus(t *testing.T) {
	flowtest.Run(t, "testdata/menus/*.txt", shopFlow, &flowtest.Options{Update: os.Getenv("KAIWA_UPDATE") != ""})
}

func TestTapMenu(t *testing.T) {
	flowtest.Talk(t, shopFlow(t), nil, func(c *flowtest.Chat) {
		c.TapMenu("shop")
		require.Equal(t, []string{"What would you like?", "(menu shop)"}, c.Sent())
	})
}
