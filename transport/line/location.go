package line

import (
	"math"
	"strconv"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// LocationMessage is a place on a map.
type LocationMessage struct {
	// Title and Address are up to 100 UTF-16 code units each.
	Title, Address string
	// Latitude and Longitude are in degrees, positive to the north and the east.
	Latitude, Longitude float64
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Location returns a place on a map.
func Location(title, address string, latitude, longitude float64) LocationMessage {
	return LocationMessage{Title: title, Address: address, Latitude: latitude, Longitude: longitude}
}

// WithSender returns a copy that shows another name and icon.
func (m LocationMessage) WithSender(name, iconURL string) LocationMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m LocationMessage) Quick(replies ...Action) LocationMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil. A degree that is not a
// number is written as null, which Validate reports.
func (m LocationMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"location","title":`...)
	b = write.Text(b, m.Title)
	b = write.Text(write.Name(b, "address"), m.Address)
	b = appendDegrees(write.Name(b, "latitude"), m.Latitude)
	b = appendDegrees(write.Name(b, "longitude"), m.Longitude)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

func appendDegrees(b []byte, degrees float64) []byte {
	if math.IsNaN(degrees) || math.IsInf(degrees, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, degrees, 'f', -1, 64)
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m LocationMessage) Validate() error { return validate(m) }

func (m LocationMessage) check(c *checker) {
	c.Required("title", m.Title)
	c.Units("title", m.Title, maxPlaceText)
	c.Required("address", m.Address)
	c.Units("address", m.Address, maxPlaceText)
	c.degrees("latitude", m.Latitude, 90)
	c.degrees("longitude", m.Longitude, 180)
	c.end(m.Sender, m.QuickReplies)
}

func (c *checker) degrees(field string, degrees, most float64) {
	// Written so that NaN is broken too.
	if !(math.Abs(degrees) <= most) {
		c.Broken(field, "not between "+strconv.Itoa(-int(most))+" and "+strconv.Itoa(int(most)))
	}
}
