// Package tokens has sources of channel access tokens that renew themselves, for line.Options.Tokens.
//
//	Stateless         stateless tokens, from the id and the secret of the channel. Any number of processes
//	                  may each have a source
//	SignedStateless   the same, asked for with a signature in place of the secret
//	Signed            channel access tokens v2.1, which can be revoked: all of a source by V21.Close, any
//	                  by Revoke
//
// A token is asked for when it is first needed, and renewed after two thirds of its life, one renewal at a
// time. No call waits for that while the old one is good.
// https://developers.line.biz/en/docs/basics/channel-access-token/
package tokens
