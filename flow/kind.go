package flow

import (
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Kind triggers on events of any of the kinds.
func Kind(kinds ...transport.Kind) Trigger {
	t := Trigger{form: formKinds}
	var names []string
	for _, k := range kinds {
		switch {
		case k == transport.KindTimer:
			t.fault = "Kind names KindTimer: use After or At"
		case k == transport.KindSignal:
			t.fault = "Kind names KindSignal: use Signal"
		case k > transport.KindSignal:
			t.fault = "Kind names an unknown kind"
		default:
			t.kinds |= 1 << k
		}
		names = append(names, k.String())
	}
	if len(kinds) == 0 {
		t.fault = "Kind names no kind"
	}
	t.label = strings.Join(names, " or ")
	return t
}

// Image triggers on a picture.
func Image() Trigger { return Kind(transport.KindImage) }

// Video triggers on a video.
func Video() Trigger { return Kind(transport.KindVideo) }

// Audio triggers on a sound recording.
func Audio() Trigger { return Kind(transport.KindAudio) }

// File triggers on a file.
func File() Trigger { return Kind(transport.KindFile) }

// Location triggers on a place on the map.
func Location() Trigger { return Kind(transport.KindLocation) }

// Sticker triggers on a sticker.
func Sticker() Trigger { return Kind(transport.KindSticker) }

// Follow triggers when a user adds the account as a friend or unblocks it.
func Follow() Trigger { return Kind(transport.KindFollow) }

// Unfollow triggers when a user blocks the account. Nothing can be sent to that user.
func Unfollow() Trigger { return Kind(transport.KindUnfollow) }

// Join triggers when the account is added to a group or room.
func Join() Trigger { return Kind(transport.KindJoin) }

// Leave triggers when the account is removed from a group or room.
func Leave() Trigger { return Kind(transport.KindLeave) }

// MemberJoined triggers when a user joins a group or room that the account is in.
func MemberJoined() Trigger { return Kind(transport.KindMemberJoined) }

// MemberLeft triggers when a user leaves a group or room that the account is in.
func MemberLeft() Trigger { return Kind(transport.KindMemberLeft) }

// Beacon triggers when a user comes near a beacon or leaves it.
func Beacon() Trigger { return Kind(transport.KindBeacon) }

// AccountLink triggers when a user has linked an account of another service.
func AccountLink() Trigger { return Kind(transport.KindAccountLink) }
