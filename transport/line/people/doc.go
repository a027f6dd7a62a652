// Package people asks LINE who somebody is: the profile of a user wherever he writes, the
// members of groups and rooms, the friends of the account, memberships; and links users to the
// accounts of a site.
//
// # Privacy
//
// Profiles are kept in memory for a short time, are never logged and never stored elsewhere.
// What is kept of a user goes when he unfollows the account or leaves the group, and what is
// kept of a group when the bot leaves it, as far as the webhooks of these events come to the same
// process. Options.Keep bounds the rest.
//
// # Errors
//
// A refusal of LINE is a *line.APIError. ErrNoProfile and ErrAccount wrap one. Errors name nobody.
//
// # Account links
//
// A site that wants to link its accounts to users of LINE gets a link token with
// People.LinkToken and sends the user to its own login page with it. After the login it makes a
// nonce (Nonces.New) and redirects to LinkURL. LINE then sends an account link event, whose
// nonce, from line.DetailsOf, gives the account back (Nonces.Take), once.
// https://developers.line.biz/en/docs/messaging-api/linking-accounts/
//
// # Concurrency
//
// All methods are safe for concurrent use.
package people
