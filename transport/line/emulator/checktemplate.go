package emulator

func (k *checker) template(t object, path string) {
	switch k.oneOf(t, path, "type", "buttons", "confirm", "carousel", "image_carousel") {
	case "buttons":
		k.card(t, path, 160, 4)
		k.picture(t, path)
	case "confirm":
		k.str(t, path, "text", length{1, 240, graphemes})
		k.actions(t, path, 2, 2)
	case "carousel":
		k.picture(t, path)
		columns := k.list(t, path, "columns", 1, 10)
		for i, c := range columns {
			k.card(c, at(under(path, "columns"), i), 120, 3)
		}
		k.alike(columns, path)
	case "image_carousel":
		for i, c := range k.list(t, path, "columns", 1, 10) {
			where := at(under(path, "columns"), i)
			k.link(c, where, "imageUrl", needURL, "https")
			k.action(c, where, "action", inImageCarousel)
		}
	}
}

// card checks a buttons template or a column of a carousel. Its text may be longer if nothing
// stands above it.
func (k *checker) card(c object, path string, alone, actions int) {
	k.link(c, path, "thumbnailImageUrl", mayURL, "https")
	k.str(c, path, "title", length{0, 40, graphemes})
	most := alone
	if c["title"] != nil || c["thumbnailImageUrl"] != nil {
		most = 60
	}
	k.str(c, path, "text", length{1, most, graphemes})
	k.actions(c, path, 1, actions)
	if a := k.object(c, path, "defaultAction", false); a != nil {
		k.actionObject(a, under(path, "defaultAction"), asDefault)
	}
}

func (k *checker) actions(o object, path string, least, most int) {
	for i, a := range k.list(o, path, "actions", least, most) {
		k.actionObject(a, at(under(path, "actions"), i), inTemplate)
	}
}

func (k *checker) picture(t object, path string) {
	if _, there := t["imageAspectRatio"]; there {
		k.oneOf(t, path, "imageAspectRatio", "rectangle", "square")
	}
	if _, there := t["imageSize"]; there {
		k.oneOf(t, path, "imageSize", "cover", "contain")
	}
}

// alike checks that the columns of a carousel have the same shape.
func (k *checker) alike(columns []object, path string) {
	for i, c := range columns {
		where, first := at(under(path, "columns"), i), columns[0]
		actions, _ := c["actions"].([]any)
		expected, _ := first["actions"].([]any)
		if len(actions) != len(expected) {
			k.fail(under(where, "actions"), "Must have as many actions as the first column")
		}
		for _, key := range []string{"title", "thumbnailImageUrl"} {
			if (c[key] == nil) != (first[key] == nil) {
				k.fail(under(where, key), "Must be set in all columns or in none")
			}
		}
	}
}
