package main

// verify: is everything as it was signed?

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/evidence"
	"xuncha/evidence/custody"
	"xuncha/evidence/stamp"
	"xuncha/hooks/store"
)

// verifyOptions are the command's flags.
type verifyOptions struct {
	of      string
	trusted []string
	heads   []string
	roots   string
	asJSON  bool
}

const verifyLong = `Reads the custody log from its first leaf to its last, every photo and its copies, and says
what is not as it was signed: a byte of a file or of a leaf, a row that was edited or removed,
leaves that were taken away, a key that was replaced.

It only reads, also while the server runs. It needs no network, unless photos rest in S3, and
the key only to see whether it is the one that the log names.

Who can write to this machine can make everything here anew, the log too. What he cannot
change is what is elsewhere: write down the key that is printed, on paper, and give it with
--key. Give a head that somebody else holds, from a receipt or an exported folder, with
--head: if the log was rolled back behind it or made anew, that is found.

With FOLDER, or a zip, it checks what xuncha export wrote, on any machine: every file, what the
log tells of each photo, and that the list of all of it is in the log. Take the key from where
the agency publishes it; without --key the one that the folder names is taken, and printed.

Notices are no findings: a gap in a phone's chain of photos is one until its photo arrives.

Exit code 0: nothing was found.`

func verifyCommand() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use: "verify [FOLDER]", Short: "prove that photos and their log are as they were signed 验证", Long: verifyLong,
		Example: "  xuncha verify --dir pb_data\n  xuncha verify --case 2026-110101-000012\n  xuncha verify 2026-110101-000012.zip --key xuncha-1f2e3d4c+5a6b7c8d+AQz…\n" +
			"  xuncha verify --key xuncha-1f2e3d4c+5a6b7c8d+AQz…  --head receipt-head.txt",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return takes("FOLDER")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return verifyFolder(cmd, args[0], o)
			}
			return verify(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.of, "case", "", "only the photos of this case, by number or id; the log is read whole")
	f.StringArrayVar(&o.trusted, "key", nil, "a public key that you trust; may be given again")
	f.StringArrayVar(&o.heads, "head", nil, "a file with a signed head that you hold; may be given again")
	f.StringVar(&o.roots, "tsa-roots", "", "certificates in PEM that the time-stamping authority has to lead to")
	f.BoolVar(&o.asJSON, "json", false, "print the report as JSON")
	return cmd
}

func verify(cmd *cobra.Command, o verifyOptions) error {
	dir, err := dataDir(cmd)
	if err != nil {
		return err
	}
	beside, err := store.HeadBeside(dir) // before the moment that is read begins
	if err != nil {
		return err
	}
	audit := custody.Audit{Beside: beside}
	if err := o.known(&audit, dir); err != nil {
		return err
	}
	stamps, err := o.stamps()
	if err != nil {
		return err
	}
	audit.Stamp = stamps
	says := &saying{out: cmd.ErrOrStderr()}
	audit.Tell = says.at
	return reading(cmd, func(app core.App) error {
		if err := findPhotos(app); err != nil {
			return err
		}
		audit.Files = evidence.Reading{Shelf: store.ShelfOf(app)}
		archive := store.Audited{App: app}
		audit.Archive = archive
		if o.of != "" {
			if audit.Case, err = archive.Case(o.of); err != nil {
				return err
			}
			if audit.Case == "" {
				return fmt.Errorf("there is no case %q", o.of)
			}
		}
		began := time.Now()
		report, err := audit.Run(cmd.Context())
		says.end()
		if err != nil {
			return err
		}
		return tellAudit(cmd, report, o.asJSON, time.Since(began))
	})
}

func (o verifyOptions) keys() ([]custody.PublicKey, error) {
	var out []custody.PublicKey
	for _, k := range o.trusted {
		key, err := custody.ParsePublicKey(k)
		if err != nil {
			return nil, fmt.Errorf("--key %s: %w", k, err)
		}
		out = append(out, key)
	}
	return out, nil
}

// stamps reads time stamps.
func (o verifyOptions) stamps() (func(head string, token []byte) (string, error), error) {
	roots, err := stamp.Roots(o.roots)
	if err != nil {
		return nil, fmt.Errorf("--tsa-roots: %w", err)
	}
	return func(head string, token []byte) (string, error) {
		s, err := stamp.Read(head, token, roots)
		return s.String(), err
	}, nil
}

// known is what the reader knows from elsewhere.
func (o verifyOptions) known(a *custody.Audit, dir string) error {
	var err error
	if a.Trusted, err = o.keys(); err != nil {
		return err
	}
	for _, path := range o.heads {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("--head: %w", err)
		}
		if _, err := custody.PeekHead(string(data)); err != nil {
			return fmt.Errorf("--head %s: %w", path, err)
		}
		a.Witness = append(a.Witness, string(data))
	}
	key, err := custody.ReadKey(store.LogKeyPath(dir, os.Getenv(logKeyEnv)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a.Key = key.Public()
	return nil
}

func tellAudit(cmd *cobra.Command, r custody.Report, asJSON bool, took time.Duration) error {
	out := cmd.OutOrStdout()
	if asJSON {
		if err := json.NewEncoder(out).Encode(r); err != nil {
			return err
		}
	} else {
		printFindings(out, "", r.Findings)
		printFindings(out, "notice ", r.Notices)
		fmt.Fprintf(out, "%s, %s, %s, %s read (%s) in %s\n", counted(int(r.Leaves), "leaf"), counted(r.Heads, "signed head"),
			counted(r.Photos, "photo"), counted(r.Files, "file"), size(r.Bytes), took.Round(time.Millisecond))
		if r.Stamped != "" {
			fmt.Fprintf(out, "%s, the newest: %s\n", counted(r.Stamps, "time stamp"), r.Stamped)
		}
		fmt.Fprintf(out, "root %s\nkey  %s\n%s\n", r.Root, r.Key, counted(len(r.Findings), "finding"))
	}
	if n := len(r.Findings); n > 0 {
		return errors.New(counted(n, "finding"))
	}
	return nil
}

// printedAtMost of one kind; a disk that is going may have thousands.
const printedAtMost = 100

func printFindings(out io.Writer, kind string, list []custody.Finding) {
	for _, f := range list[:min(len(list), printedAtMost)] {
		fmt.Fprintf(out, "%s%s: %s: %s\n", kind, f.Code, unsteered(f.Subject), unsteered(f.What))
	}
	if more := len(list) - printedAtMost; more > 0 {
		fmt.Fprintf(out, "%sand %s more; --json names all\n", kind, grouped(more))
	}
}
