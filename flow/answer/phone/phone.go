// Package phone has the parser for telephone numbers. It is apart from package answer because the numbering
// plans of all countries add about 7 MB to a program, and 10 ms and 2.5 MB of memory to its start.
package phone

import (
	"errors"

	"github.com/nyaruka/phonenumbers"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
)

var errPhone = errors.New("phone: no telephone number")

// Number returns a parser for a telephone number that may be in use, by the numbering plan of its country.
// A number without the code of a country is one of the region, such as "JP" (ISO 3166, two capital
// letters); the parser is nil for an unknown region. The value is such as "+81312345678" (E.164). A number
// with an extension is refused: E.164 would lose it.
func Number(region string) answer.Parser[string] {
	if !phonenumbers.GetSupportedRegions()[region] {
		return nil
	}
	return answer.By(func(s string) (string, error) {
		n, err := phonenumbers.Parse(flow.Fold(s), region)
		if err != nil || n.GetExtension() != "" || !phonenumbers.IsValidNumber(n) {
			return "", errPhone
		}
		return phonenumbers.Format(n, phonenumbers.E164), nil
	})
}
