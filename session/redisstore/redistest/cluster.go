package redistest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cluster is a running Redis Cluster. Each node is a server of its own, with two ports: one for clients and
// one, the bus, for the other nodes. Nodes tell each other whom they know: it is enough that each new
// one meets the first.
type Cluster struct {
	// Nodes are the masters, in the order of their slots.
	Nodes []*Server
	// Replicas are those of the masters, one for each in their order; empty after StartCluster.
	Replicas []*Server
	t        testing.TB
}

// NodeTimeout is how long a node of a Cluster may be silent before the others take it for dead.
const NodeTimeout = time.Second

// StartCluster starts a Cluster of so many masters, of which each has an equal share of the
// slots, and waits until it is whole. It is killed when the test ends.
func StartCluster(t testing.TB, masters int) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	c.startMasters(masters)
	c.awaitWhole()
	return c
}

// startMasters starts n masters and gives each a range of slots: of three, the first has 0 to 5460.
func (c *Cluster) startMasters(n int) {
	c.t.Helper()
	ctx := context.Background()
	const slots = 16384
	for i := range n {
		node := c.join(i + 1)
		c.Nodes = append(c.Nodes, node)
		must(c.t, node.Client().ClusterAddSlotsRange(ctx, slots*i/n, slots*(i+1)/n-1).Err())
	}
}

// StartReplicatedCluster is StartCluster with a replica for each master, which takes the place of
// a master that dies if there are at least three.
func StartReplicatedCluster(t testing.TB, masters int) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	c.startMasters(masters)
	for i := range masters {
		c.Replicas = append(c.Replicas, c.join(masters+i+1))
	}
	ctx := context.Background()
	for i, r := range c.Replicas {
		id, err := c.Nodes[i].Client().Do(ctx, "CLUSTER", "MYID").Text()
		must(t, err)
		client := r.Client()
		await(t, "the replica to meet its master", func() bool {
			return client.ClusterReplicate(ctx, id).Err() == nil
		})
		r.awaitMaster(c.Nodes[i])
	}
	c.awaitWhole()
	return c
}

// join starts a node that meets the first one. The epoch is the node's rank where two nodes claim the same
// slot. Each node gets another one, since nodes of the same epoch would first have to settle that.
func (c *Cluster) join(epoch int) *Server {
	c.t.Helper()
	bus := freePort(c.t)
	node := StartServer(c.t, &Options{Args: []string{
		"--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus),
		"--cluster-node-timeout", strconv.FormatInt(NodeTimeout.Milliseconds(), 10),
	}})
	ctx := context.Background()
	must(c.t, node.Client().Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", epoch).Err())
	first := node
	if len(c.Nodes) > 0 {
		first = c.Nodes[0]
	}
	must(c.t, first.Client().Do(ctx, "CLUSTER", "MEET", "127.0.0.1", node.port, bus).Err())
	return node
}

// awaitWhole waits until all nodes know all others and say that the Cluster is whole. A master
// says so 2 s after its start at the earliest.
func (c *Cluster) awaitWhole() {
	c.t.Helper()
	all := slices.Concat(c.Nodes, c.Replicas)
	for _, node := range all {
		client := node.Client()
		await(c.t, "the Cluster", func() bool {
			info := client.ClusterInfo(context.Background()).Val()
			return strings.Contains(info, "cluster_state:ok") &&
				strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(len(all))+"\r")
		})
	}
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

// must fails the test if a step of its set-up failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
}
