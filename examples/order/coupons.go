package main

import (
	"context"
	"strings"
)

// Coupons is the service that knows the coupons. It may fail, or be away.
type Coupons interface {
	// Coupon returns the coupon with a code, in whatever case it is written, or ErrUnknown.
	Coupon(ctx context.Context, code string) (Coupon, error)
	// Member returns nil if the number is that of a member, or ErrUnknown.
	Member(ctx context.Context, number string) error
}

// Coupon takes some percent off the price.
type Coupon struct {
	Code    string `json:"code,omitempty"`
	Percent int    `json:"percent,omitempty"`
	Members bool   `json:"members,omitempty"` // it is for members alone
}

// Leaflet is the Coupons of the leaflet, in memory. It stands for a service.
type Leaflet struct{}

// Coupon knows TEN, and CLUB for members.
func (Leaflet) Coupon(_ context.Context, code string) (Coupon, error) {
	for _, c := range []Coupon{{Code: "TEN", Percent: 10}, {Code: "CLUB", Percent: 20, Members: true}} {
		if strings.EqualFold(c.Code, code) {
			return c, nil
		}
	}
	return Coupon{}, ErrUnknown
}

// Member knows one member.
func (Leaflet) Member(_ context.Context, number string) error {
	if number != "4711" {
		return ErrUnknown
	}
	return nil
}
