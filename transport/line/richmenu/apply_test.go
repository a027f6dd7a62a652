package richmenu

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

var (
	picture = pngOf(800, 250)
	photo   = jpegOf(800, 540)
)

// menu declares a menu; what it says tells versions apart.
func menu(alias, says string) Menu {
	return Menu{Alias: alias, Image: picture, RichMenu: line.RichMenu{
		ChatBarText: "Menu", Areas: []line.RichMenuArea{{Area: line.Area{Width: 400, Height: 250}, Action: line.Postback("", says)}},
	}}
}

func asDefault(m Menu) Menu {
	m.Default = true
	return m
}

func lines(changes []Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, c.String())
	}
	return all
}

func apply(f *fakeLINE, menus ...Menu) ([]string, error) {
	changes, err := Apply(f.t.Context(), f.channel(), menus, &Options{poll: time.Millisecond})
	return lines(changes), err
}

// settled checks that nothing is left to do.
func settled(t *testing.T, f *fakeLINE, menus ...Menu) {
	t.Helper()
	f.took()
	changes, err := apply(f, menus...)
	require.NoError(t, err)
	require.Empty(t, changes)
	require.Empty(t, f.took(), "a second run only reads")
}

func TestApplyFirst(t *testing.T) {
	f := newFake(t)
	second := menu("second", "x")
	second.Image = photo
	menus := []Menu{asDefault(menu("first", "x")), second}
	changes, err := apply(f, menus...)
	require.NoError(t, err)
	require.Equal(t, []string{
		"create first (richmenu-1)", "upload the image of first (richmenu-1)", "point the alias to first (richmenu-1)",
		"create second (richmenu-2)", "upload the image of second (richmenu-2)", "point the alias to second (richmenu-2)",
		"make the default first (richmenu-1)",
	}, changes)
	require.Equal(t, string(picture), f.menu("richmenu-1").image)
	require.Equal(t, "image/png", f.menu("richmenu-1").mime)
	require.Equal(t, string(photo), f.menu("richmenu-2").image)
	require.Equal(t, "image/jpeg", f.menu("richmenu-2").mime)
	require.Equal(t, map[string]string{"first": "richmenu-1", "second": "richmenu-2"}, f.aliases)
	require.Equal(t, "richmenu-1", f.def)
	require.Len(t, f.took(), 7)
	settled(t, f, menus...)
}

// A deployment changes only what changed.
func TestApplyChange(t *testing.T) {
	f := newFake(t)
	_, err := apply(f, asDefault(menu("first", "x")), menu("second", "x"), menu("third", "x"))
	require.NoError(t, err)
	f.linked["ann"], f.linked["bob"] = "richmenu-2", "richmenu-1"
	f.took()
	menus := []Menu{asDefault(menu("first", "x")), menu("second", "y"), menu("third", "x")}
	changes, err := apply(f, menus...)
	require.NoError(t, err)
	require.Equal(t, []string{
		"create second (richmenu-4)", "upload the image of second (richmenu-4)", "point the alias to second (richmenu-4)",
		"move users from an old second (richmenu-2)", "delete second (richmenu-2)",
	}, changes)
	require.Equal(t, []string{
		"POST richmenu 200", "POST richmenu/richmenu-4/content 200", "POST richmenu/alias/second 200",
		"POST richmenu/batch 202", "DELETE richmenu/richmenu-2 200",
	}, f.took())
	require.Equal(t, map[string]string{"ann": "richmenu-4", "bob": "richmenu-1"}, f.linked)
	settled(t, f, menus...)
}

func TestApplyChangeOfImage(t *testing.T) {
	f := newFake(t)
	_, err := apply(f, menu("first", "x"))
	require.NoError(t, err)
	other := menu("first", "x")
	other.Image = pngOf(800, 251)
	other.Width, other.Height = 800, 250
	_, err = apply(f, other)
	require.NoError(t, err)
	require.Equal(t, string(other.Image), f.menu("richmenu-2").image)
	require.Len(t, f.menus, 1)
	settled(t, f, other)
}

func TestApplyRemove(t *testing.T) {
	f := newFake(t)
	_, err := apply(f, asDefault(menu("first", "x")), menu("second", "x"))
	require.NoError(t, err)
	changes, err := apply(f, menu("second", "x"))
	require.NoError(t, err)
	require.Equal(t, []string{
		"make no longer the default first (richmenu-1)", "delete the alias of first (richmenu-1)", "delete first (richmenu-1)",
	}, changes)
	require.Empty(t, f.def)
	settled(t, f, menu("second", "x"))
	_, err = apply(f)
	require.NoError(t, err)
	require.Empty(t, f.shows())
}

func TestApplyAnotherDefault(t *testing.T) {
	f := newFake(t)
	_, err := apply(f, asDefault(menu("first", "x")), menu("second", "x"))
	require.NoError(t, err)
	changes, err := apply(f, menu("first", "x"), asDefault(menu("second", "x")))
	require.NoError(t, err)
	require.Equal(t, []string{"make the default second (richmenu-2)"}, changes)
}

// Menus of others stay as they are, whatever their names.
func TestApplyLeavesOthersAlone(t *testing.T) {
	f := newFake(t)
	f.menus = []*fakeMenu{
		{ID: "o1", Name: "first", image: "i"}, {ID: "o2", Name: "first kaiwa:other:0123", image: "i"},
		{ID: "o3", Name: "first kaiwa:main", image: "i"}, {ID: "o4", Name: "kaiwa:main:0123", image: "i"},
	}
	f.aliases["theirs"], f.def = "o1", "o2"
	before := f.shows()
	_, err := apply(f, menu("first", "x"))
	require.NoError(t, err)
	_, err = apply(f)
	require.NoError(t, err)
	require.Equal(t, before, f.shows())

	f.took()
	_, err = apply(f, menu("first", "x"), menu("theirs", "x"))
	require.ErrorIs(t, err, ErrAliasTaken)
	require.ErrorContains(t, err, "theirs")
	require.Empty(t, f.took(), "nothing is changed before that is known")
}

// An alias that leads nowhere is free.
func TestApplyTakesAnEmptyAlias(t *testing.T) {
	f := newFake(t)
	f.aliases["first"] = "deleted-long-ago"
	_, err := apply(f, menu("first", "x"))
	require.NoError(t, err)
	require.Equal(t, "richmenu-1", f.aliases["first"])
}

func TestApplyOwners(t *testing.T) {
	f := newFake(t)
	for _, owner := range []string{"shop", "club"} {
		_, err := Apply(t.Context(), f.channel(), []Menu{menu(owner, "x")}, &Options{Owner: owner})
		require.NoError(t, err)
	}
	require.Len(t, f.menus, 2)
	_, err := Apply(t.Context(), f.channel(), nil, &Options{Owner: "Shop"})
	require.EqualError(t, err, "richmenu: the owner is not up to 32 of a-z, 0-9, _ and -")
}

func TestApplyDryRun(t *testing.T) {
	f := newFake(t)
	_, err := apply(f, asDefault(menu("first", "x")))
	require.NoError(t, err)
	f.took()
	changes, err := Apply(t.Context(), f.channel(), []Menu{menu("first", "y")}, &Options{DryRun: true})
	require.NoError(t, err)
	require.Equal(t, []string{
		"create first", "upload the image of first", "point the alias to first",
		"make no longer the default first (richmenu-1)",
		"move users from an old first (richmenu-1)", "delete first (richmenu-1)",
	}, lines(changes))
	require.Empty(t, f.took())
}

// before and after are two declarations of which all kinds of change are made.
var (
	before = []Menu{asDefault(menu("kept", "x")), menu("changed", "x"), menu("removed", "x")}
	after  = []Menu{menu("kept", "x"), asDefault(menu("changed", "y")), menu("added", "x")}
)

// deployed returns an account on which before was set up, with users on each menu.
func deployed(t *testing.T) *fakeLINE {
	f := newFake(t)
	_, err := apply(f, before...)
	require.NoError(t, err)
	f.linked["ann"], f.linked["bob"] = f.aliases["changed"], f.aliases["kept"]
	f.took()
	f.calls = 0
	return f
}

// Whichever call a set-up dies in, before or after LINE has carried it out, the next one completes
// it and leaves nothing behind.
func TestApplyDiesAtEachCall(t *testing.T) {
	clean := deployed(t)
	_, err := apply(clean, after...)
	require.NoError(t, err)
	for _, what := range []fault{lost, unanswered} {
		for n := 1; n <= clean.calls; n++ {
			t.Run(fmt.Sprint(what, "/", n), func(t *testing.T) {
				f := deployed(t)
				ctx, die := context.WithCancel(t.Context())
				f.fail = func(call int, _ string) fault {
					if call != n {
						return none
					}
					die()
					return what
				}
				_, err := Apply(ctx, f.channel(), after, &Options{poll: time.Millisecond})
				require.ErrorIs(t, err, context.Canceled)
				_, err = apply(f, after...)
				require.NoError(t, err)
				require.Equal(t, clean.shows(), f.shows())
				settled(t, f, after...)
			})
		}
	}
}

// At each call of a set-up another one, of the same declaration, runs from its start to its end.
// The ids of later menus are less than those of earlier ones here, and greater there.
func TestApplyTwiceAtOnce(t *testing.T) {
	clean := deployed(t)
	_, err := apply(clean, after...)
	require.NoError(t, err)
	for _, id := range []func(int) string{
		func(n int) string { return fmt.Sprintf("richmenu-%03d", n) },
		func(n int) string { return fmt.Sprintf("richmenu-%03d", 999-n) },
	} {
		for n := 1; n <= clean.calls; n++ {
			t.Run(fmt.Sprint(id(1), "/", n), func(t *testing.T) {
				f := deployed(t)
				f.names = id
				other := false
				f.fail = func(call int, _ string) fault {
					if call >= n && !other {
						other = true
						_, err := apply(f, after...)
						require.NoError(t, err)
					}
					return none
				}
				_, err := apply(f, after...)
				require.NoError(t, err)
				require.True(t, other)
				require.Equal(t, clean.shows(), f.shows())
				settled(t, f, after...)
			})
		}
	}
}

// A list that is not up to date does not make a set-up do its work twice.
func TestApplyListLags(t *testing.T) {
	f := deployed(t)
	f.lags, f.listed = true, ""
	_, err := apply(f, after...)
	require.NoError(t, err)
	require.Equal(t, len(before)+2, f.made)
	require.Len(t, f.took(), 11)
	f.lags = false
	settled(t, f, after...)
}

func TestApplyManyAtOnce(t *testing.T) {
	f := newFake(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _, _ = apply(f, after...) })
	}
	wg.Wait()
	changes, err := apply(f, after...)
	require.NoError(t, err, "%v", changes)
	require.Len(t, f.menus, len(after))
	settled(t, f, after...)
}

// Two declarations at once: whatever comes of it, the next set-up has the last word.
func TestApplyDifferentAtOnce(t *testing.T) {
	clean := deployed(t)
	_, err := apply(clean, after...)
	require.NoError(t, err)
	for n := 1; n <= clean.calls; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			f := deployed(t)
			other := false
			f.fail = func(call int, _ string) fault {
				if call >= n && !other {
					other = true
					_, err := apply(f, before...)
					require.NoError(t, err)
				}
				return none
			}
			if _, err := apply(f, after...); err == nil {
				settled(t, f, after...)
			}
			_, err = apply(f, after...)
			require.NoError(t, err)
			settled(t, f, after...)
			require.Len(t, f.menus, len(after))
		})
	}
}
