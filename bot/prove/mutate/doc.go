// Mutate takes guards out of the code, one at a time, and says whether a test notices.
//
//	go -C bot/prove run ./mutate              # all of them: make mutate
//	go -C bot/prove run ./mutate -run fence   # those whose name matches
//	go -C bot/prove run ./mutate -list        # the table, as it is in bot/prove/MUTATIONS.md
//
// A guard is a line on which a promise rests: a check, an order of steps, a number that is kept.
// For each there is a text that is the guard, what it becomes, and the test that must fail then.
// The change is laid over the file for one build (go test -overlay), so that no file is written.
//
// The text is looked for in all files of a folder. A space in it stands for any white space and
// comments, so that code may move and be commented anew. Texts of package bot leave out the names
// of receivers where they can. With -list, which takes a second, the exit status is 1 if a text
// is not there exactly once or its test is gone; the unit test says so too, with the places where it is.
//
// First all those tests run on the code as it is, and must pass. Then each guard is
//
//   - killed: its test failed
//   - SURVIVED: its test passed, so nothing proves the guard
//   - BROKEN: nothing can be said, because the text is not in the folder just once, the change does
//     not compile, or there is no such test
//
// The exit status is 1 unless all are killed.
package main
