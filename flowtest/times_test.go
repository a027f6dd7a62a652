package flowtest_test

import (
	"os"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
)

// egg is a flow with a timer in each state.
func egg(*testing.T) []*flow.Flow {
	b := flow.New[tea]("egg")
	b.Start(flow.Text("egg")).To("soft")
	b.In("soft").Enter(say("It boils.")).
		After(90*time.Minute+5*time.Second).Do(say("It is soft."), say("Eat it?")).To("hard")
	b.In("hard").After(22 * time.Hour).Do(say("It is hard.")).To("old")
	b.In("old").After(30 * time.Minute).Do(say("It is old.")).End()
	return []*flow.Flow{b.MustBuild()}
}

func TestTimes(t *testing.T) {
	update := os.Getenv("KAIWA_UPDATE") != ""
	flowtest.Run(t, "testdata/times/*.txt", egg, &flowtest.Options{Update: update})
	tokyo := bot.Options{Zone: time.FixedZone("JST", 9*60*60)}
	flowtest.Run(t, "testdata/times/tokyo/*.txt", egg, &flowtest.Options{Bot: tokyo, Update: update})
}
