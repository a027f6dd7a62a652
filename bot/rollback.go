package bot

import (
	"math/bits"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	// revisionSlots is how many sessions the table has at most: 128 KiB.
	revisionSlots = 1 << 13
	// revisionTerm is how long a revision counts. A store keeps a session for 24 h after its last turn at least;
	// then it may begin anew at revision 0.
	revisionTerm = 12 * time.Hour
)

// revisions is the revision that this process saw last, of some sessions. The revision of a session only rises,
// also by a Forget. So a session that is found at an earlier one shows that the store lost what it had
// acknowledged: a replica that lagged took the place of its master, for example.
//
// Example: this process commits revision 7 of a session. Redis fails over, and the new master has revision 5.
// Whichever process begins the session's next turn gets revision 5. If it is this one, it knows better. So of two
// processes one may not notice, and each counts what it noticed itself.
//
// A session has one place in the table, and another one of the same place takes it over: what is forgotten so is
// not noticed later.
type revisions struct {
	mu    sync.Mutex
	slots []revision
	log   rarely
}

type revision struct {
	session uint64 // the hash of the session; 0 for none
	rev     uint32
	at      uint32 // when it was seen, in seconds since 1970 by the store's clock
}

// place returns the place of a session in the table, and what it is known by there: the first 8 characters of
// its hash. The characters are digits and letters, whose low bits are alike, so a product spreads them.
func (r *revisions) place(id string) (*revision, uint64) {
	from := max(0, len(id)-session.HashLen)
	var n uint64
	for _, c := range []byte(id[from:min(from+8, len(id))]) {
		n = n<<8 | uint64(c)
	}
	if r.slots == nil {
		r.slots = make([]revision, revisionSlots)
	}
	high, _ := bits.Mul64(n*0x9e3779b97f4a7c15, revisionSlots)
	return &r.slots[high], n
}

// committed notes the revision that a commit made. The goroutines of two commits may come in another order than
// the commits: the higher revision stays.
func (r *revisions) committed(id string, rev uint32, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, n := r.place(id)
	if p.session == n && p.rev > rev {
		return
	}
	*p = revision{n, rev, uint32(now.Unix())}
}

// begun notes the revision with which a turn begins. It returns the one that was known, if that is higher, and
// otherwise 0.
func (r *revisions) begun(id string, rev uint32, now time.Time) (known uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, n := r.place(id)
	at := uint32(now.Unix())
	if p.session == n && p.rev > rev && at-p.at < uint32(revisionTerm/time.Second) {
		known = p.rev
	}
	*p = revision{n, rev, at}
	return known
}

// compare counts a session that begins at an earlier revision than this process knows. A process that stood still
// for as long as a lease may have the answer of Begin too late: others have had turns since.
func (r *runner) compare(id string, rev uint32, asked time.Time) {
	now := r.clock.now()
	known := r.revisions.begun(id, rev, now)
	if known == 0 || time.Since(asked) >= r.o.lease {
		return
	}
	r.accounts.of(id).rollbacks.Add(1)
	if n := r.revisions.log.note(time.Now()); n > 0 {
		r.o.Logger.Warn("bot: the store lost turns that it had acknowledged",
			about(id, "revision", rev, "was", known, "sessions", n)...)
	}
}
