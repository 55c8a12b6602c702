package main

// Bringing a backup back.

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"xuncha/archive"
)

const restoreLong = `Puts a backup in place: the newest of a folder of backups, or the one that is named. The server
must be stopped. What the data directory holds is not destroyed but moved into a folder of its
own inside it, and its photos are taken over too, since phones may have deleted theirs. If the
command is killed, the old house is there, or the next start ends the step that is left.

A restored house begins a new epoch, with numbers above every one that was ever given. Phones
notice it with their next sync and send again what they still hold; what newer work has
replaced meanwhile is kept for a dispatcher. Complaints and decisions that came in after the
backup are not on phones: look for them in the old house.

The keys are taken from the old data directory if they are the right ones, from the folder keys/
of the backups, or from where --keys says.

After it: xuncha fsck, xuncha serve, and a backup at once, for phones keep everything until
one of the new epoch is finished (serve --durable backup).`

func restoreCommand() *cobra.Command {
	var keys string
	var newKey bool
	cmd := &cobra.Command{
		Use: "restore BACKUP", Short: "bring a backup back, as a new epoch 恢复", Long: restoreLong,
		Example: "  xuncha backup --check /mnt/nas/xuncha\n  xuncha restore /mnt/nas/xuncha --dir pb_data\n" +
			"  xuncha restore /mnt/nas/xuncha/20261124T193000Z --dir pb_data --keys /mnt/safe",
		Args: takes("BACKUP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRestore(cmd, args[0], archive.Wish{Keys: keys, LogKey: os.Getenv(logKeyEnv), NewKey: newKey, Now: time.Now()})
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "the key file, or a folder with it")
	cmd.Flags().BoolVar(&newKey, "without-key", false, "go on with a new key: sealed identities and pass-phrases are lost for good")
	return cmd
}

func runRestore(cmd *cobra.Command, path string, w archive.Wish) error {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return err
	}
	c, err := archive.Find(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not there", path)
	}
	if err != nil {
		return err
	}
	release, err := lock(dir)
	if err != nil {
		return err
	}
	defer release()
	says := &saying{out: cmd.ErrOrStderr()}
	w.House, w.Tell = dir, says.at
	r, err := archive.Restore(cmd.Context(), c, w)
	says.end()
	if errors.Is(err, archive.ErrKey) {
		return fmt.Errorf("%w; --without-key goes on without it, and what it sealed is lost for good", err)
	}
	if err != nil {
		return fmt.Errorf("not restored: %w", err)
	}
	tellRestored(cmd, dir, r)
	return nil
}

func tellRestored(cmd *cobra.Command, dir string, r archive.Restored) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s holds the backup of %s (head %d)\n  epoch %s, numbers go on above %d; %s\n", dir, r.MadeAt, r.Head, r.Epoch, r.Base, counted(r.Files, "photo file"))
	if r.Aside != "" {
		fmt.Fprintf(out, "  what was there is in %s\n", r.Aside)
	}
	if r.Old > r.Head {
		fmt.Fprintf(out, "  it had %s changes more; phones send again what they hold of them\n", grouped(int(r.Old-r.Head)))
	}
	if r.NoLogKey {
		fmt.Fprintf(out, "  the key %s of the custody log was not found: another one signs from here on\n", r.LogKey.Fingerprint())
	}
	for _, name := range r.Damaged {
		fmt.Fprintf(out, "  the photo %s is damaged and was left out\n", name)
	}
	fmt.Fprintf(out, "next: xuncha fsck --dir %[1]s, xuncha serve --dir %[1]s, and a backup\n", dir)
}

// settled refuses to read a directory in which a restore was broken off.
func settled(dir string) error {
	if archive.Unfinished(dir) {
		return fmt.Errorf("a restore into %s was broken off when all was ready; xuncha serve, or any command that writes, ends it first", dir)
	}
	return nil
}
