package line

func (g gen) container() FlexContainer {
	if g.yes() {
		bubble := g.bubble()
		if g.yes() {
			bubble.Hero = FlexVideo{
				URL: g.url(), PreviewURL: g.url(), Alt: g.image(), AspectRatio: g.maybe("16:9"),
				Action: one[Action](g, nil, URI("More", g.url())),
			}
		}
		return bubble
	}
	carousel := Bubbles(several(g, 1, 3, g.bubble)...)
	for i := range carousel.Bubbles {
		carousel.Bubbles[i].Size = carousel.Bubbles[0].Size
	}
	return carousel
}

func (g gen) bubble() FlexBubble {
	b := FlexBubble{
		Size: g.maybe("giga"), Direction: g.maybe("rtl"), Hero: one[FlexComponent](g, nil, g.image(), g.box(1)),
		Body: g.box(2), Action: one(g, nil, g.action()),
	}
	if g.yes() {
		b.Header, b.Footer = g.box(1), g.box(1)
		b.Styles.Header = FlexStyle{g.maybe("#00ffff"), g.yes(), g.maybe("#000000")}
		b.Styles.Footer = FlexStyle{Separator: g.yes()}
	}
	return b
}

func (g gen) place() FlexPosition {
	return FlexPosition{one(g, "", "relative", "absolute"), g.maybe("none"), g.maybe("5px"), g.maybe("-1.5px"), g.maybe("50%")}
}

func (g gen) share() FlexFactor { return one(g, 0, FitContent, 1, FlexFactor(3)) }

func (g gen) box(depth int) FlexComponent {
	box := FlexBox{
		Layout: one(g, "vertical", "horizontal"), Spacing: g.maybe("md"), Background: g.maybe("#00000080"),
		Padding: FlexPadding{g.maybe("md"), g.maybe("1px"), g.maybe("2%"), g.maybe("xs"), g.maybe("xxl")},
		Width:   g.maybe("50%"), MaxWidth: g.maybe("50px"), Height: g.maybe("1px"), MaxHeight: g.maybe("2.5%"),
		BorderWidth: one(g, "", "light", "2px"), BorderColor: g.maybe("#abcdef"), CornerRadius: g.maybe("xxl"),
		Justify: g.maybe("space-evenly"), Align: g.maybe("flex-end"), Action: one(g, nil, g.action()),
		Flex: g.share(), Margin: g.maybe("lg"), Place: g.place(),
	}
	if g.yes() {
		box.Gradient = FlexGradient{"23.5deg", "#000000", "#ffffff", g.maybe("#808080"), g.maybe("33.3%")}
	}
	if depth == 0 {
		return box
	}
	box.Contents = several(g, 0, 4, func() FlexComponent {
		return one[func() FlexComponent](g, g.text, g.image, g.button, g.separator, g.line, func() FlexComponent { return g.box(depth - 1) })()
	})
	return box
}

func (g gen) line() FlexComponent {
	icon := FlexIcon{g.url(), g.maybe("lg"), g.maybe("1.91:1"), g.yes(), g.maybe("sm"), g.place()}
	return Baseline(icon, g.text())
}

func (g gen) text() FlexComponent {
	text := FlexText{
		Text: g.some(), Size: one(g, "", "xl", "13.5px"), Color: g.maybe("#112233"), Weight: g.maybe("bold"),
		Style: g.maybe("italic"), Decoration: g.maybe("line-through"), Align: g.maybe("end"), Gravity: g.maybe("center"),
		Wrap: g.yes(), MaxLines: g.IntN(3), LineSpacing: g.maybe("20px"), Shrink: g.yes(), Scale: g.yes(),
		Action: one(g, nil, g.action()), Flex: g.share(), Margin: g.maybe("8px"), Place: g.place(),
	}
	text.Spans = several(g, 0, 2, func() FlexSpan {
		return FlexSpan{g.some(), g.maybe("sm"), g.maybe("#112233"), g.maybe("regular"), g.maybe("normal"), g.maybe("none")}
	})
	return text
}

func (g gen) image() FlexComponent {
	return FlexImage{
		g.url(), one(g, "", "full", "50%", "50px"), g.maybe("20:13"), one(g, "", "fit", "cover"), g.maybe("#ffffff"), false,
		g.maybe("start"), g.maybe("bottom"), one(g, nil, g.action()), g.share(), g.maybe("none"), g.place(),
	}
}

func (g gen) button() FlexComponent {
	return FlexButton{
		g.action(), one(g, "", "primary", "secondary", "link"), g.maybe("#0000ff"), one(g, "", "sm", "md"),
		g.maybe("top"), g.yes(), g.yes(), g.share(), g.maybe("xxl"), g.place(),
	}
}

func (g gen) separator() FlexComponent { return FlexSeparator{g.maybe("#000000"), g.maybe("md")} }
