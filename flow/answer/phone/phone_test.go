package phone_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer/phone"
)

func ExampleNumber() {
	p := phone.Number("JP")
	for _, text := range []string{"０３ー１２３４ー５６７８", "090 8765 4321", "+1 650-253-0000", "119"} {
		fmt.Println(p(context.Background(), &flow.Answer{Text: text}))
	}
	// Output:
	// +81312345678 <nil>
	// +819087654321 <nil>
	// +16502530000 <nil>
	//  flow: input rejected
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0312345678": "+81312345678", "03-1234-5678": "+81312345678", "(03) 1234 5678。": "+81312345678",
		"０９０１２３４５６７８": "+819012345678", "090−1234−5678": "+819012345678", "+81 90 1234 5678": "+819012345678",
		"": "", "many": "", "12345": "", "0312345678901": "", "03-1234-5678 ext. 5": "", "+99 123456": "",
		"tel:;phone-context=": "", "0123456789012345678901234567890": "",
	} {
		got, err := phone.Number("JP")(t.Context(), &flow.Answer{Text: text})
		if want == "" {
			require.ErrorIs(t, err, flow.Reject(), text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	require.Nil(t, phone.Number("XX"))
	require.Nil(t, phone.Number("jp"))
	require.Nil(t, phone.Number(""))
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0312345678", "+81 90-1234-5678", "tel:+1;phone-context=+1", ";ext=", "０９０ー"} {
		f.Add(s)
	}
	e164 := regexp.MustCompile(`^\+[1-9]\d{1,16}$`)
	p := phone.Number("JP")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := p(t.Context(), &flow.Answer{Text: s})
		if err == nil && !e164.MatchString(n) {
			t.Fatalf("%q is %q", s, n)
		}
	})
}
