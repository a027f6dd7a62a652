package webhook

import "github.com/kaiwa-go/kaiwa/transport"

// kindOf returns the kind of an event with LINE's name for it; both are zero for an event type
// that is not known.
func kindOf(typ, messageType []byte) (transport.Kind, string) {
	switch string(typ) {
	case "message":
		return messageKind(messageType), "message"
	case "messageEdited":
		return transport.KindEdited, "messageEdited"
	case "postback":
		return transport.KindPostback, "postback"
	case "unsend":
		return transport.KindUnsend, "unsend"
	case "follow":
		return transport.KindFollow, "follow"
	case "unfollow":
		return transport.KindUnfollow, "unfollow"
	case "join":
		return transport.KindJoin, "join"
	case "leave":
		return transport.KindLeave, "leave"
	case "memberJoined":
		return transport.KindMemberJoined, "memberJoined"
	case "memberLeft":
		return transport.KindMemberLeft, "memberLeft"
	case "videoPlayComplete":
		return transport.KindVideoPlayComplete, "videoPlayComplete"
	case "beacon":
		return transport.KindBeacon, "beacon"
	case "accountLink":
		return transport.KindAccountLink, "accountLink"
	case "membership":
		return transport.KindMembership, "membership"
	default:
		return moduleKind(typ)
	}
}

// moduleKind knows the events of module channels and of phone-number messages.
func moduleKind(typ []byte) (transport.Kind, string) {
	switch string(typ) {
	case "module":
		return transport.KindModule, "module"
	case "activated":
		return transport.KindActivated, "activated"
	case "deactivated":
		return transport.KindDeactivated, "deactivated"
	case "botSuspended":
		return transport.KindBotSuspended, "botSuspended"
	case "botResumed":
		return transport.KindBotResumed, "botResumed"
	case "delivery":
		return transport.KindDelivery, "delivery"
	default:
		return transport.KindUnknown, ""
	}
}

func messageKind(messageType []byte) transport.Kind {
	switch string(messageType) {
	case "text":
		return transport.KindText
	case "image":
		return transport.KindImage
	case "video":
		return transport.KindVideo
	case "audio":
		return transport.KindAudio
	case "file":
		return transport.KindFile
	case "location":
		return transport.KindLocation
	case "sticker":
		return transport.KindSticker
	default:
		return transport.KindMessage
	}
}
