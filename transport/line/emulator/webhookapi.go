package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

func (p *Platform) webhookEndpoints() []endpoint {
	const path = "/v2/bot/channel/webhook/"
	often := rate{1000, time.Minute}
	return []endpoint{
		{method: http.MethodGet, path: path + "endpoint", handle: p.getWebhook, rate: often},
		{method: http.MethodPut, path: path + "endpoint", handle: p.putWebhook, rate: often},
		{method: http.MethodPost, path: path + "test", handle: p.testWebhook, rate: rate{60, time.Hour}},
	}
}

var (
	noWebhook  = refuse(http.StatusNotFound, "Webhook endpoint not found")
	badWebhook = refuse(http.StatusBadRequest, "Invalid webhook endpoint URL")
)

// validWebhook says whether LINE would take a webhook's URL. One difference: http is fine on this
// machine, as a bot under test has no certificate.
func validWebhook(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || utf16Length(s) > 500 {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

func (p *Platform) getWebhook(*call) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.webhook == "" {
		return noWebhook
	}
	return accept(http.StatusOK, map[string]any{"endpoint": p.webhook, "active": !p.webhookOff})
}

func (p *Platform) putWebhook(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	if !validWebhook(text(o["endpoint"])) {
		return badWebhook
	}
	p.SetWebhook(text(o["endpoint"]))
	return accept(http.StatusOK, struct{}{})
}

// testWebhook calls the bot's webhook without an event, and tells what came of it.
func (p *Platform) testWebhook(c *call) answer {
	o := object{}
	if len(c.body) > 0 {
		var bad *answer
		if o, bad = parseBody(c.body); bad != nil {
			return *bad
		}
	}
	p.mu.Lock()
	to := p.webhook
	p.mu.Unlock()
	if _, there := o["endpoint"]; there {
		to = text(o["endpoint"])
		if !validWebhook(to) {
			return badWebhook
		}
	}
	if to == "" {
		return noWebhook
	}
	body, err := json.Marshal(map[string]any{"destination": p.bot.ID, "events": []any{}})
	if err != nil {
		return refuse(http.StatusInternalServerError, statusMessage(http.StatusInternalServerError))
	}
	status, err := p.send(c.Context(), to, body)
	reason, detail := verdict(status, err)
	return accept(http.StatusOK, map[string]any{
		"success": reason == "OK", "timestamp": p.opt.Now().UTC().Format(isoMillis),
		"statusCode": status, "reason": reason, "detail": detail,
	})
}

// verdict puts what came of a webhook into LINE's words.
func verdict(status int, err error) (reason, detail string) {
	var timeout net.Error
	switch {
	case err == nil && status >= 200 && status <= 299:
		return "OK", strconv.Itoa(status)
	case err == nil:
		return "ERROR_STATUS_CODE", strconv.Itoa(status)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "REQUEST_TIMEOUT", "Request timeout"
	default:
		return "COULD_NOT_CONNECT", "Failure to connect"
	}
}

var errNoWebhook = errors.New("no webhook URL is set, or its use is off")
