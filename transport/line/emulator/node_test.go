package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// A bot that is written with LINE's SDK for Node talks to the emulator as it does to LINE. Where
// there is no Node of version 20 or later, or its package cannot be had, the test is skipped, in CI
// too.
func TestBotOfTheNodeSDK(t *testing.T) {
	t.Parallel()
	dir := nodeBot(t)
	platform := emulator.New("secret", "token", &emulator.Options{WebhookTimeout: 30 * time.Second})
	t.Cleanup(platform.Close)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	platform.SetWebhook("http://127.0.0.1:" + startNode(t, dir, server.URL) + "/")
	ctx, ann := t.Context(), "User A"
	_, err := platform.Follow(ctx, ann)
	require.NoError(t, err)

	tests := []struct {
		name, say string
		want      []string // what the bot shows
	}{
		{"echo", "good morning", []string{"reply good morning"}},
		{"profile", "name", []string{"reply User A"}},
		{"push", "push", []string{"push pushed", "reply pushed 1"}},
		{"a retry key", "twice", []string{"push once", "reply refused with 409"}},
		{"multicast", "many", []string{"multicast to many", "reply sent"}},
		{"a rich menu", "menu", []string{"reply linked"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen := len(platform.Messages(ann))
			_, err := platform.Say(ctx, ann, test.say)
			require.NoError(t, err)
			require.Equal(t, test.want, fromBot(platform.Messages(ann)[seen:]))
		})
	}
	_, err = platform.Tap(ctx, ann, "Buy")
	require.NoError(t, err)
	_, err = platform.Upload(ctx, ann, emulator.Upload{Kind: "image", Data: menuImage()})
	require.NoError(t, err)
	shown := fromBot(platform.Messages(ann))
	require.Equal(t, "reply tapped buy", shown[len(shown)-2])
	require.Equal(t, "reply "+sizeOf(menuImage()), shown[len(shown)-1])
}

func fromBot(messages []emulator.Message) []string {
	var list []string
	for _, m := range messages {
		if m.From == emulator.FromBot {
			list = append(list, m.Via+" "+m.Text)
		}
	}
	return list
}

// nodeBot installs the bot's package into a directory of its own, where that is asked for.
func nodeBot(t *testing.T) string {
	t.Helper()
	needs.Processes(t)
	if os.Getenv("KAIWA_NPM") == "" {
		t.Skip("npm installs a package: set KAIWA_NPM=1, as make test does")
	}
	version, err := exec.Command("node", "--version").Output()
	if err != nil {
		t.Skip("needs node on the PATH, version 20 or later")
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(string(version), "v"), ".")
	if len(major) < 2 || major < "20" {
		t.Skip("needs node of version 20 or later; this is " + strings.TrimSpace(string(version)))
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "bot.mjs"} {
		content, err := os.ReadFile(filepath.Join("testdata", "node", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund",
		"--ignore-scripts", "--no-package-lock", "--silent")
	install.Dir = dir
	if err := install.Run(); err != nil {
		needs.Missing(t, "npm could not install LINE's SDK for Node: "+err.Error())
	}
	return dir
}

// startNode starts the bot as a process, and returns the port that it listens on.
func startNode(t *testing.T, dir, api string) string {
	t.Helper()
	bot := exec.Command("node", "bot.mjs")
	bot.Dir = dir
	bot.Env = append(os.Environ(), "LINE_API="+api, "LINE_SECRET=secret", "LINE_TOKEN=token",
		"MENU_IMAGE="+base64.StdEncoding.EncodeToString(menuImage()))
	var log bytes.Buffer
	bot.Stderr = &log
	out, err := bot.StdoutPipe()
	require.NoError(t, err)
	in, err := bot.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, bot.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = bot.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(port)
}

// menuImage is a picture that a rich menu can have.
func menuImage() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 540)))
	return b.Bytes()
}
