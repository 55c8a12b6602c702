package main

// verify FOLDER: what was exported, checked on its own.

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"xuncha/dossier"
)

func verifyFolder(cmd *cobra.Command, path string, o verifyOptions) error {
	if o.of != "" || len(o.heads) > 0 {
		return errors.New("--case and --head are of a house; a folder is checked with --key alone")
	}
	trusted, err := o.keys()
	if err != nil {
		return err
	}
	stamps, err := o.stamps()
	if err != nil {
		return err
	}
	in, closing, err := dossier.Open(path)
	if err != nil {
		return err
	}
	c, err := dossier.Check(in, trusted, stamps)
	if err := errors.Join(err, closing()); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if o.asJSON {
		err = json.NewEncoder(out).Encode(c)
	} else {
		printFindings(out, "", c.Findings)
		fmt.Fprintf(out, "case %s, made %s, %s, %s read (%s)\n", c.Number, c.MadeAt, counted(len(c.Photos), "photo"), counted(c.Read, "file"), size(c.Bytes))
		fmt.Fprintf(out, "log of %s, signed %s\nkey  %s\n", counted(int(c.Head.Size), "leaf"), c.Head.At, c.Key)
		if c.Stamped != "" {
			fmt.Fprintf(out, "time stamp: %s\n", c.Stamped)
		}
		if len(trusted) == 0 && c.Key != "" {
			fmt.Fprintln(out, "the key is the folder's own word: compare it with the one that the agency publishes, or give that with --key")
		}
		fmt.Fprintln(out, counted(len(c.Findings), "finding"))
	}
	if n := len(c.Findings); n > 0 {
		err = errors.Join(err, errors.New(counted(n, "finding")))
	}
	return err
}
