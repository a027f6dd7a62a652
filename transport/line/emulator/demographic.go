package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// share is what part of the friends has a value.
type share struct {
	value string
	part  float64 // in per cent, with one decimal
}

// insightDemographic tells what friends are like, as of now.
func (p *Platform) insightDemographic(*call) answer {
	body := map[string]any{"available": false}
	kinds := []struct {
		list, value string
		of          func(*user) string
	}{
		{"genders", "gender", func(u *user) string { return cmp.Or(u.Demographic.Gender, "unknown") }},
		{"ages", "age", (*user).ageGroup},
		{"areas", "area", (*user).areaName},
		{"appTypes", "appType", func(u *user) string { return cmp.Or(u.Demographic.App, "others") }},
		{"subscriptionPeriods", "subscriptionPeriod", func(u *user) string { return u.friendFor(p.opt.Now()) }},
	}
	var friends []*user
	reach := 0
	for _, c := range p.friends() {
		friends = append(friends, c.person)
		if c.person.Demographic != (Demographic{}) {
			reach++
		}
	}
	body["available"] = reach >= minCounted
	for _, kind := range kinds {
		list := []any{}
		if reach >= minCounted {
			for _, s := range shares(friends, kind.of) {
				list = append(list, map[string]any{kind.value: s.value, "percentage": s.part})
			}
		}
		body[kind.list] = list
	}
	return accept(http.StatusOK, body)
}

// shares count users by a value, the most frequent first.
func shares(users []*user, of func(*user) string) []share {
	counts := map[string]int{}
	for _, u := range users {
		counts[of(u)]++
	}
	list := make([]share, 0, len(counts))
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		part := math.Round(1000*float64(counts[value])/float64(len(users))) / 10
		list = append(list, share{value, part})
	}
	slices.SortStableFunc(list, func(a, b share) int { return cmp.Compare(b.part, a.part) })
	return list
}

// ageGroup is the user's age in the words of LINE's insights.
func (u *user) ageGroup() string {
	switch age := u.Demographic.Age; {
	case age == 0:
		return "unknown"
	case age < 15:
		return "from0to14"
	case age >= 70:
		return "from70"
	default:
		return fmt.Sprintf("from%dto%d", age/5*5, age/5*5+4)
	}
}

// friendFor is how long the user has been a friend, in the words of LINE's insights.
func (u *user) friendFor(now time.Time) string {
	days := int(now.Sub(u.FriendSince) / day)
	for _, most := range []int{7, 30, 90, 180, 365} {
		if days < most {
			return fmt.Sprintf("within%ddays", most)
		}
	}
	return "over365days"
}

// areaName is the user's region in the words of LINE's insights, which are not the codes of filters.
func (u *user) areaName() string {
	if i := slices.Index(areas(), u.Demographic.Area); i >= 0 {
		return strings.Fields(areaNames)[i]
	}
	return "unknown"
}

// areaNames are those of the regions in areas, in the same order.
const areaNames = `北海道 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨
長野 岐阜 静岡 愛知 三重 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本
大分 宮崎 鹿児島 沖縄 台北市 新北市 桃園市 台中市 台南市 高雄市 基隆市 新竹市 嘉義市 新竹縣 苗栗縣 彰化縣 南投縣 雲林縣
嘉義縣 屏東縣 宜蘭縣 花蓮縣 台東縣 澎湖縣 金門縣 連江縣 Bangkok Pattaya Northern Central Southern Eastern NorthEastern Western`
