// Package howto answers, for common needs of dialogs, how they are written with package flow. Each answer is an
// executed example: a whole flow, and a chat with it on the stand-in for LINE, which talk_test.go plays.
//
//	go back any number of steps                     Back             example_back_test.go
//	correct one field from a summary                CorrectOneField  example_correct_test.go
//	ask the same questions from several states      SubDialog        example_subdialog_test.go
//	run a flow of its own data inside another       SubFlow          example_subflow_test.go
//	help in every state                             HelpAnywhere     example_help_test.go
//	ask in other words, and hand over to a person   HandOver         example_handover_test.go
//	choose by what a service said                   ChooseByService  example_branch_test.go
//	take photos that are sent together              Photos           example_photos_test.go
//	keep the buttons of a menu good                 LastingMenu      example_lasting_test.go
//	answer to the areas of a rich menu              RichMenu         example_richmenu_test.go
//	rename, remove and add states, change the data  Deploy           example_deploy_test.go
//	move a reminder, and take it back               MovingReminder   example_reminder_test.go
//
// The package has no code of its own. A bot that runs takes long to compile: the tests of package flow, which
// are built anew at each change of it, are kept free of that.
package howto
