package webhook

import "encoding/json"

// slowEvent reads an event object by encoding/json, for what the scanner has its doubts about.
// It sets every field.
// Of members that come twice it takes the last, and keys must have the right case: going by
// maps does both, where decoding into a struct would do neither.
func slowEvent(raw []byte, f *fields) error {
	d := slowDecoder{}
	e := get[object](&d, object{"": raw}, "")
	if e == nil {
		return errMalformed
	}
	f.typ = []byte(get[string](&d, e, "type"))
	f.mode = []byte(get[string](&d, e, "mode"))
	f.id = []byte(get[string](&d, e, "webhookEventId"))
	f.replyToken = []byte(get[string](&d, e, "replyToken"))
	f.timestamp = get[int64](&d, e, "timestamp")
	f.redelivery = get[bool](&d, get[object](&d, e, "deliveryContext"), "isRedelivery")
	f.unsentID = []byte(get[string](&d, get[object](&d, e, "unsend"), "messageId"))

	source := get[object](&d, e, "source")
	f.sourceType = []byte(get[string](&d, source, "type"))
	f.userID = []byte(get[string](&d, source, "userId"))
	f.groupID = []byte(get[string](&d, source, "groupId"))
	f.roomID = []byte(get[string](&d, source, "roomId"))

	message := get[object](&d, e, "message")
	f.hasMessage, f.message, f.hasMore = message != nil, e["message"], true
	f.messageType = []byte(get[string](&d, message, "type"))
	f.messageID = []byte(get[string](&d, message, "id"))
	if string(f.messageType) == "text" { // in a sticker it may be anything
		f.text = []byte(get[string](&d, message, "text"))
	}

	postback := get[object](&d, e, "postback")
	f.hasPostback = postback != nil
	f.postbackData = []byte(get[string](&d, postback, "data"))
	f.params = get[map[string]string](&d, postback, "params")
	if d.bad {
		return errMalformed
	}
	return nil
}

type object map[string]json.RawMessage

type slowDecoder struct{ bad bool }

// get reads one member. An absent one and null are the zero value.
func get[T any](d *slowDecoder, o object, key string) (v T) {
	raw, ok := o[key]
	if !ok || d.bad {
		return v
	}
	if json.Unmarshal(raw, &v) != nil {
		d.bad = true
	}
	return v
}
