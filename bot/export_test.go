package bot

import "time"

// SetTerms makes the lease and the delivery lease of sessions shorter than they are for users, so
// that tests need not wait for long.
func (o *Options) SetTerms(lease, deliveryLease time.Duration) {
	o.lease, o.deliveryLease = lease, deliveryLease
}

// NoteRevisions returns a function that notes a commit and the Begin behind it, as a turn does.
func NoteRevisions() func(id string, rev uint32) {
	var r revisions
	now := time.Now()
	return func(id string, rev uint32) {
		r.committed(id, rev, now)
		r.begun(id, rev, now)
	}
}
