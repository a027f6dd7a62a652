package redistest

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Cluster is a running Redis Cluster of masters without replicas.
type Cluster struct {
	// Nodes are the masters, in the order of their slots.
	Nodes []*Server
	t     testing.TB
}

// StartCluster starts a Cluster of so many masters, of which each has an equal share of the
// slots, and waits until it is whole. It is killed when the test ends.
func StartCluster(t testing.TB, masters int) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	bus := make([]int, masters)
	for i := range masters {
		bus[i] = freePort(t)
		c.Nodes = append(c.Nodes, StartServer(t, &Options{Args: []string{
			"--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus[i]),
			"--cluster-node-timeout", "1000",
		}}))
	}
	ctx := context.Background()
	const slots = 16384
	for i, node := range c.Nodes {
		first := node.Client()
		must(t, first.ClusterAddSlotsRange(ctx, slots*i/masters, slots*(i+1)/masters-1).Err())
		must(t, first.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
		must(t, c.Nodes[0].Client().Do(ctx, "CLUSTER", "MEET", "127.0.0.1", node.port, bus[i]).Err())
	}
	for _, node := range c.Nodes {
		client := node.Client()
		await(t, "the Cluster", func() bool {
			info := client.ClusterInfo(ctx).Val()
			return strings.Contains(info, "cluster_state:ok") &&
				strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(masters)+"\r")
		})
	}
	return c
}

// Client returns a new client of the Cluster, which is closed when the test ends.
func (c *Cluster) Client() *redis.ClusterClient {
	var addrs []string
	for _, node := range c.Nodes {
		addrs = append(addrs, node.Addr())
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs})
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
}
