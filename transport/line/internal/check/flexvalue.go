package check

import (
	"slices"
	"strconv"
	"strings"
)

// LINE's words for lengths.
var (
	spaceWords  = []string{"none", "xs", "sm", "md", "lg", "xl", "xxl"}
	borderWords = []string{"none", "light", "normal", "medium", "semi-bold", "bold"}
	fontWords   = []string{"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}
	imageWords  = []string{"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl", "full"}
)

// word checks a field that may be empty.
func (p *partCheck) word(field, s string, allowed ...string) {
	if s != "" {
		p.OneOf(field, s, allowed...)
	}
}

// size checks a length that may be empty: pixels, a word, or a percentage.
func (p *partCheck) size(field, s string, words []string, percent bool) {
	if s == "" || slices.Contains(words, s) {
		return
	}
	if _, ok := number(s, "px"); ok {
		return
	}
	if _, ok := number(s, "%"); ok && percent {
		return
	}
	rule := "not pixels such as 8px"
	if percent {
		rule += ", a percentage"
	}
	if len(words) > 0 {
		rule += ", or one of: " + strings.Join(words, ", ")
	}
	p.Broken(field, rule)
}

// number returns the number before a unit. It is as LINE writes them: digits, a point perhaps.
func number(s, unit string) (float64, bool) {
	digits, ok := strings.CutSuffix(s, unit)
	if !ok || strings.Trim(strings.TrimPrefix(digits, "-"), "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	return n, err == nil
}

func isAngle(s string) bool {
	n, ok := number(s, "deg")
	return ok && n >= 0 && n < 360
}

func isPercentage(s string) bool {
	n, ok := number(s, "%")
	return ok && n >= 0 && n <= 100
}

func (p *partCheck) color(field, s string) {
	if s != "" && !isFlexColor(s) {
		p.Broken(field, "not a colour such as #RRGGBB or #RRGGBBAA")
	}
}

func isFlexColor(s string) bool {
	return IsColor(s) || len(s) == len("#RRGGBBAA") && IsColor(s[:7]) && isHexDigit(s[7]) && isHexDigit(s[8])
}

// ratio checks an aspect ratio that may be empty.
func (p *partCheck) ratio(s string) {
	if s == "" {
		return
	}
	left, right, _ := strings.Cut(s, ":")
	width, ok1 := number(left, "")
	height, ok2 := number(right, "")
	switch {
	case !ok1 || !ok2 || min(width, height) < 1 || max(width, height) > maxRatio:
		p.Broken("aspectRatio", "not two numbers from 1 to 100000, such as 20:13")
	case height > 3*width:
		p.Broken("aspectRatio", "higher than three times its width")
	}
}
