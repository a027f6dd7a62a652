package emulator_test

import (
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/insight"
	"github.com/line/line-bot-sdk-go/v8/linebot/manage_audience"
	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// LINE's own SDK makes an audience, writes to it, and reads what came of that.
func TestAudienceOfTheSDK(t *testing.T) {
	t.Parallel()
	platform := emulator.New("secret", "token", &emulator.Options{JobTime: time.Nanosecond})
	t.Cleanup(platform.Close)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	audiences, err := manage_audience.NewManageAudienceAPI("token", manage_audience.WithEndpoint(server.URL))
	require.NoError(t, err)
	insights, err := insight.NewInsightAPI("token", insight.WithEndpoint(server.URL))
	require.NoError(t, err)
	api, err := messaging_api.NewMessagingApiAPI("token", messaging_api.WithEndpoint(server.URL))
	require.NoError(t, err)
	var members []manage_audience.Audience
	for i := range 25 {
		u, err := platform.AddUser(emulator.User{Name: strconv.Itoa(i), Friend: true, Demographic: emulator.Demographic{Gender: "male"}})
		require.NoError(t, err)
		members = append(members, manage_audience.Audience{Id: u.ID})
	}

	made, err := audiences.CreateAudienceGroup(&manage_audience.CreateAudienceGroupRequest{
		Description: "Spring", Audiences: members[:20], UploadDescription: "first",
	})
	require.NoError(t, err)
	_, err = audiences.AddAudienceToAudienceGroup(&manage_audience.AddAudienceToAudienceGroupRequest{
		AudienceGroupId: made.AudienceGroupId, Audiences: members[20:],
	})
	require.NoError(t, err)
	_, err = audiences.UpdateAudienceGroupDescription(made.AudienceGroupId,
		&manage_audience.UpdateAudienceGroupDescriptionRequest{Description: "Autumn"})
	require.NoError(t, err)
	data, err := audiences.GetAudienceData(made.AudienceGroupId)
	require.NoError(t, err)
	require.Equal(t, manage_audience.AudienceGroupStatus_READY, data.AudienceGroup.Status)
	require.Equal(t, "Autumn", data.AudienceGroup.Description)
	require.EqualValues(t, 25, data.AudienceGroup.AudienceCount)
	require.Len(t, data.Jobs, 2)
	require.Equal(t, manage_audience.AudienceGroupJobStatus_FINISHED, data.Jobs[1].JobStatus)
	list, err := audiences.GetAudienceGroups(1, "AUTUMN", "", 40, true, "")
	require.NoError(t, err)
	require.EqualValues(t, 1, list.TotalCount)

	res, _, err := api.NarrowcastWithHttpInfo(&messaging_api.NarrowcastRequest{
		Messages:  []messaging_api.MessageInterface{messaging_api.TextMessage{Text: "hello"}},
		Recipient: &messaging_api.AudienceRecipient{AudienceGroupId: made.AudienceGroupId},
		Limit:     &messaging_api.Limit{Max: 22},
	}, "")
	require.NoError(t, err)
	request := res.Header.Get("X-Line-Request-Id")
	for i := range 25 {
		_, _ = platform.Say(t.Context(), strconv.Itoa(i), "thanks") // there is no bot to hear it
	}
	event, err := insights.GetMessageEvent(request)
	require.NoError(t, err)
	require.EqualValues(t, 22, event.Overview.Delivered)
	require.EqualValues(t, 22, event.Overview.UniqueImpression)
	require.EqualValues(t, 22, event.Messages[0].Impression)
	friends, err := insights.GetFriendsDemographics()
	require.NoError(t, err)
	require.True(t, friends.Available)
	require.EqualValues(t, 100, friends.Genders[0].Percentage)
	today := time.Now().In(time.FixedZone("", 9*60*60)).Format("20060102")
	followers, err := insights.GetNumberOfFollowers(today)
	require.NoError(t, err)
	require.EqualValues(t, "unready", followers.Status)
	_, err = insights.GetNumberOfMessageDeliveries(today)
	require.NoError(t, err)
	_, err = insights.GetStatisticsPerUnit("spring", today, today)
	require.NoError(t, err)
	_, err = audiences.CreateImpBasedAudienceGroup(&manage_audience.CreateImpBasedAudienceGroupRequest{
		Description: "Saw it", RequestId: request,
	})
	require.NoError(t, err)
	_, err = audiences.DeleteAudienceGroup(made.AudienceGroupId)
	require.NoError(t, err)
	_, err = audiences.GetAudienceData(made.AudienceGroupId)
	require.ErrorContains(t, err, "AUDIENCE_GROUP_NOT_FOUND")
}
