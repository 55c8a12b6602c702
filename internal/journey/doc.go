// Package journey tests the main job of the house from end to end: the real binary as
// its own process, real HTTP, two phones, a tus client from npm behind a proxy that
// cuts the line, and the real Firebase library against a server that speaks FCM.
package journey
