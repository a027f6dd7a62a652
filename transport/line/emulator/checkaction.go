package emulator

import (
	"encoding/json"
	"time"
)

var uriSchemes = []string{"http", "https", "line", "tel"}

// holder is where an action stands: it decides on the types and on the label.
type holder struct {
	label length
	quick bool // camera, camera roll and location too
	menu  bool // a switch of rich menus too
}

var (
	inTemplate      = holder{label: length{1, 20, graphemes}}
	inImageCarousel = holder{label: length{0, 12, graphemes}}
	inQuickReply    = holder{label: length{1, 20, graphemes}, quick: true}
	inFlexButton    = holder{label: length{1, 40, graphemes}}
	inFlex          = holder{label: length{0, 40, graphemes}}
	inRichMenu      = holder{label: length{0, 20, graphemes}, menu: true}
	asDefault       = holder{label: length{0, 20, graphemes}}
)

// action checks the required action under a key.
func (k *checker) action(o object, path, key string, h holder) {
	a := k.object(o, path, key, true)
	if a != nil {
		k.actionObject(a, under(path, key), h)
	}
}

func (k *checker) actionObject(a object, path string, h holder) {
	types := []string{"postback", "message", "uri", "datetimepicker", "clipboard"}
	if h.quick {
		types = append(types, "camera", "cameraRoll", "location")
	}
	if h.menu {
		types = append(types, "richmenuswitch")
	}
	kind := k.oneOf(a, path, "type", types...)
	k.str(a, path, "label", h.label)
	switch kind {
	case "postback":
		k.postback(a, path, h)
	case "richmenuswitch":
		if alias := k.str(a, path, "richMenuAliasId", needID); alias != "" && !aliasID.MatchString(alias) {
			k.fail(under(path, "richMenuAliasId"), "invalid richMenuAliasId")
		}
		k.str(a, path, "data", length{1, 300, utf16Length})
	case "message":
		k.str(a, path, "text", length{1, 300, graphemes})
	case "uri":
		k.link(a, path, "uri", length{1, 1000, utf16Length}, uriSchemes...)
	case "datetimepicker":
		k.picker(a, path)
	case "clipboard":
		k.str(a, path, "clipboardText", length{1, 1000, utf16Length})
	}
}

func (k *checker) postback(a object, path string, h holder) {
	k.str(a, path, "data", length{1, 300, utf16Length})
	display := k.str(a, path, "displayText", length{0, 300, graphemes})
	text := k.str(a, path, "text", length{0, 300, graphemes})
	if text != "" && (display != "" || h.quick) {
		k.fail(under(path, "text"), "May not be used here")
	}
	input := ""
	if _, there := a["inputOption"]; there {
		input = k.oneOf(a, path, "inputOption",
			"closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
	}
	if k.str(a, path, "fillInText", length{0, 300, graphemes}) != "" && input != "openKeyboard" {
		k.fail(under(path, "fillInText"), "May only be used with openKeyboard")
	}
}

// picker checks a date or time picker: the form of its bounds, and that min < max.
func (k *checker) picker(a object, path string) {
	k.str(a, path, "data", length{1, 300, utf16Length})
	mode := k.oneOf(a, path, "mode", "date", "time", "datetime")
	if mode == "" {
		return
	}
	values := map[string]string{}
	for _, key := range []string{"initial", "min", "max"} {
		s := k.str(a, path, key, length{0, 16, utf16Length})
		if s == "" {
			continue
		}
		s = pickerValue(s)
		t, err := time.Parse(layouts[mode], s)
		if err != nil || mode != "time" && (t.Year() < 1900 || t.Year() > 2100) {
			k.fail(under(path, key), "Must be a valid value of mode %s", mode)
			continue
		}
		values[key] = s
	}
	least, most := values["min"], values["max"]
	if least != "" && most != "" && least >= most {
		k.fail(under(path, "max"), "Must be later than min")
	}
}

// pickerValue brings a value into the form that can be compared: LINE takes a small t too.
func pickerValue(s string) string {
	if len(s) == 16 && s[10] == 't' {
		return s[:10] + "T" + s[11:]
	}
	return s
}

// number reads a whole number, -1 if there is none.
func number(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return int(i)
}
