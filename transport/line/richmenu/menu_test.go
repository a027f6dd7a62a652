package richmenu

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// padded returns an image of n bytes: what comes behind a PNG is not looked at.
func padded(n int) []byte { return append(bytes.Clone(picture), make([]byte, n-len(picture))...) }

// Everything is checked before the first call, and all at once.
func TestDeclarationLimits(t *testing.T) {
	with := func(change func(*Menu)) []Menu {
		m := menu("first", "x")
		change(&m)
		return []Menu{m}
	}
	alias := func(s string) []Menu { return with(func(m *Menu) { m.Alias = s }) }
	img := func(b []byte) []Menu {
		return with(func(m *Menu) { m.Image, m.Areas[0].Area = b, line.Area{Width: 1, Height: 1} })
	}
	areas := func(n int) []Menu {
		return with(func(m *Menu) {
			m.Areas = nil
			for range n {
				m.Areas = append(m.Areas, line.RichMenuArea{Area: line.Area{Width: 1, Height: 1}, Action: line.Postback("", "x")})
			}
		})
	}
	const of = `richmenu: menu 0 "first": line: `
	for _, tt := range []struct {
		name  string
		menus []Menu
		want  string
	}{
		{"alias in full", alias(strings.Repeat("a", 32)), ""},
		{"alias too long", alias(strings.Repeat("a", 33)), "line: alias: not 1 to 32 of a-z, 0-9, _ and -"},
		{"no alias", alias(""), `richmenu: menu 0 "": line: alias: not 1 to 32 of a-z, 0-9, _ and -`},
		{"capital in the alias", alias("First"), "alias: not 1 to 32"},
		{"image in full", img(padded(MaxImage)), ""},
		{"image too large", img(padded(MaxImage + 1)), of + "image: 1048577 of at most 1048576 bytes"},
		{"no image", img(nil), of + "image: neither PNG nor JPEG"},
		{"GIF", img([]byte("GIF89a")), of + "image: neither PNG nor JPEG"},
		{"JPEG", img(jpegOf(800, 250)), ""},
		{"narrowest", img(pngOf(800, 300)), ""},
		{"too narrow", img(pngOf(799, 300)), `menu 0 "first": image: line: size.width: 799 of at least 800 pixels`},
		{"widest", img(pngOf(2500, 300)), ""},
		{"too wide", img(pngOf(2501, 300)), "image: line: size.width: 2501 of at most 2500 pixels"},
		{"lowest", img(pngOf(800, 250)), ""},
		{"too low", img(pngOf(800, 249)), "image: line: size.height: 249 of at least 250 pixels"},
		{"highest", img(pngOf(1450, 1000)), ""},
		{"too high", img(pngOf(1450, 1001)), "image: line: size: less than 1.45 times as wide as high"},
		{"20 areas", areas(20), ""},
		{"21 areas", areas(21), of + "areas: 21 of at most 20 items"},
		{"one area", areas(1), ""},
		{"no area", areas(0), of + "areas: 0 of at least 1 items"},
		{"area outside", with(func(m *Menu) { m.Areas[0].Area.X = 401 }), of + "areas[0].bounds.width: 400 of at most 399 pixels"},
		{"size of its own", with(func(m *Menu) { m.Width, m.Height, m.Areas[0].Area.X = 1200, 405, 800 }), ""},
		{"bad size of its own", with(func(m *Menu) { m.Width, m.Height = 700, 400 }), of + "size.width: 700 of at least 800 pixels"},
		{"twice", []Menu{menu("a", "x"), menu("a", "y")}, `richmenu: menu 1 "a": the alias is declared twice`},
		{"two defaults", []Menu{asDefault(menu("a", "x")), asDefault(menu("b", "x"))}, "richmenu: 2 default menus"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			_, err := apply(f, tt.menus...)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "\n", "one fault, one line")
			require.Zero(t, f.calls)
		})
	}
}

func TestDeclarationErrorsAreTyped(t *testing.T) {
	a, b := menu("First", "x"), menu("b", "x")
	b.ChatBarText = strings.Repeat("x", 15)
	_, err := apply(newFake(t), a, b)
	var limit *line.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, "alias", limit.Path)
	require.ErrorContains(t, err, `menu 1 "b": line: chatBarText: 15 of at most 14 grapheme clusters`)
}

func TestNames(t *testing.T) {
	long := nameOf(strings.Repeat("a", 32), strings.Repeat("b", 32), strings.Repeat("c", 24))
	require.LessOrEqual(t, len(long), 300)
	alias, hash, ok := parseName(nameOf("first", "main", "0123"), "main")
	require.Equal(t, []any{"first", "0123", true}, []any{alias, hash, ok})
	for _, name := range []string{
		"", "first", "first kaiwa:other:0123", "first kaiwa:main", "first kaiwa:main:", "first kaiwa:main:01 23",
		"first kaiwa:main:x:y", "My nice menu", "firstkaiwa:main:0123",
	} {
		_, _, ok := parseName(name, "main")
		require.False(t, ok, name)
	}
}

// The hash tells everything apart that LINE would show, and nothing else.
func TestHash(t *testing.T) {
	hash := func(change func(*Menu)) string {
		m := menu("first", "x")
		m.Areas[0].Area = line.Area{Width: 10, Height: 10}
		change(&m)
		w, err := m.check()
		require.NoError(t, err)
		return w.hash
	}
	same := hash(func(*Menu) {})
	require.Equal(t, same, hash(func(m *Menu) { m.Default = true }))
	require.Equal(t, same, hash(func(m *Menu) { m.Width, m.Height = 800, 250 }))
	for _, change := range []func(*Menu){
		func(m *Menu) { m.Selected = true },
		func(m *Menu) { m.ChatBarText = "other" },
		func(m *Menu) { m.Width, m.Height = 801, 250 },
		func(m *Menu) { m.Areas[0].Area.Y = 1 },
		func(m *Menu) { m.Areas[0].Action = line.Postback("", "y") },
		func(m *Menu) { m.Image = padded(len(picture) + 1) },
	} {
		require.NotEqual(t, same, hash(change))
	}
}
