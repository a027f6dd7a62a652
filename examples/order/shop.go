package main

import (
	"context"
	"errors"
	"strings"
	"sync"
)

// Shop is the restaurant's own database, which may fail.
type Shop interface {
	// Dishes returns what there is, in the order of the menu.
	Dishes(ctx context.Context) ([]Dish, error)
	// Dish returns the dish with a name, in whatever case it is written, or ErrUnknown.
	Dish(ctx context.Context, name string) (Dish, error)
	// Place has an order cooked, once for each id however often it is called.
	Place(ctx context.Context, id string, o Order) error
}

// Dish is what can be ordered.
type Dish struct {
	Name    string
	Price   int // in yen
	Options []Option
}

// Option is what a guest chooses of a dish.
type Option struct {
	Name   string
	Values []string
}

// values returns what there is to choose for an option.
func (d Dish) values(option string) []string {
	for _, o := range d.Options {
		if o.Name == option {
			return o.Values
		}
	}
	return nil
}

// ErrUnknown is returned for a dish, a coupon or a member that does not exist.
var ErrUnknown = errors.New("order: unknown")

// Kitchen is a Shop in memory. It stands for a database; a real one would have a unique index on the id of
// an order.
type Kitchen struct {
	mu     sync.Mutex
	orders map[string]Order // by id
}

// dishes are those of the house.
var dishes = []Dish{
	{Name: "Ramen", Price: 900, Options: []Option{
		{Name: "Size", Values: []string{"Regular", "Large"}},
		{Name: "Broth", Values: []string{"Soy", "Miso", "Salt"}},
	}},
	{Name: "Curry", Price: 800, Options: []Option{{Name: "Heat", Values: []string{"Mild", "Hot"}}}},
	{Name: "Gyoza", Price: 450},
	{Name: "Green tea", Price: 200},
}

// Dishes returns the four dishes of the house.
func (*Kitchen) Dishes(context.Context) ([]Dish, error) { return dishes, nil }

// Dish returns one of them.
func (*Kitchen) Dish(_ context.Context, name string) (Dish, error) {
	for _, d := range dishes {
		if strings.EqualFold(d.Name, name) {
			return d, nil
		}
	}
	return Dish{}, ErrUnknown
}

// Place notes the order.
func (k *Kitchen) Place(_ context.Context, id string, o Order) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.orders == nil {
		k.orders = make(map[string]Order)
	}
	k.orders[id] = o
	return nil
}
