package bot

import "time"

// SetTerms makes the lease of a session and the lane of its outputs shorter than they are for
// users, so that tests need not wait for long.
func (o *Options) SetTerms(lease, lane time.Duration) { o.lease, o.lane = lease, lane }
