// Package sdk joins LINE's official Go SDK to kaiwa: its clients for all of the API that a
// line.Channel has no method for, its messages as outputs of a flow, and its typed events where
// a transport.Event does not say enough.
//
// # Clients
//
// Client and BlobClient return the SDK's clients. Their calls carry the channel's current token
// and are repeated where that is safe: see line.Channel.HTTPClient. Error tells the errors of
// the SDK apart, which are texts. The SDK puts ids into addresses as they are: check those that
// come from elsewhere than a webhook.
//
// # Messages
//
// Marshalled by itself, a message of the SDK loses the type of parts that are values in values,
// and writes to parts that are pointers, which is a data race if goroutines share them. Message
// takes a message built either way, copies it and never writes to the original.
//
// # Concurrency
//
// What Message returns is a value that is not changed any more. Message may be called at the
// same time on one message, as long as nobody writes to it.
//
// # What the SDK leaves out
//
// Some optional fields of the SDK's Flex types are always sent, such as flex, which is 0 where
// it is not set: draw such layouts with line.Flex or line.FlexJSON. The substitutions of a
// TextMessageV2 hold only a type, so that Validate refuses mentions: use line.TextV2.
package sdk
