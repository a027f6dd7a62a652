package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxCoupons = 5000

// coupon is a coupon as it was made.
type coupon struct {
	object object
	closed bool
	made   time.Time
	end    time.Time
}

func (p *Platform) couponEndpoints() []endpoint {
	const path = "/v2/bot/coupon"
	list := []endpoint{
		send(path, p.bodied(p.createCoupon)),
		get(path, p.locked(p.listCoupons)),
		get(path+"/{couponId}", about(p, p.couponNamed, p.getCoupon)),
		act(http.MethodPut, path+"/{couponId}/close", about(p, p.couponNamed, p.closeCoupon)),
	}
	for i := range list {
		list[i].rate = rate{200, time.Second}
	}
	return list
}

// couponRefusal is how LINE refuses what is not about one property.
func couponRefusal(status int, message string) answer {
	a := refuseDetails([]detail{{Message: message}})
	a.status = status
	return a
}

func (p *Platform) createCoupon(_ *call, o object) answer {
	var k checker
	k.coupon(o, p.opt.Now())
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	running := 0
	for _, made := range p.coupons {
		if p.couponStatus(made) == "RUNNING" {
			running++
		}
	}
	if running >= maxCoupons {
		return couponRefusal(http.StatusBadRequest, "You have too many coupons created.")
	}
	id := newULID(p.opt.Now())
	o["couponId"] = id
	p.coupons[id] = &coupon{object: o, made: p.opt.Now(), end: time.Unix(int64(number(o["endTimestamp"])), 0)}
	p.couponOrder = append(p.couponOrder, id)
	return accept(http.StatusOK, map[string]string{"couponId": id})
}

// coupon checks a coupon. The pictures behind its addresses are not fetched.
func (k *checker) coupon(o object, now time.Time) {
	k.str(o, "", "title", length{1, 60, utf16Length})
	k.str(o, "", "description", length{0, 1000, utf16Length})
	k.link(o, "", "imageUrl", mayURL, "https")
	k.link(o, "", "barcodeImageUrl", mayURL, "https")
	k.str(o, "", "couponCode", length{0, 16, utf16Length})
	k.str(o, "", "usageCondition", length{0, 100, utf16Length})
	k.oneOf(o, "", "visibility", "PUBLIC", "UNLISTED")
	k.str(o, "", "timezone", length{1, 50, utf16Length})
	if n := number(o["maxUseCountPerTicket"]); n != 1 && o["maxUseCountPerTicket"] != json.Number("-1") {
		k.fail("maxUseCountPerTicket", "Must be one of the following values: [1, -1]")
	}
	start, end := number(o["startTimestamp"]), number(o["endTimestamp"])
	if start < 0 {
		k.fail("startTimestamp", "May not be empty")
	}
	if end <= start || int64(end) < now.Unix() {
		k.fail("endTimestamp", "Must be later than now and than startTimestamp")
	}
	if how := k.object(o, "", "acquisitionCondition", true); how != nil &&
		k.oneOf(how, "acquisitionCondition", "type", "normal", "lottery") == "lottery" {
		k.number(how, "acquisitionCondition", "lotteryProbability", 1, 99)
		if how["maxAcquireCount"] != json.Number("-1") {
			k.number(how, "acquisitionCondition", "maxAcquireCount", 1, 999999)
		}
	}
	if reward := k.object(o, "", "reward", true); reward != nil {
		k.reward(reward)
	}
}

// priceFields are what the kinds of prices must have, and no other may.
var priceFields = map[string][]string{
	"fixed": {"fixedAmount"}, "percentage": {"percentage"},
	"explicit": {"originalPrice", "priceAfterDiscount"},
}

func (k *checker) reward(o object) {
	var kinds []string
	switch kind := text(o["type"]); kind {
	case "discount":
		kinds = []string{"fixed", "percentage", "explicit"}
	case "cashBack":
		kinds = []string{"fixed", "percentage"}
	case "free", "gift", "others":
		return
	default:
		k.fail("reward.type", "Must be one of the following values: [discount,free,gift,cashBack,others]")
		return
	}
	price := k.object(o, "reward", "priceInfo", true)
	if price == nil {
		return
	}
	const path = "reward.priceInfo"
	kind := k.oneOf(price, path, "type", kinds...)
	for _, fields := range []string{"fixedAmount", "percentage", "originalPrice", "priceAfterDiscount"} {
		_, there := price[fields]
		switch {
		case kind == "":
		case !slices.Contains(priceFields[kind], fields):
			if there {
				k.fail(under(path, fields), "Must not be specified")
			}
		case fields == "percentage":
			k.number(price, path, fields, 1, 99)
		default:
			k.number(price, path, fields, 1, math.MaxInt32)
		}
	}
}

// couponStatus is RUNNING or CLOSED. The caller holds p.mu.
func (p *Platform) couponStatus(c *coupon) string {
	if c.closed || !p.opt.Now().Before(c.end) {
		return "CLOSED"
	}
	return "RUNNING"
}

func (p *Platform) listCoupons(c *call) answer {
	query := c.URL.Query()
	limit, err := strconv.Atoi(cmp.Or(query.Get("limit"), "20"))
	if err != nil || limit < 1 {
		return invalid("limit")
	}
	if limit > 100 {
		return refuseDetails([]detail{{"Must be less than or equal to 100", "limit"}})
	}
	var wanted []string
	for _, s := range query["status"] {
		wanted = append(wanted, strings.Split(s, ",")...)
	}
	for _, s := range wanted {
		if s != "DRAFT" && s != "RUNNING" && s != "CLOSED" {
			return refuseDetails([]detail{{"Must be one of the following values: [DRAFT,RUNNING,CLOSED]", "status"}})
		}
	}
	var ids []string
	for _, id := range p.couponOrder {
		if len(wanted) == 0 || slices.Contains(wanted, p.couponStatus(p.coupons[id])) {
			ids = append(ids, id)
		}
	}
	ids, next, bad := p.piece(c, ids, fmt.Sprint("coupons ", wanted), limit)
	if bad != nil {
		return *bad
	}
	items := make([]map[string]any, len(ids))
	for i, id := range ids {
		items[i] = map[string]any{"couponId": id, "title": p.coupons[id].object["title"]}
	}
	body := map[string]any{"items": items}
	if next != "" {
		body["next"] = next
	}
	return accept(http.StatusOK, body)
}

// couponNamed is the coupon of a call's path. The caller holds p.mu.
func (p *Platform) couponNamed(c *call) (*coupon, *answer) {
	made := p.coupons[c.values["couponId"]]
	if made == nil {
		return nil, new(couponRefusal(http.StatusNotFound, "coupon not found"))
	}
	return made, nil
}

func (p *Platform) getCoupon(_ *call, made *coupon) answer {
	body := map[string]any{"status": p.couponStatus(made), "createdTimestamp": made.made.Unix()}
	for k, v := range made.object {
		body[k] = v
	}
	return accept(http.StatusOK, body)
}

func (p *Platform) closeCoupon(_ *call, made *coupon) answer {
	if p.couponStatus(made) == "CLOSED" {
		return couponRefusal(http.StatusGone, "The coupon has already been closed.")
	}
	made.closed = true
	return accept(http.StatusOK, struct{}{})
}
