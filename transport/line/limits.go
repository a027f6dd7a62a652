package line

// Limits of messages and actions. LINE counts in two units: UTF-16 code units, and grapheme
// clusters, which are what a reader takes for one character.
// https://developers.line.biz/en/docs/messaging-api/text-character-count/
//
// LIMITS.md is the table of them, with where LINE states each.
//
// LINE does not say if its k is 1000 or 1024. The larger is taken, so that nothing is refused
// here that LINE takes.
const (
	maxText    = 5000
	maxAltText = 1500

	maxSenderName    = 20
	maxEmojis        = 20
	maxSubstitutions = 100
	maxPlaceholder   = 20
	maxMentions      = 20
	maxTrackingID    = 100
	maxPlaceText     = 100
	maxDeliveryTag   = 30

	maxTaps          = 50
	maxImagemapLabel = 100
	maxImagemapText  = 400
	maxLinkLabel     = 30

	maxButtonsText = 160
	maxColumnText  = 120
	maxTitledText  = 60
	maxTitle       = 40
	maxConfirmText = 240

	maxButtonsActions = 4
	confirmActions    = 2
	maxColumnActions  = 3
	maxColumns        = 10

	maxLabel              = 20
	maxImageCarouselLabel = 12
	maxFlexLabel          = 40
	maxData               = 300 - markRoom
	maxActionText         = 300
	maxURI                = 1000
	maxClipboard          = 1000
	maxAliasID            = 32
	maxQuickReplies       = 13

	maxChatBarText = 14
	maxMenuAreas   = 20
	minMenuWidth   = 800
	maxMenuWidth   = 2500
	minMenuHeight  = 250

	maxBubble      = 30 << 10
	maxCarousel    = 50 << 10
	maxFlexBubbles = 12
)
