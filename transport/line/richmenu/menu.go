package richmenu

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// MaxImage is the size of the largest image, in bytes. LINE does not say if its megabyte is a
// million bytes.
// https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements
const MaxImage = 1 << 20

// Menu declares a rich menu.
type Menu struct {
	// Alias is what flows and line.RichMenuSwitch name the menu by: 1 to 32 of a-z, 0-9, _ and -.
	Alias string
	// RichMenu is what the menu looks like. It has at least one area. Width and Height are those
	// of the image if both are zero.
	line.RichMenu
	// Image is the picture of the menu, a PNG or JPEG of up to MaxImage bytes: 800 to 2500 pixels
	// wide, at least 250 high and at least 1.45 times as wide as high. It is not changed.
	Image []byte
	// Default makes it the menu of those who are linked to none. One menu may be it.
	Default bool
}

// wanted is a menu that was checked.
type wanted struct {
	Menu
	hash string // of all that LINE keeps of the menu but its name
	mime string
}

// prepare checks the whole declaration.
func prepare(menus []Menu) ([]wanted, error) {
	var errs []error
	all := make([]wanted, 0, len(menus))
	seen, defaults := map[string]bool{}, 0
	for i, m := range menus {
		w, err := m.check()
		if err != nil {
			errs = append(errs, fmt.Errorf("richmenu: menu %d %q: %w", i, m.Alias, err))
		}
		if seen[m.Alias] {
			errs = append(errs, fmt.Errorf("richmenu: menu %d %q: the alias is declared twice", i, m.Alias))
		}
		if m.Default {
			defaults++
		}
		seen[m.Alias] = true
		all = append(all, w)
	}
	if defaults > 1 {
		errs = append(errs, fmt.Errorf("richmenu: %d default menus", defaults))
	}
	return all, errors.Join(errs...)
}

func (m Menu) check() (wanted, error) {
	var errs []error
	if m.Alias == "" || transport.CheckMenuName(m.Alias) != nil {
		errs = append(errs, &line.LimitError{Path: "alias", Rule: "not 1 to 32 of a-z, 0-9, _ and -"})
	}
	size, mime, err := checkImage(m.Image)
	if err != nil {
		errs = append(errs, err)
	}
	sized := m.Width != 0 || m.Height != 0
	if !sized {
		m.Width, m.Height = size.Width, size.Height
	}
	if len(m.Areas) == 0 {
		errs = append(errs, &line.LimitError{Path: "areas", Min: 1, Max: 20, Unit: line.Items})
	}
	if err == nil || sized {
		errs = append(errs, m.Validate())
	}
	if err := errors.Join(errs...); err != nil {
		return wanted{Menu: m}, err
	}
	sum := sha256.Sum256(append(m.AppendJSON(nil, ""), m.Image...))
	return wanted{Menu: m, hash: hex.EncodeToString(sum[:12]), mime: mime}, nil
}

func checkImage(b []byte) (size image.Config, mime string, err error) {
	if len(b) > MaxImage {
		return size, "", &line.LimitError{Path: "image", Actual: len(b), Max: MaxImage, Unit: line.Bytes}
	}
	mime = "image/png"
	if size, err = png.DecodeConfig(bytes.NewReader(b)); err != nil {
		mime = "image/jpeg"
		if size, err = jpeg.DecodeConfig(bytes.NewReader(b)); err != nil {
			return size, "", &line.LimitError{Path: "image", Rule: "neither PNG nor JPEG"}
		}
	}
	// The same rules as for the size of the menu.
	err = (line.RichMenu{Width: size.Width, Height: size.Height, ChatBarText: "-"}).Validate()
	if err != nil {
		err = fmt.Errorf("image: %w", err)
	}
	return size, mime, err
}

// The name of a menu says whose it is: "alias kaiwa:owner:hash".
const mark = "kaiwa:"

func nameOf(alias, owner, hash string) string { return alias + " " + mark + owner + ":" + hash }

// parseName undoes nameOf. It is false for the names of other owners and programs.
func parseName(name, owner string) (alias, hash string, ok bool) {
	alias, rest, ok := strings.Cut(name, " ")
	if !ok {
		return "", "", false
	}
	hash, ok = strings.CutPrefix(rest, mark+owner+":")
	return alias, hash, ok && hash != "" && !strings.ContainsAny(hash, " :")
}
