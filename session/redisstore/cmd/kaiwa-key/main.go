// Kaiwa-key prints what Redis holds of a session, in words: revision, timer, lease, waiting events and
// outputs. It changes nothing, and shows what users wrote only with -state and -bodies.
//
//	kaiwa-key -addr localhost:6379 shop/VG6d19s771pssf9E
//	kaiwa-key -addr node1:6379,node2:6379 -cluster 'kaiwa:{p3f}:VG6d19s771pssf9E'
//
// The id is as logs have it: the account, a slash and a hash. The hash alone will do. The user and the password of Redis are taken from REDIS_USERNAME and REDIS_PASSWORD.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is main with its arguments and its output, for the test. It waits for Redis for 5 s at most. What
// users wrote is in a session's state and in the bodies: each takes a flag of its own.
func run(args []string, out io.Writer) error {
	var o redisstore.DescribeOptions
	flags := flag.NewFlagSet("kaiwa-key [flags] <id or key of a session>", flag.ContinueOnError)
	flags.StringVar(&o.Namespace, "namespace", "", "the namespace of the store, to find a session by its id")
	flags.BoolVar(&o.State, "state", false, "show the state, which holds what users wrote")
	flags.BoolVar(&o.Bodies, "bodies", false, "show the bodies of events and outputs, which hold what users wrote")
	addr := flags.String("addr", "localhost:6379", "the address of Redis; for a Cluster, several with commas")
	cluster := flags.Bool("cluster", false, "Redis is a Cluster")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("kaiwa-key: give the id or the key of one session; -h lists the flags")
	}
	c := redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs: strings.Split(*addr, ","), IsClusterMode: *cluster,
		Username: os.Getenv("REDIS_USERNAME"), Password: os.Getenv("REDIS_PASSWORD"),
	})
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	text, err := redisstore.Describe(ctx, c, flags.Arg(0), &o)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}
