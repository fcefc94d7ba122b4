// Command atrium is a room server and a WebRTC media server in one program. It
// speaks the Kurento Room protocol.
//
//	main.go -> serve.go    wires config -> media -> rooms -> signaling -> listeners
//	           shutdown.go drains and ends them in the opposite order
//	           operator.go /healthz /readyz /metrics /debug/pprof, never public
//
// And load.go, the load test: load_target.go is the server under test,
// load_output.go and load_screen.go are what a person sees of it.
//
// The commands are serve, load, token, webhook, check-config, health and version; atrium --help
// explains them, docs/configuration.md every key, docs/load.md the load test,
// docs/tokens.md tokens.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the server."`
	Load        loadCommand        `cmd:"" help:"Bring synthetic people into the rooms of a server, and report what they would have seen."`
	Token       tokenCommand       `cmd:"" help:"Make and look at tokens, and keys for them."`
	Webhook     webhookCommand     `cmd:"" help:"Receive webhooks to look at them, and make secrets for them."`
	CheckConfig checkConfigCommand `cmd:"" help:"Print every configuration value and where it comes from, or what is wrong with it."`
	Health      healthCommand      `cmd:"" help:"Ask a server on this machine whether it is well; fails if not."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	chosen := commands{
		Serve:       serveCommand{newSettings()},
		CheckConfig: checkConfigCommand{Settings: newSettings()},
		Health:      healthCommand{Settings: newSettings()},
	}
	parsed := kong.Parse(&chosen,
		kong.Name("atrium"),
		kong.Description("A room server and a WebRTC media server in one program, for clients of the Kurento Room protocol."),
		kong.Vars{
			"scenarios": strings.Join(scenario.Examples(), ", "),
			"level":     strings.Join(defaultLevel(), ", "),

			"roles":       strings.Join(slices.Sorted(maps.Keys(auth.DefaultRoles())), ", "),
			"permissions": strings.Join(auth.PermissionWords(), ", "),
		},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
	)
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "atrium: %v\n", err)
		os.Exit(1)
	}
}
