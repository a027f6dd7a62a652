package redisstore

import (
	"context"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// The client re-sends a script whose answer was lost. The whole contract holds where every
// script runs twice and the second answer alone comes back. Only a Due that claims runs once: what it claims, its
// second run does not list before the claim is over.
func TestContractWhereEveryScriptRunsTwice(t *testing.T) {
	t.Parallel()
	server := redistest.StartServer(t, nil)
	client := server.Client()
	client.AddHook(resend{})
	conform(t, &conformance{client: client, admin: server.Client(), sequences: 40})
}

type resend struct{}

func (resend) DialHook(next redis.DialHook) redis.DialHook { return next }

func (resend) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if (cmd.Name() == "evalsha" || cmd.Name() == "eval") && !claims(cmd) {
			_ = next(ctx, cmd)
		}
		return next(ctx, cmd)
	}
}

func (resend) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if !slices.ContainsFunc(cmds, claims) {
			_ = next(ctx, cmds)
		}
		return next(ctx, cmds)
	}
}

// claims reports whether the command is the due script with a claim: its last arguments are two numbers.
func claims(cmd redis.Cmder) bool {
	args := cmd.Args()
	_, limit := args[len(args)-2].(int)
	claim, _ := args[len(args)-1].(int64)
	return limit && claim > 0
}
