// Package line speaks the LINE Messaging API.
package line
