package line

// DeclareMenus says that the account has, or will have, rich menus with these aliases: those that
// flows may name. What was declared before stays. richmenu.Apply declares what it sets up. Call it
// yourself, before the bot is made, where the menus are set up by another program.
func (c *Channel) DeclareMenus(aliases ...string) {
	for _, a := range aliases {
		c.menus.Store(a, struct{}{})
	}
}

// HasMenu reports whether the account is this one, and a menu of this name was declared. It makes no call:
// LINE may not have the menu yet. A bot asks it for each menu that its flows name.
func (c *Channel) HasMenu(account, alias string) bool {
	_, ok := c.menus.Load(alias)
	return ok && account == c.name
}
