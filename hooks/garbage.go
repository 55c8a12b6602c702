package hooks

// When memory is cleaned up.

import (
	"os"
	"runtime/debug"

	"xuncha/internal/prepared"
)

// What a server lets lie before it cleans up. Its heap is some 30 MB, and what an answer
// leaves behind is short-lived: cleaning a quarter as often saves a twentieth of the
// processor. Near memoryLimit it cleans as often as it must.
const (
	garbagePercent = 400
	memoryLimit    = 1 << 30
)

// LetGarbageLie sets this for the process, unless the operator said otherwise by GOGC or
// GOMEMLIMIT. SQLite's memory, which Go does not see, is kept likewise.
func LetGarbageLie() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	prepared.KeepSlabs()
}
