package main

// Backups: a copy of the house, made while it works, and read before it counts.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xuncha/archive"
	"xuncha/hooks/store"
)

// backupOptions are the command's flags.
type backupOptions struct {
	keys      string
	keep      int
	elsewhere bool
	check     bool
}

// keptCopies is a fortnight of nights.
const keptCopies = 14

const backupLong = `Copies the house into the folder TARGET, while the server runs or not. No request waits for
it. In TARGET each backup is a folder named after its moment, with the database as it was
then; evidence/ there holds the photos of all backups, and only new ones are copied. A backup
counts once all of it is on disk and was read back: the database is sound, and everything in
it is held against everything else. If the command is killed, the backups before it count.
The newest --keep backups stay, older ones are removed; photos are never removed.

TARGET must be on another machine's disk (a mounted folder) or a disk that you carry away. A
server that was started with serve --durable backup tells phones what a finished backup
holds, and phones keep everything else. A TARGET on the disk of the data directory is not
counted for that; say --elsewhere if it only looks so.

Where photos rest in S3 they are not copied: only those are that are still on the disk. What is
in the bucket is asked for, so a photo that is missing there is named.

The key that opens the complainants' identities is not put into the backup, nor the one that
signs the custody log. Keep copies of them apart; with --keys FOLDER they are put there. Without
the first names, phones and pass-phrases are lost, whatever else is saved; without the second
another one signs, and xuncha verify says for ever that the one before did not agree.

--check reads the newest backup of TARGET, or the one that is named, to its end: the restore
drill. Do it each month, on the machine that would take over.`

func backupCommand() *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use: "backup TARGET", Short: "copy the house while it works, and prove the copy 备份", Long: backupLong,
		Example: "  xuncha backup /mnt/nas/xuncha --keys /mnt/safe\n  xuncha backup --check /mnt/nas/xuncha\n" +
			"  30 19 * * *  xuncha backup /mnt/nas/xuncha --dir /srv/pb_data   # each night at 3:30 in China, by cron",
		Args: takes("TARGET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.keep < 1 {
				return fmt.Errorf("--keep is 1 or more, not %d", o.keep)
			}
			if o.check {
				return checkBackup(cmd, args[0])
			}
			return makeBackup(cmd, args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.keys, "keys", "", "put copies of the keys into this folder too")
	f.IntVar(&o.keep, "keep", keptCopies, "how many backups stay")
	f.BoolVar(&o.elsewhere, "elsewhere", false, "TARGET is on another machine although it looks like this disk")
	f.BoolVar(&o.check, "check", false, "make nothing; read a backup to its end and say whether it is whole")
	return cmd
}

func makeBackup(cmd *cobra.Command, target string, o backupOptions) error {
	dir, err := dataDir(cmd)
	if err != nil {
		return err
	}
	photos, err := bucket()
	if err != nil {
		return err
	}
	says := &saying{out: cmd.ErrOrStderr()}
	began := time.Now()
	m, err := archive.Archive{Dir: target}.Make(cmd.Context(), archive.Order{
		House: dir, Keys: o.keys, LogKey: os.Getenv(logKeyEnv), Keep: o.keep, Elsewhere: o.elsewhere, Bucket: photos, Now: began, Tell: says.at,
	})
	says.end()
	if m.Path == "" || filepath.Ext(m.Path) != "" {
		return fmt.Errorf("no backup was made, those before it count: %w", err)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s\n  head %d of epoch %s, %s, %s (%s new), read and sound; %s\n", m.Path, m.Head, m.Epoch,
		size(m.Bytes), counted(m.Files, "photo file"), grouped(m.Copied), time.Since(began).Round(time.Millisecond))
	tellRests(cmd, m.Copy)
	switch {
	case m.Local:
		fmt.Fprintln(out, "  it lies on the disk of the data directory: it does not outlive this machine, and durable does not move")
	case !m.Safe():
		fmt.Fprintln(out, "  photos are missing in it: durable does not move, and phones keep theirs")
	}
	switch inside := within(m.KeyFile, target); {
	case m.KeyFile == "":
		fmt.Fprintf(out, "  the key is not in it: keep a copy of %s apart (fingerprint %s)\n", filepath.Join(dir, store.KeyFile), m.Key)
	case inside:
		fmt.Fprintf(out, "  the key lies beside it in %s: whoever has this folder can open the complainants' identities\n", m.KeyFile)
	default:
		fmt.Fprintf(out, "  the key: %s\n", m.KeyFile)
	}
	if len(m.Gone) > 0 {
		fmt.Fprintf(out, "  removed, since %d are kept: %s\n", o.keep, strings.Join(m.Gone, " "))
	}
	if err != nil {
		return fmt.Errorf("the backup counts, but: %w", err)
	}
	return differences(cmd, m.Damaged, m.Differences)
}

// tellRests says what is not in a backup though the house needs it.
func tellRests(cmd *cobra.Command, c archive.Copy) {
	if c.Rests != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "  photos rest in %s and are not in it; those that were still on the disk are. Keep that bucket safe by itself\n", c.Rests)
	}
}

// within is a guess for a sentence.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && !strings.HasPrefix(rel, "..")
}

// differences names what is wrong with the house itself; it is in the backup as it is.
func differences(cmd *cobra.Command, damaged []string, list []store.Difference) error {
	out := cmd.OutOrStdout()
	for _, name := range damaged {
		fmt.Fprintf(out, "  the original %s of the house is damaged and was not copied\n", name)
	}
	for _, d := range list {
		fmt.Fprintf(out, "  %s: %s %s %s\n", d.Check, d.Collection, d.Record, d.What)
	}
	if n := len(damaged) + len(list); n > 0 {
		return fmt.Errorf("the backup counts, but the house has %s; see xuncha fsck", counted(n, "difference"))
	}
	return nil
}

func checkBackup(cmd *cobra.Command, path string) error {
	c, err := archive.Find(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not there", path)
	}
	if err != nil {
		return err
	}
	photos, err := bucket()
	if err != nil {
		return err
	}
	says := &saying{out: cmd.ErrOrStderr()}
	k, err := archive.Check(cmd.Context(), c, photos, says.at)
	says.end()
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s\n  made %s, head %d of epoch %s, key %s\n  %s records, %s, all read\n", c.Path, c.MadeAt, c.Head, c.Epoch, c.Key,
		grouped(k.Records), counted(k.Photos, "photo"))
	tellRests(cmd, c)
	for _, fault := range k.Faults {
		fmt.Fprintf(out, "  %s\n", fault)
	}
	for _, d := range k.Differences {
		fmt.Fprintf(out, "  %s: %s %s %s\n", d.Check, d.Collection, d.Record, d.What)
	}
	switch {
	case len(k.Faults) > 0:
		return fmt.Errorf("this backup has %s; take another one, and mend the disk", counted(len(k.Faults), "fault"))
	case len(k.Differences) > 0:
		return fmt.Errorf("the backup is what was copied, but %s in it", counted(len(k.Differences), "difference"))
	}
	fmt.Fprintln(out, "  it can be restored")
	return nil
}

// saying tells how far a long work is, once a second.
type saying struct {
	out  io.Writer
	last time.Time
	said bool
}

func (s *saying) at(what string, done, of int64) {
	now := time.Now()
	if s.last.IsZero() {
		s.last = now // short work says nothing
	}
	if now.Sub(s.last) < time.Second {
		return
	}
	s.last, s.said = now, true
	if of > 0 {
		fmt.Fprintf(s.out, "\r%s of %s %s ", grouped(int(done)), grouped(int(of)), what)
		return
	}
	fmt.Fprintf(s.out, "\r%s %s ", grouped(int(done)), what)
}

func (s *saying) end() {
	if s.said {
		fmt.Fprintln(s.out)
	}
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%s MB", grouped(int(n>>20)))
}
