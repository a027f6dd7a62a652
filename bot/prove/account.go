package main

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// Each account has a secret and an access token of its own, and the user id of its bot. The account of a
// row that has one alone has no name.
func secretOf(account string) string { return "prove-secret" + account }
func tokenOf(account string) string  { return "prove-token" + account }

func destinationOf(account string) string {
	sum := sha256.Sum256([]byte(account))
	return "U" + hex.EncodeToString(sum[:16])
}

// chatOf names the chat of a user with an account. The same user may chat with several.
func chatOf(account, user string) string {
	if account == "" {
		return user
	}
	return account + "/" + user
}

// accountOf is the account of a chat.
func accountOf(chat string) string { return chat[:max(strings.LastIndexByte(chat, '/'), 0)] }

// openAccounts returns the channel of a bot's process: of one account, or of several at one URL.
func openAccounts(cfg *botConfig, log *slog.Logger) (bot.Channel, error) {
	channels := map[string]*line.Channel{}
	for _, account := range cfg.Accounts {
		c, err := line.New(secretOf(account), tokenOf(account), &line.Options{
			Name: account, Endpoint: cfg.API, Timeout: cfg.Timeout, ReplyWindow: cfg.Window, Logger: log, Processes: -1,
		})
		if err != nil || len(cfg.Accounts) == 1 {
			return c, err
		}
		channels[destinationOf(account)] = c
	}
	return line.NewMux(channels, 0)
}
