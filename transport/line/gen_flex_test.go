package line

import "github.com/kaiwa-go/kaiwa/transport/line/flex"

func (g gen) container() flex.Container {
	if g.yes() {
		bubble := g.bubble()
		if g.yes() {
			bubble.Hero = flex.Video{
				URL: g.url(), PreviewURL: g.url(), Alt: g.image(), AspectRatio: g.maybe("16:9"),
				Action: one[Action](g, nil, URI("More", g.url())),
			}
		}
		return bubble
	}
	carousel := flex.Bubbles(several(g, 1, 3, g.bubble)...)
	for i := range carousel.Bubbles {
		carousel.Bubbles[i].Size = carousel.Bubbles[0].Size
	}
	return carousel
}

func (g gen) bubble() flex.Bubble {
	b := flex.Bubble{
		Size: g.maybe("giga"), Direction: g.maybe("rtl"), Hero: one[flex.Component](g, nil, g.image(), g.box(1)),
		Body: g.box(2), Action: one(g, nil, g.action()),
	}
	if g.yes() {
		b.Header, b.Footer = g.box(1), g.box(1)
		b.Styles.Header = flex.Style{Background: g.maybe("#00ffff"), Separator: g.yes(), SeparatorColor: g.maybe("#000000")}
		b.Styles.Footer = flex.Style{Separator: g.yes()}
	}
	return b
}

func (g gen) place() flex.Position {
	return flex.Position{
		Position: one(g, "", "relative", "absolute"), Top: g.maybe("none"), Bottom: g.maybe("5px"), Start: g.maybe("-1.5px"),
		End: g.maybe("50%"),
	}
}

func (g gen) share() flex.Factor { return one(g, 0, flex.FitContent, 1, flex.Factor(3)) }

func (g gen) box(depth int) flex.Component {
	box := flex.Box{
		Layout: one(g, "vertical", "horizontal"), Spacing: g.maybe("md"), Background: g.maybe("#00000080"),
		Padding: flex.Padding{
			All: g.maybe("md"), Top: g.maybe("1px"), Bottom: g.maybe("2%"), Start: g.maybe("xs"), End: g.maybe("xxl"),
		},
		Width: g.maybe("50%"), MaxWidth: g.maybe("50px"), Height: g.maybe("1px"), MaxHeight: g.maybe("2.5%"),
		BorderWidth: one(g, "", "light", "2px"), BorderColor: g.maybe("#abcdef"), CornerRadius: g.maybe("xxl"),
		Justify: g.maybe("space-evenly"), Align: g.maybe("flex-end"), Action: one(g, nil, g.action()),
		Flex: g.share(), Margin: g.maybe("lg"), Place: g.place(),
	}
	if g.yes() {
		box.Gradient = flex.Gradient{
			Angle: "23.5deg", Start: "#000000", End: "#ffffff", Center: g.maybe("#808080"), CenterPosition: g.maybe("33.3%"),
		}
	}
	if depth == 0 {
		return box
	}
	box.Contents = several(g, 0, 4, func() flex.Component {
		return one[func() flex.Component](g, g.text, g.image, g.button, g.separator, g.line, func() flex.Component { return g.box(depth - 1) })()
	})
	return box
}

func (g gen) line() flex.Component {
	icon := flex.Icon{
		URL: g.url(), Size: g.maybe("lg"), AspectRatio: g.maybe("1.91:1"), Scale: g.yes(), Margin: g.maybe("sm"),
		Place: g.place(),
	}
	return flex.Baseline(icon, g.text())
}

func (g gen) text() flex.Component {
	text := flex.Text{
		Text: g.some(), Size: one(g, "", "xl", "13.5px"), Color: g.maybe("#112233"), Weight: g.maybe("bold"),
		Style: g.maybe("italic"), Decoration: g.maybe("line-through"), Align: g.maybe("end"), Gravity: g.maybe("center"),
		Wrap: g.yes(), MaxLines: g.IntN(3), LineSpacing: g.maybe("20px"), Shrink: g.yes(), Scale: g.yes(),
		Action: one(g, nil, g.action()), Flex: g.share(), Margin: g.maybe("8px"), Place: g.place(),
	}
	text.Spans = several(g, 0, 2, func() flex.Span {
		return flex.Span{
			Text: g.some(), Size: g.maybe("sm"), Color: g.maybe("#112233"), Weight: g.maybe("regular"),
			Style: g.maybe("normal"), Decoration: g.maybe("none"),
		}
	})
	return text
}

func (g gen) image() flex.Component {
	return flex.Image{
		URL: g.url(), Size: one(g, "", "full", "50%", "50px"), AspectRatio: g.maybe("20:13"),
		AspectMode: one(g, "", "fit", "cover"), Background: g.maybe("#ffffff"), Align: g.maybe("start"),
		Gravity: g.maybe("bottom"), Action: one(g, nil, g.action()), Flex: g.share(), Margin: g.maybe("none"), Place: g.place(),
	}
}

func (g gen) button() flex.Component {
	return flex.Button{
		Action: g.action(), Style: one(g, "", "primary", "secondary", "link"), Color: g.maybe("#0000ff"),
		Height: one(g, "", "sm", "md"), Gravity: g.maybe("top"), Shrink: g.yes(), Scale: g.yes(), Flex: g.share(),
		Margin: g.maybe("xxl"), Place: g.place(),
	}
}

func (g gen) separator() flex.Component {
	return flex.Separator{Color: g.maybe("#000000"), Margin: g.maybe("md")}
}
