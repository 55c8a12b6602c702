package main

// A hotline's export of complaints, taken in whole or not at all.

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/hooks/store"
	"xuncha/intake"
)

// importOptions are the command's flags.
type importOptions struct {
	file, mapping, system, out string
	dry, lenient, json         bool
}

const importLong = `Takes complaints in from a CSV file with a header row, UTF-8 or GB18030. A mapping says
which column is which field:

  {
    "external_id": "工单编号",
    "text": "诉求内容",
    "source": {"value": "hotline_12345"},
    "pollution_types": {"column": "类别", "words": {"恶臭": "odour", "噪声": "noise"}, "split": "、"},
    "received_at": {"column": "受理时间", "layout": "2006/1/2 15:04"},
    "address": "地址",
    "contact.phone": "联系电话"
  }

A field is the name of a column, or {"column"} with "words" (theirs to ours), "else" (for
words that are not listed), "split" (between several types) and "layout" (of a time in
Asia/Shanghai: the moment 2 January 2006, 15:04:05 as the file would write it), or {"value"}.
Needed are text, source, external_id, and address or lon, lat and crs. All fields:

  ` + "%s" + `

Every row is held to the rules of a complaint that comes in over HTTP; its deadlines are
counted from received_at, and a position or division_code says whose it is. One bad row and
nothing is stored; with --lenient the good rows are. Each bad row is named on a line of its
own. A row whose external id is known adds nothing, so a file can be taken in again.

Query codes and pass-phrases are told once: in the file of --out, which only you can read.
Without --out nobody has them, and these complainants cannot follow their cases by
themselves.`

func importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import FILE.csv --mapping MAP.json", Short: "take complaints in from a CSV file 导入举报",
		Long: fmt.Sprintf(importLong, strings.Join(intake.MappedFields[:9], " ")+"\n  "+strings.Join(intake.MappedFields[9:15], " ")+
			"\n  "+strings.Join(intake.MappedFields[15:], " ")),
		Example: "  xuncha import orders.csv --mapping map.json --dry-run\n  xuncha import orders.csv --mapping map.json --out secrets.csv\n" +
			"  xuncha import orders.csv --mapping map.json --lenient --json | jq '.faults[].code'",
		Args: takes("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return runImport(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.mapping, "mapping", "", "JSON file that says which column is which field (needed)")
	f.StringVar(&o.system, "system", "hotline_12345", "the name of the system whose external ids these are")
	f.StringVar(&o.out, "out", "", "write number, case, query code and pass-phrase of each row into a new CSV file")
	f.BoolVar(&o.dry, "dry-run", false, "check only, store nothing")
	f.BoolVar(&o.lenient, "lenient", false, "store the good rows although others are bad")
	f.BoolVar(&o.json, "json", false, "print the report as JSON")
	_ = cmd.MarkFlagRequired("mapping") // the flag exists
	return cmd
}

func (o importOptions) check() error {
	if n := utf8.RuneCountInString(o.system); strings.TrimSpace(o.system) == "" || n > intake.MaxSystem {
		return fmt.Errorf("--system has 1 to %d characters", intake.MaxSystem)
	}
	if strings.HasPrefix(o.system, intake.Public) {
		return fmt.Errorf("--system: what begins with %s is the public's", intake.Public)
	}
	if o.dry && o.out != "" {
		return errors.New("--dry-run stores nothing, so there is nothing to write --out")
	}
	return nil
}

func runImport(cmd *cobra.Command, o importOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	data, err := os.ReadFile(o.mapping)
	if err != nil {
		return err
	}
	mapping, err := intake.ReadMapping(data)
	if err != nil {
		return fmt.Errorf("%s: %w", o.mapping, oneLine(err))
	}
	s, err := openSheet(o.file)
	if err != nil {
		return err
	}
	table, err := mapping.Bind(s.header)
	if err := errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("%s: %w", o.file, oneLine(err))
	}
	return withPeople(cmd, func(app core.App) error {
		return importInto(cmd, app, complaintImport{
			importOptions: o, table: table, now: time.Now(),
			report:   importReport{out: cmd.OutOrStdout(), asJSON: o.json},
			progress: progress{out: cmd.ErrOrStderr(), of: s.rows},
		})
	})
}

// rowSum is half a checksum: enough to tell a million rows apart, and small.
type rowSum [sha256.Size / 2]byte

// complaintImport is one import under way.
type complaintImport struct {
	importOptions
	table    intake.Table
	now      time.Time
	filings  *store.Filings
	borders  *store.Map
	report   importReport
	progress progress
	secrets  *secretsFile
	seen     map[rowSum]rowSum // the content of each external id of the file
	storing  bool              // else this pass only checks
	waiting  int               // rows that are added and not written
}

func importInto(cmd *cobra.Command, app core.App, im complaintImport) error {
	keys, err := store.OpenKeys(app.DataDir())
	if err != nil {
		return err
	}
	if im.secrets, err = makeSecrets(im.out); err != nil {
		return err
	}
	err = app.RunInTransaction(func(tx core.App) error {
		im.borders = &store.Map{App: tx, Now: func() time.Time { return im.now }}
		var err error
		if im.filings, err = (store.Complaints{App: tx, Keys: keys}).Filings(cmd.Context(), im.now); err != nil {
			return err
		}
		defer func() { _ = im.filings.Close() }() // the transaction ends with it
		if len(im.filings.Agencies()) == 0 {
			return errors.New("there is no agency to answer for a complaint; begin with xuncha agencies import")
		}
		return im.passes(cmd.Context())
	})
	stored := err == nil
	if errors.Is(err, errDryRun) {
		err = nil
	}
	var refusal importRefusal
	if err == nil || errors.As(err, &refusal) {
		err = errors.Join(im.report.end(), err)
	}
	return errors.Join(err, im.secrets.end(stored))
}

// importRefusal: nothing is stored because of the rows, which the report names.
type importRefusal string

func (r importRefusal) Error() string { return string(r) }

// rowsAtOnce are written together.
const rowsAtOnce = 500

// passes checks the whole file before anything of it is written, so that a bad row costs no
// more than the check; lenient needs one pass only. The transaction stands or falls with
// what is returned.
func (im *complaintImport) passes(ctx context.Context) error {
	if im.dry || !im.lenient {
		if err := im.all(ctx); err != nil {
			return err
		}
		if err := im.verdict(); err != nil {
			return err
		}
		im.report.quiet = true // its notes are told
	}
	im.storing = true
	if err := im.all(ctx); err != nil {
		return err
	}
	if err := im.verdict(); err != nil {
		return err
	}
	return im.secrets.sync()
}

// all reads the file to its end.
func (im *complaintImport) all(ctx context.Context) (err error) {
	s, err := openSheet(im.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	im.report.importSums = importSums{DryRun: im.dry, Differ: im.report.Differ} // which is asked once
	im.seen = map[rowSum]rowSum{}
	im.progress.begin(im.storing)
	defer im.progress.end()
	for {
		row, err := s.next()
		if errors.Is(err, io.EOF) {
			return im.flush()
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("broken off, nothing is stored: %w", err)
		}
		if !row.broken && intake.Blank(row.cells) {
			continue
		}
		im.progress.at(im.report.Rows)
		im.report.Rows++
		if err := im.row(row); err != nil {
			return fmt.Errorf("line %d: %w", row.line, err)
		}
	}
}

// verdict says whether the rows may be stored.
func (im *complaintImport) verdict() error {
	n, name := &im.report.importSums, filepath.Base(im.file)
	switch {
	case n.Bad > 0 && !im.lenient:
		n.Stored = 0
		return importRefusal(fmt.Sprintf("%s has %s, nothing was stored", name, counted(n.Bad, "bad row")))
	case n.Stored+n.Known == 0:
		return importRefusal(name + " has no good row, nothing was stored")
	case im.dry:
		return errDryRun
	}
	return nil
}
