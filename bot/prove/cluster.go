package main

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

const (
	clusterMasters = 3
	clusterTimeout = time.Second // cluster-node-timeout
	allSlots       = 16384
)

// cluster is a Redis Cluster of three masters with a replica each.
type cluster struct {
	h       *host
	nodes   []*redistest.Server // first the masters
	clients map[string]*redis.Client
}

func startCluster(h *host) *cluster {
	c := &cluster{h: h, clients: map[string]*redis.Client{}}
	ctx := context.Background()
	var buses []int
	for range 2 * clusterMasters {
		bus := freePort(h)
		buses = append(buses, bus)
		node := redistest.StartServer(h, &redistest.Options{AOF: true, Args: []string{
			"--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus),
			"--cluster-node-timeout", strconv.FormatInt(clusterTimeout.Milliseconds(), 10),
			"--repl-diskless-sync-delay", "0",
		}})
		c.nodes = append(c.nodes, node)
		c.clients[node.Addr()] = node.Client()
	}
	for i, node := range c.nodes {
		client := c.clients[node.Addr()]
		if i < clusterMasters {
			c.must(client.ClusterAddSlotsRange(ctx, allSlots*i/clusterMasters, allSlots*(i+1)/clusterMasters-1).Err())
		}
		c.must(client.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
		host, port, _ := net.SplitHostPort(node.Addr())
		c.must(c.clients[c.nodes[0].Addr()].Do(ctx, "CLUSTER", "MEET", host, port, buses[i]).Err())
	}
	c.awaitWhole(ctx)
	for i, node := range c.nodes[clusterMasters:] {
		master := myID(ctx, c.clients[c.nodes[i].Addr()])
		c.must(c.clients[node.Addr()].ClusterReplicate(ctx, master).Err())
	}
	c.awaitReplicas(ctx)
	return c
}

func (c *cluster) must(err error) {
	if err != nil {
		c.h.Fatal("prove: cluster: ", err)
	}
}

func (c *cluster) addrs() (addrs []string) {
	for _, node := range c.nodes {
		addrs = append(addrs, node.Addr())
	}
	return addrs
}

// awaitWhole waits until all nodes know each other and all slots are served.
func (c *cluster) awaitWhole(ctx context.Context) {
	for _, client := range c.clients {
		c.must(await(ctx, 20*time.Second, func() bool {
			info := client.ClusterInfo(ctx).Val()
			return strings.Contains(info, "cluster_state:ok") &&
				strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(len(c.nodes))+"\r")
		}))
	}
}

// awaitReplicas waits until each master has a replica in step.
func (c *cluster) awaitReplicas(ctx context.Context) {
	c.must(await(ctx, 30*time.Second, func() bool {
		masters := c.masters(ctx)
		for _, m := range masters {
			if !strings.Contains(m.Info(ctx, "replication").Val(), "state=online") {
				return false
			}
		}
		return len(masters) == clusterMasters
	}))
}

// masters returns the nodes that serve slots.
func (c *cluster) masters(ctx context.Context) (masters []*redis.Client) {
	for _, node := range c.nodes {
		client := c.clients[node.Addr()]
		text, err := client.ClusterNodes(ctx).Result()
		if err != nil {
			continue
		}
		for line := range strings.Lines(text) {
			f := strings.Fields(line)
			if len(f) > 8 && strings.Contains(f[2], "myself") && strings.Contains(f[2], "master") {
				masters = append(masters, client)
			}
		}
	}
	return masters
}

// server returns the server of a client.
func (c *cluster) server(client *redis.Client) *redistest.Server {
	for _, node := range c.nodes {
		if c.clients[node.Addr()] == client {
			return node
		}
	}
	return nil
}

func freePort(h *host) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// await calls ok until it is true, for as long as limit.
func await(ctx context.Context, limit time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
