package redisstore

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// aclRules reads the rules of the user that the package's documentation shows.
func aclRules(t *testing.T) []any {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	text := regexp.MustCompile(`(?s)ACL SETUSER kaiwa (.*?)//\n`).FindSubmatch(doc)
	require.NotNil(t, text)
	var rules []any
	for _, f := range strings.Fields(string(text[1])) {
		if f != "//" {
			rules = append(rules, f)
		}
	}
	require.Contains(t, rules, "+evalsha")
	return rules
}

// asUser returns a client of a new user with those rules.
func asUser(t *testing.T, server *redistest.Server, name string, rules []any) *redis.Client {
	t.Helper()
	args := append([]any{"ACL", "SETUSER", name}, rules...)
	require.NoError(t, server.Client().Do(context.Background(), args...).Err())
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), Username: name, Password: "password"})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestContractAsTheLeastUser(t *testing.T) {
	t.Parallel()
	server := redistest.StartServer(t, nil)
	conform(t, &conformance{client: asUser(t, server, "kaiwa", aclRules(t)), admin: server.Client(), sequences: 20})
}

// Every command that the documentation allows is needed.
func TestLeastUserIsTheLeast(t *testing.T) {
	t.Parallel()
	server, _ := withReplica(t)
	rules := aclRules(t)
	require.NoError(t, tour(server, asUser(t, server, "whole", rules), "whole"))
	for i, rule := range rules {
		command, ok := strings.CutPrefix(rule.(string), "+")
		if !ok {
			continue
		}
		t.Run(command, func(t *testing.T) {
			name := "without-" + strconv.Itoa(i)
			fewer := append(append([]any{}, rules[:i]...), rules[i+1:]...)
			err := tour(server, asUser(t, server, name, fewer), name)
			if command == "append" || command == "getrange" {
				require.NoError(t, err, "the full way does without, at twice the cost")
				return
			}
			require.Error(t, err)
			require.True(t, strings.HasPrefix(err.Error(), "redisstore: "), err)
		})
	}
}

// tour makes every kind of call, and returns the first error.
func tour(server *redistest.Server, client *redis.Client, namespace string) error {
	ctx := context.Background()
	s, err := New(ctx, client, &Options{Namespace: namespace, Replicas: 1, Wait: time.Second, Logger: quiet})
	if err != nil {
		return err
	}
	if err := server.Client().ScriptFlush(ctx).Err(); err != nil {
		return err
	}
	id := sessionID(1)
	var all []error
	see := func(err error) { all = append(all, err) }
	for i := range 3 {
		_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(byte(i + 1)), Event: event("e"+strconv.Itoa(i), i)})
		see(err)
	}
	see(s.Unsend(ctx, id, event("e1", 1).MessageID))
	c, err := s.Commit(ctx, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e0", Dead: "why", Outputs: [][]byte{[]byte("a")}, Due: time.UnixMilli(1),
	})
	see(err)
	for c.Next.ID != "" && err == nil {
		c, err = s.Commit(ctx, &session.CommitRequest{ID: id, Token: token(1), Rev: c.Rev, EventID: c.Next.ID})
		see(err)
	}
	see(s.Discard(ctx, id, session.MakeSeq(1, 1), "why", nil))
	letters, _, err := s.DeadLetters(ctx, ours, "", 10)
	see(err)
	for i, l := range letters {
		if i == 0 {
			see(s.Replay(ctx, l.ID))
		} else {
			see(s.DeleteDeadLetter(ctx, l.ID))
		}
	}
	_, _, err = s.Due(ctx, ours, 10, 0)
	see(err)
	_, err = s.CountDeadLetters(ctx, []string{""})
	see(err)
	see(s.Check(ctx))
	_, err = s.Heartbeat(ctx, "one", ours, time.Minute)
	see(err)
	see(s.Forget(ctx, id))
	return errors.Join(all...)
}

// In a Cluster nothing is refused to a user that may do what the documentation says.
func TestLeastUserOfACluster(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cluster := redistest.StartReplicatedCluster(t, 3)
	var addrs []string
	args := append(append([]any{"ACL", "SETUSER", "kaiwa"}, aclRules(t)...), "+cluster|slots", "+command")
	for _, n := range append(cluster.Nodes, cluster.Replicas...) {
		require.NoError(t, n.Client().Do(ctx, args...).Err())
		addrs = append(addrs, n.Addr())
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, Username: "kaiwa", Password: "password"})
	defer client.Close()
	s, err := New(ctx, client, &Options{Namespace: "x", Replicas: 1, Wait: longWait, Logger: quiet})
	require.NoError(t, err)
	for i := range 20 {
		benchTurn(t, s, i, []byte("s"))
	}
	_, _, err = s.Due(ctx, ours, 10, 0)
	require.NoError(t, err)
	require.NoError(t, s.Check(ctx))
	for _, n := range cluster.Nodes {
		require.Empty(t, n.Client().Do(ctx, "ACL", "LOG").Val(), "what was refused")
	}
}

func TestRefusedUser(t *testing.T) {
	t.Parallel()
	server := redistest.StartServer(t, nil)
	wrong := redis.NewClient(&redis.Options{Addr: server.Addr(), Username: "kaiwa", Password: "wrong", MaxRetries: -1})
	defer wrong.Close()
	_, err := New(context.Background(), wrong, nil)
	require.ErrorContains(t, err, "redisstore: info: redis answered WRONGPASS")
	require.NotContains(t, err.Error(), "username")
	_, err = New(context.Background(), asUser(t, server, "nobody", []any{"on", ">password"}), nil)
	require.ErrorContains(t, err, "redisstore: info: redis answered NOPERM")
	other := asUser(t, server, "other", []any{"on", ">password", "~other:*", "+@all"})
	_, err = New(context.Background(), other, nil)
	require.ErrorContains(t, err, "redisstore: meta: redis answered NOPERM")
	locked := redistest.StartServer(t, nil)
	require.NoError(t, locked.Client().ConfigSet(context.Background(), "requirepass", "secret").Err())
	_, err = New(context.Background(), locked.Client(), nil)
	require.ErrorContains(t, err, "redisstore: info: redis answered NOAUTH")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key, roots := selfSigned(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	server := redistest.StartServer(t, nil)
	admin := server.Client()
	set := admin.Do(context.Background(), "CONFIG", "SET", "tls-cert-file", cert, "tls-key-file", key,
		"tls-ca-cert-file", cert, "tls-auth-clients", "no", "tls-port", port)
	if err := set.Err(); err != nil {
		t.Skip("redis-server was built without TLS: ", err)
	}
	client := func(c *tls.Config) *redis.Client {
		r := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port, TLSConfig: c, MaxRetries: -1})
		t.Cleanup(func() { _ = r.Close() })
		return r
	}
	s := newStore(t, client(&tls.Config{RootCAs: roots}), nil)
	benchTurn(t, s, 1, []byte("s"))
	require.NoError(t, s.Check(context.Background()))
	for _, c := range []*tls.Config{nil, {}} { // without TLS, and with the roots of the host
		_, err = New(context.Background(), client(c), nil)
		require.ErrorIs(t, err, session.ErrUnavailable)
		require.Equal(t, c == nil, strings.Contains(err.Error(), "set TLSConfig"), err)
	}
}

// selfSigned writes a certificate for the loopback address.
func selfSigned(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redistest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pemCert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(cert, pemCert, 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	roots = x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pemCert))
	return cert, key, roots
}
