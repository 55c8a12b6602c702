// Package xuncha is the module's root. It holds nothing but the test of the house's own
// structure: who may import whom, how long a file may be, what the documents must say.
package xuncha
