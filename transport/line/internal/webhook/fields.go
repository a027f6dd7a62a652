package webhook

// fields are what an event object says, as far as a transport.Event needs it. Strings may refer
// to the bytes that were read.
type fields struct {
	typ, mode, id, replyToken []byte
	timestamp                 int64
	redelivery                bool

	sourceType, userID, groupID, roomID []byte

	hasMessage          bool
	message             []byte // the whole object
	hasMore             bool   // it has a mention, a quote or an image set
	messageType, text   []byte
	messageID, unsentID []byte
	hasPostback         bool
	postbackData        []byte
	params              map[string]string
}

// event reads an event object. If the scanner is bad afterwards, f is not to be used.
func (s *scanner) event(f *fields) {
	var seen uint
	for k := s.first(); k != nil; k = s.next() {
		switch string(k) {
		case "type":
			s.once(&seen, 0)
			f.typ = s.str()
		case "mode":
			s.once(&seen, 1)
			f.mode = s.str()
		case "timestamp":
			s.once(&seen, 2)
			f.timestamp = s.int()
		case "webhookEventId":
			s.once(&seen, 3)
			f.id = s.str()
		case "replyToken":
			s.once(&seen, 4)
			f.replyToken = s.str()
		case "source":
			s.once(&seen, 5)
			s.source(f)
		case "deliveryContext":
			s.once(&seen, 6)
			s.deliveryContext(f)
		case "message":
			s.once(&seen, 7)
			s.message(f)
		case "postback":
			s.once(&seen, 8)
			s.postback(f)
		case "unsend":
			s.once(&seen, 9)
			s.unsend(f)
		default:
			s.skip(maxDepth - 1)
		}
	}
}

func (s *scanner) source(f *fields) {
	if s.null() {
		return
	}
	var seen uint
	for k := s.first(); k != nil; k = s.next() {
		switch string(k) {
		case "type":
			s.once(&seen, 0)
			f.sourceType = s.str()
		case "userId":
			s.once(&seen, 1)
			f.userID = s.str()
		case "groupId":
			s.once(&seen, 2)
			f.groupID = s.str()
		case "roomId":
			s.once(&seen, 3)
			f.roomID = s.str()
		default:
			s.skip(maxDepth - 2)
		}
	}
}

func (s *scanner) deliveryContext(f *fields) {
	if s.null() {
		return
	}
	var seen uint
	for k := s.first(); k != nil; k = s.next() {
		if string(k) != "isRedelivery" {
			s.skip(maxDepth - 2)
			continue
		}
		s.once(&seen, 0)
		f.redelivery = s.bool()
	}
}

func (s *scanner) message(f *fields) {
	if s.null() {
		return
	}
	f.hasMessage = true
	var seen uint
	start := s.i
	for k := s.first(); k != nil; k = s.next() {
		switch string(k) {
		case "type":
			s.once(&seen, 0)
			f.messageType = s.str()
		case "id":
			s.once(&seen, 1)
			f.messageID = s.str()
		case "text":
			s.once(&seen, 2)
			f.text = s.str()
		case "mention", "quotedMessageId", "imageSet":
			f.hasMore = true
			s.skip(maxDepth - 2)
		default:
			s.skip(maxDepth - 2)
		}
	}
	f.message = s.b[start:s.i]
}

func (s *scanner) unsend(f *fields) {
	if s.null() {
		return
	}
	var seen uint
	for k := s.first(); k != nil; k = s.next() {
		if string(k) != "messageId" {
			s.skip(maxDepth - 2)
			continue
		}
		s.once(&seen, 0)
		f.unsentID = s.str()
	}
}

func (s *scanner) postback(f *fields) {
	if s.null() {
		return
	}
	f.hasPostback = true
	var seen uint
	for k := s.first(); k != nil; k = s.next() {
		switch string(k) {
		case "data":
			s.once(&seen, 0)
			f.postbackData = s.str()
		case "params":
			s.once(&seen, 1)
			f.params = s.params()
		default:
			s.skip(maxDepth - 2)
		}
	}
}

func (s *scanner) params() map[string]string {
	if s.null() {
		return nil
	}
	m := make(map[string]string, 1)
	for k := s.first(); k != nil; k = s.next() {
		m[string(k)] = string(s.str())
	}
	return m
}
