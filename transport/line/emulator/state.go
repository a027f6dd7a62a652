package emulator

import (
	"crypto/rsa"
	"time"
)

// state is what a platform remembers, beside people and chats. Platform.mu guards it.
type state struct {
	webhook     string
	webhookOff  bool // nothing is sent there
	tokens      map[string]*replyToken
	swept       time.Time // when tokens that can work no more were last dropped
	keysSwept   time.Time
	accepted    map[string]acceptance
	faults      []Fault
	marks       map[string]mark
	buckets     map[*endpoint]*bucket
	usage       usage
	days        map[string]int // messages by day and kind
	access      map[string]*accessToken
	audiences   []*audience
	audienceID  int64 // of the last that was made, and of the last job
	jobID       int64
	narrowcasts map[string]*narrowcast // by request id
	casts       map[string]*cast       // by request id
	unitCasts   []*cast
	contents    map[string]*content // by message id
	menus       map[string]*richMenu
	menuOrder   []string // of creation
	defaultMenu string
	aliases     map[string]string  // menus by alias
	batches     map[string]batch   // by request id
	resumed     map[string]*change // by resumeRequestKey
	jammed      map[*user]bool     // see FailBatch
	pending     []pending
	readTokens  map[string]readMark
	linkTokens  map[string]linkToken
	plans       []*plan
	coupons     map[string]*coupon
	couponOrder []string                  // of creation
	issued      int                       // how many tokens ever
	keys        map[string]*rsa.PublicKey // by kid
	lastMessage int64
}

func newState() state {
	return state{
		tokens:      map[string]*replyToken{},
		accepted:    map[string]acceptance{},
		marks:       map[string]mark{},
		buckets:     map[*endpoint]*bucket{},
		days:        map[string]int{},
		access:      map[string]*accessToken{},
		keys:        map[string]*rsa.PublicKey{},
		narrowcasts: map[string]*narrowcast{},
		casts:       map[string]*cast{},
		contents:    map[string]*content{},
		menus:       map[string]*richMenu{},
		aliases:     map[string]string{},
		batches:     map[string]batch{},
		resumed:     map[string]*change{},
		jammed:      map[*user]bool{},
		readTokens:  map[string]readMark{},
		linkTokens:  map[string]linkToken{},
		coupons:     map[string]*coupon{},
	}
}
