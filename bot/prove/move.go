package main

import (
	"context"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
)

// move gives count slots of the first master, from the middle of its share, to the second, slot
// by slot as redis-cli does it.
func (c *cluster) move(ctx context.Context, count int) error {
	from, to := c.clients[c.nodes[0].Addr()], c.clients[c.nodes[1].Addr()]
	fromID, toID := myID(ctx, from), myID(ctx, to)
	first := allSlots/clusterMasters/2 - count/2
	for slot := first; slot < first+count; slot++ {
		if err := to.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", fromID).Err(); err != nil {
			return err
		}
		if err := from.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", toID).Err(); err != nil {
			return err
		}
		if err := c.migrate(ctx, slot, from, c.nodes[1].Addr()); err != nil {
			return err
		}
		for _, node := range []*redis.Client{to, from, c.clients[c.nodes[2].Addr()]} {
			if err := node.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", toID).Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// migrate moves the keys of a slot, one at a time so that the slot is split for a while.
func (c *cluster) migrate(ctx context.Context, slot int, from *redis.Client, to string) error {
	host, port, _ := net.SplitHostPort(to)
	for {
		keys, err := from.ClusterGetKeysInSlot(ctx, slot, 1).Result()
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := from.Do(ctx, "MIGRATE", host, port, keys[0], 0, 5000).Err(); err != nil {
			return err
		}
	}
}

func myID(ctx context.Context, c *redis.Client) string {
	id, _ := c.Do(ctx, "CLUSTER", "MYID").Text()
	return strings.TrimSpace(id)
}
