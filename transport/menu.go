package transport

import "errors"

// MaxMenuName is the length of the longest name of a menu.
// https://developers.line.biz/en/reference/messaging-api/#create-rich-menu-alias
const MaxMenuName = 32

var errMenuName = errors.New("transport: a menu's name is not up to 32 of a-z, 0-9, _ and -")

// CheckMenuName returns an error unless name may be the name of a menu: on LINE the alias of a rich
// menu. The empty name is the menu that everybody sees who was given none.
func CheckMenuName(name string) error {
	if len(name) > MaxMenuName {
		return errMenuName
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return errMenuName
		}
	}
	return nil
}
