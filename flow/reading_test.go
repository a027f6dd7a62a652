package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// What people type by different keyboards is one.
func TestFold(t *testing.T) {
	t.Parallel()
	for want, all := range map[string][]string{
		"cancel":    {"cancel", "Cancel", "CANCEL!", " cancel. ", "ｃａｎｃｅｌ", "Ｃａｎｃｅｌ！", "cancel…", "cancel\u3000", "ca\ufe0fncel"},
		"4":         {"4", "４", " 4 ", "４。", "\u30004\u3000", "4️"},
		"12/5":      {"１２／５", "12/5", "12／5"},
		"キャンセル":     {"キャンセル", "ｷｬﾝｾﾙ", "ｷｬﾝｾﾙ｡", "キャンセル、", "キャンセル〜", "キャンセル～"},
		"ガム":        {"ガム", "ｶﾞﾑ", "カ\u3099ム", "カ゛ム", "カﾞム"},
		"パン":        {"パン", "ﾊﾟﾝ", "ハ\u309aン", "ハ゜ン"},
		"❤":         {"❤", "❤️", "❤︎", "❤️！"},
		"é":         {"é", "e\u0301", "É"},
		"strasse":   {"straße", "STRASSE", "ſtrasse"},
		"19:30":     {"19:30", "１９：３０"},
		"?":         {"?", "？", " ? "},
		"yes, sir":  {"Yes, sir!", "yes, sir..."},
		"90円":       {"９０円", "90円。"},
		"":          {"", " ", "\u3000", "\ufe0f"},
		"(4)":       {"（４）", "(4)"},
		"株式会社":      {"㍿", "株式会社"},
		"i̇stanbul": {"İstanbul"},
	} {
		for _, s := range all {
			require.Equal(t, want, flow.Fold(s), "%q", s)
		}
		require.Equal(t, flow.Fold(want), flow.Fold(flow.Fold(want)), "folded twice: %q", want)
	}
	for _, other := range []string{"cancellation", "can cel", "c", "-cancel"} {
		require.NotEqual(t, "cancel", flow.Fold(other))
	}
}

// The event keeps the text as it was typed.
func TestFoldLeavesTheEvent(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("book")).To("a")
	b.In("a").On(flow.Text("ok")).End()
	s := newSession(t, b)
	e := text(" ＢＯＯＫ！ ")
	before := *e
	require.Equal(t, flow.State("a"), s.step(e).State)
	require.Equal(t, before, *e)
	require.Equal(t, transport.KindText, e.Kind)
}
