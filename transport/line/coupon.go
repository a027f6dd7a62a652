package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// CouponMessage is a coupon that was made in LINE Official Account Manager or by the API.
type CouponMessage struct {
	// ID names the coupon.
	ID string
	// DeliveryTag names in LINE's statistics how the coupon was handed out; empty is "Unknown".
	// It is up to 30 letters, digits and underscores.
	DeliveryTag string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Coupon returns a coupon message.
func Coupon(id string) CouponMessage { return CouponMessage{ID: id} }

// WithDeliveryTag returns a copy that is told apart in LINE's statistics.
func (m CouponMessage) WithDeliveryTag(tag string) CouponMessage {
	m.DeliveryTag = tag
	return m.Quick()
}

// WithSender returns a copy that shows another name and icon.
func (m CouponMessage) WithSender(name, iconURL string) CouponMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m CouponMessage) Quick(replies ...Action) CouponMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m CouponMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"coupon","couponId":`...)
	b = write.Text(b, m.ID)
	b = write.Field(b, "deliveryTag", m.DeliveryTag)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// know which coupons exist.
func (m CouponMessage) Validate() error { return validate(m) }

func (m CouponMessage) check(c *checker) {
	c.Required("couponId", m.ID)
	c.Units("deliveryTag", m.DeliveryTag, maxDeliveryTag)
	if m.DeliveryTag != "" && !isWord(m.DeliveryTag) {
		c.Broken("deliveryTag", "other characters than letters, digits and underscores")
	}
	c.end(m.Sender, m.QuickReplies)
}
