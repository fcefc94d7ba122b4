// Command atrium is a room server and a WebRTC media server in one program. It
// speaks the Kurento Room protocol.
//
//	main.go -> serve.go    wires config -> media -> rooms -> signaling -> listeners
//	           shutdown.go drains and ends them in the opposite order
//	           operator.go /healthz /readyz /metrics /debug/pprof, never public
//
// The commands are serve, check-config and version; atrium --help explains them
// and docs/configuration.md every key.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the server."`
	CheckConfig checkConfigCommand `cmd:"" help:"Print every configuration value and where it comes from, or what is wrong with it."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	chosen := commands{
		Serve:       serveCommand{newSettings()},
		CheckConfig: checkConfigCommand{newSettings()},
	}
	parsed := kong.Parse(&chosen,
		kong.Name("atrium"),
		kong.Description("A room server and a WebRTC media server in one program, for clients of the Kurento Room protocol."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
	)
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "atrium: %v\n", err)
		os.Exit(1)
	}
}
