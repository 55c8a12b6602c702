package main

// The server: its settings, its start and its orderly end.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/evidence"
	"xuncha/hooks"
	"xuncha/hooks/store"
	"xuncha/notify"
)

const serveLong = `Runs the server until Ctrl-C. Settings come from the environment:

  XUNCHA_FCM_CREDENTIALS   path of a service account file; without it pushes go to the log
  XUNCHA_FCM_ENDPOINT      another address of FCM's HTTP v1 (tests)
  XUNCHA_LOG_KEY           path of the key that signs the custody log (in the data directory)
  XUNCHA_TSA_URL           a time-stamping authority (RFC 3161) that stamps its head each day
  XUNCHA_QUIET_HOURS       when only urgent messages go out, in Asia/Shanghai (22-7), or off
  XUNCHA_S3_ENDPOINT       with _BUCKET, _REGION, _ACCESS_KEY, _SECRET and _PATH_STYLE (true or
                           false): photos rest in S3; without them on this disk
  XUNCHA_TILES_URL         the board's base map: raster tiles in WGS-84 with {z} {x} {y}, or a
                           .pmtiles archive, an address or a path; with _ATTRIBUTION and _AUDIT
                           (审图号), which the map always shows; without it a plain grid

--durable says what phones are told to be safe; a phone keeps its work until then, and seven
days at least. disk: what is committed, for a commit is on disk when it is answered. backup:
what a finished xuncha backup holds, so that a phone loses nothing with this machine.

A phone that was away for longer than --away days begins anew instead of being told what it
missed; its unsent work is kept. One whose unsent work is older than --unsent hours stands on
the board as not well.

"serve --check" prints what is in force and ends.`

func serveCommand() *cobra.Command {
	var (
		http, durable string
		away, maxFile int
		unsent        int
		check         bool
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the server 启动服务",
		Long:  serveLong,
		Args:  takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings()
			if err != nil {
				return err
			}
			cfg.Durable, cfg.AwayDays = durable, away
			cfg.Uploads.File = int64(maxFile) << 20
			cfg.Phones.Unsent = time.Duration(unsent) * time.Hour
			if err := errors.Join(checkSync(cfg), checkMaxFile(maxFile), checkUnsent(unsent)); err != nil {
				return err
			}
			if _, err := net.ResolveTCPAddr("tcp", http); err != nil {
				return fmt.Errorf("--http %q: want address and port, such as 127.0.0.1:8090 or :8090", http)
			}
			dir, err := cmd.Flags().GetString("dir")
			if err != nil {
				return err
			}
			if check {
				printSettings(cmd, dir, http, cfg)
				return nil
			}
			return serve(cmd.Context(), dir, listenOn(http), cfg, func(app core.App, url string) error {
				fmt.Fprintf(cmd.OutOrStdout(), "Xuncha 巡查  %s\n", url)
				return greet(cmd, app)
			})
		},
	}
	cmd.Flags().StringVar(&http, "http", "127.0.0.1:8090", "address and port to listen on")
	cmd.Flags().StringVar(&durable, "durable", hooks.DurableDisk, "what durable means: disk or backup")
	cmd.Flags().IntVar(&away, "away", store.AwayDays, "days that a phone may be away before it begins anew")
	cmd.Flags().IntVar(&unsent, "unsent", 24, "hours that work may wait on a phone before the board marks it")
	cmd.Flags().IntVar(&maxFile, "max-file", 512, "MB that a video or a document may have; images have 64")
	cmd.Flags().BoolVar(&check, "check", false, "print the settings in force, secrets masked, and end")
	return cmd
}

// settings reads the environment. A wrong setting stops the start with one line.
func settings() (hooks.Config, error) {
	cfg := hooks.Config{
		Now:            time.Now,
		FCMCredentials: os.Getenv("XUNCHA_FCM_CREDENTIALS"),
		FCMEndpoint:    os.Getenv("XUNCHA_FCM_ENDPOINT"),
		LogKey:         os.Getenv(logKeyEnv),
		TSA:            os.Getenv(tsaEnv),
	}
	var err error
	if cfg.Quiet, err = notify.ParseQuiet(os.Getenv("XUNCHA_QUIET_HOURS")); err != nil {
		return cfg, fmt.Errorf("XUNCHA_QUIET_HOURS: %w", err)
	}
	if err := checkAddress(tsaEnv, cfg.TSA, "https://tsa.example.org"); err != nil {
		return cfg, err
	}
	if cfg.S3, err = bucket(); err != nil {
		return cfg, err
	}
	if cfg.Tiles, err = hooks.ParseTiles(os.Getenv("XUNCHA_TILES_URL"), os.Getenv("XUNCHA_TILES_ATTRIBUTION"), os.Getenv("XUNCHA_TILES_AUDIT")); err != nil {
		return cfg, fmt.Errorf("XUNCHA_TILES_URL: %w", err)
	}
	return cfg, checkPush(cfg)
}

// tsaEnv names a time-stamping authority.
const tsaEnv = "XUNCHA_TSA_URL"

// checkAddress: a password in it stands in no message.
func checkAddress(name, address, like string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%s: want an address such as %s", name, like)
	}
	return nil
}

func checkSync(cfg hooks.Config) error {
	if cfg.Durable != hooks.DurableDisk && cfg.Durable != hooks.DurableBackup {
		return fmt.Errorf("--durable %q: want disk or backup", cfg.Durable)
	}
	if cfg.AwayDays < minAway || cfg.AwayDays > maxAway {
		return fmt.Errorf("--away %d: want %d to %d days", cfg.AwayDays, minAway, maxAway)
	}
	return nil
}

// checkUnsent: an hour is a tunnel, a month a phone in a drawer.
func checkUnsent(hours int) error {
	if hours < 1 || hours > longestUnsent {
		return fmt.Errorf("--unsent %d: want 1 to %d hours", hours, longestUnsent)
	}
	return nil
}

// checkMaxFile: less than an image has makes no sense, more than this is no evidence of one visit.
func checkMaxFile(mb int) error {
	if mb < evidence.MaxBytes>>20 || mb > largestFile {
		return fmt.Errorf("--max-file %d: want %d to %d MB", mb, evidence.MaxBytes>>20, largestFile)
	}
	return nil
}

const (
	largestFile   = 8192 // MB
	longestUnsent = 720  // hours
)

// minAway is what a phone in the mountains needs; marks are small, but not for ever.
const minAway, maxAway = 7, 3650

// checkPush: what would stop the start is found before it. The file's content and the
// address's password stand in no message.
func checkPush(cfg hooks.Config) error {
	if err := checkAddress("XUNCHA_FCM_ENDPOINT", cfg.FCMEndpoint, "https://fcm.googleapis.com/v1"); err != nil {
		return err
	}
	if cfg.FCMCredentials == "" {
		return nil
	}
	_, err := notify.OpenFCM(context.Background(), notify.FCMSettings{Credentials: cfg.FCMCredentials, Endpoint: cfg.FCMEndpoint})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("XUNCHA_FCM_CREDENTIALS: %s is not there or cannot be read", cfg.FCMCredentials)
	}
	if err != nil {
		return fmt.Errorf("XUNCHA_FCM_CREDENTIALS: %s is not a service account file as Google issues it", cfg.FCMCredentials)
	}
	return nil
}

func printSettings(cmd *cobra.Command, dir, http string, cfg hooks.Config) {
	push := "log (no XUNCHA_FCM_CREDENTIALS)"
	if cfg.FCMCredentials != "" {
		push = "fcm, credentials " + cfg.FCMCredentials
	}
	photos := cfg.S3.String()
	if !cfg.S3.On() {
		photos += ", unless PocketBase's own settings name S3"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "dir   %s\nhttp  %s\npush  %s\nquiet %s\nphotos %s\ndurable %s\naway  %d days\nunsent alarm after %d hours\nfiles at most %d MB\nmap   %s\n",
		dir, http, push, cfg.Quiet, photos, cfg.Durable, cfg.AwayDays, cfg.Phones.Hours(), cfg.Uploads.File>>20, cfg.Tiles)
	for _, a := range []struct{ name, address string }{{"fcm", cfg.FCMEndpoint}, {"tsa", cfg.TSA}} {
		if u, err := url.Parse(a.address); err == nil && a.address != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "%-6s%s\n", a.name, u.Redacted())
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "key   %s\n", store.LogKeyPath(dir, cfg.LogKey))
}

// greet says how to make the first administrator where there is none yet.
func greet(cmd *cobra.Command, app core.App) error {
	there, err := store.Operators{App: app}.Any()
	if err != nil || there {
		return err
	}
	fmt.Fprint(cmd.OutOrStdout(), `
There is no administrator yet. Stop the server and make the first one:
尚无管理员。请先停止服务，再创建第一个：

  xuncha superuser upsert you@example.org A-LONG-PASSWORD
  xuncha agencies import agencies.csv
  xuncha users import users.csv

`)
	return nil
}

// listening gives the server its port, when it is its turn to take one.
type listening func(context.Context) (net.Listener, error)

func listenOn(http string) listening {
	return func(ctx context.Context) (net.Listener, error) {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", http)
		if err != nil {
			return nil, fmt.Errorf("cannot listen on %s (choose another with --http): %w", http, err)
		}
		return ln, nil
	}
}

// serve runs the server on dir until ctx ends. ready is told the address once
// requests are answered.
func serve(ctx context.Context, dir string, listen listening, cfg hooks.Config, ready func(core.App, string) error) error {
	release, err := lock(dir)
	if err != nil {
		return err
	}
	defer release()
	listener, err := listen(ctx)
	if err != nil {
		return err
	}
	app, err := openApp(dir, cfg)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	up := make(chan error, 1)
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Listener = listener
		err := se.Next()
		up <- err
		return err
	})
	done := make(chan error, 1)
	go func() { done <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	if err := <-up; err == nil {
		err = ready(app, "http://"+listener.Addr().String())
		if err == nil {
			select {
			case <-ctx.Done():
			case err = <-done:
				return errors.Join(err, app.ResetBootstrapState())
			}
		}
		return errors.Join(err, shutdown(app, done))
	}
	return errors.Join(<-done, app.ResetBootstrapState())
}

// shutdown lets requests and workers end, then closes the database.
func shutdown(app core.App, done <-chan error) error {
	err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(e *core.TerminateEvent) error { return nil })
	return errors.Join(err, <-done, app.ResetBootstrapState())
}
