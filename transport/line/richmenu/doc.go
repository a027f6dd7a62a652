// Package richmenu brings the rich menus of a LINE Official Account to what a program declares.
//
//	var menus = []richmenu.Menu{
//		{Alias: "main", Default: true, Image: mainPNG, RichMenu: line.RichMenu{
//			ChatBarText: "Menu",
//			Areas: []line.RichMenuArea{
//				{Area: line.Area{Width: 1200, Height: 405}, Action: line.Postback("Book", "book")},
//			},
//		}},
//		{Alias: "booking", Image: bookingPNG, RichMenu: ...},
//	}
//	...
//	changes, err := richmenu.Apply(ctx, channel, menus, nil)
//
// Call Apply in each deployment, before bot.New. It compares the declaration with what LINE has, and
// changes what differs; if nothing does it only reads. A flow shows a menu to its user by the alias:
// see flow.StateBuilder.Menu and flow.Turn.SwitchMenu. A bot is not made if a flow is bound to a menu that
// the channel does not know of: where another program calls Apply, name the aliases by
// line.Channel.DeclareMenus.
//
// Link and Unlink give menus to many users at once, and Replace moves all who have one menu to
// another. A conversation whose states are bound to menus switches again at its next change of them.
//
// # What is whose
//
// Apply names each menu after its alias, Options.Owner and a hash of its content. Users do not see
// the name. By it Apply knows its own menus, and what is in them. It never changes or deletes a menu
// that another program, or the same with another owner, made, and it refuses an alias that leads to
// one. The default menu of the account is taken over, though, if the declaration has one.
//
// # What changes
//
// LINE cannot change a menu. So a changed one is made anew, gets its image and then the alias and
// the place of the default menu. Users who were linked to the old one are moved to the new one, and
// then the old one is deleted. A menu that is declared no more is deleted: who was linked to it
// sees the default menu the next time the chat is opened.
//
// To move many users can take LINE hours. Apply waits for Options.Wait, and then returns
// ErrUnfinished: all that was declared is in force, but some users see an old version. Call it
// again later.
//
// # When it breaks off
//
// Wherever Apply is interrupted, the next call goes on from there and leaves nothing behind. Two
// calls at once with the same declaration come to one result. Two with different declarations
// get in each other's way until one is through, and the other may return an error: then its menus
// are not those in force.
//
// # Limits
//
// All limits of LINE are checked before the first call. LINE lets an account make 100 menus an
// hour, delete as many, and move users three times an hour; beyond that Apply returns an error with
// a *line.APIError of status 429.
//
// # Concurrency
//
// All functions may be called by several goroutines and processes at once.
package richmenu
