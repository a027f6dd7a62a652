package bot

import "time"

// SetTerms makes the lease and the delivery lease of sessions shorter than they are for users, so
// that tests need not wait for long.
func (o *Options) SetTerms(lease, deliveryLease time.Duration) {
	o.lease, o.deliveryLease = lease, deliveryLease
}
