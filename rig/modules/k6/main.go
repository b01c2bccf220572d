// k6 with the module k6/x/sse. AGPL-3.0, as k6 is: used for tests on this machine, never shipped.
package main

import (
	"go.k6.io/k6/cmd"
	"go.k6.io/k6/js/modules"

	"runnel.dev/rig/modules/k6/sse"
)

func main() {
	modules.Register("k6/x/sse", sse.Module{})
	cmd.Execute()
}
