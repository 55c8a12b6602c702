// Command xuncha is the whole server in one binary, with its tools as subcommands.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Asia/Shanghai on a machine without zone files

	"github.com/spf13/cobra"
)

const long = `Xuncha 巡查 takes environmental complaints in, dispatches the cases on a map, lets
inspectors work for days without a network, and brings the verified result back
into the case.

  xuncha demo                      a synthetic city to try everything on
  xuncha superuser upsert EMAIL PASSWORD
  xuncha agencies import FILE.csv  then users import, holidays import
  xuncha import FILE.csv --mapping MAP.json
  xuncha serve --http :8090
  xuncha backup TARGET             then restore TARGET, should it be needed`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := rootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "xuncha: "+err.Error())
		os.Exit(1) //nolint:gocritic // the signal context needs no unwinding
	}
}

func rootCommand() *cobra.Command {
	root := group(&cobra.Command{
		Use: "xuncha", Short: "field inspection of environmental cases 巡查", Long: long,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}, serveCommand(), demoCommand(), superuserCommand(), usersCommand(), agenciesCommand(), holidaysCommand(), geoCommand(), importCommand(), fsckCommand(),
		verifyCommand(), exportCommand(), keyCommand(), backupCommand(), restoreCommand())
	root.PersistentFlags().String("dir", "pb_data", "the data directory")
	root.SetFlagErrorFunc(flagError)
	return root
}
