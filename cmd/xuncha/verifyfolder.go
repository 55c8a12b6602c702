package main

// verify FOLDER: what was exported, checked on its own.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

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
		return errors.New(unsteered(err.Error()))
	}
	out := cmd.OutOrStdout()
	if o.asJSON {
		err = json.NewEncoder(out).Encode(c)
	} else {
		printFolder(out, c, o)
	}
	if n := len(c.Findings); n > 0 {
		err = errors.Join(err, errors.New(counted(n, "finding")))
	}
	return err
}

func printFolder(out io.Writer, c dossier.Checked, o verifyOptions) {
	printFindings(out, "", c.Findings)
	fmt.Fprintf(out, "case %s, made %s, %s, %s read (%s)\n",
		unsteered(c.Number), unsteered(c.MadeAt), counted(len(c.Photos), "photo"), counted(c.Read, "file"), size(c.Bytes))
	fmt.Fprintf(out, "log of %s, signed %s\nkey  %s\n", counted(int(c.Head.Size), "leaf"), unsteered(c.Head.At), unsteered(string(c.Key)))
	if c.Stamped != "" {
		fmt.Fprintf(out, "time stamp: %s\n", unsteered(c.Stamped))
	}
	if c.Stamped != "" && o.roots == "" {
		fmt.Fprintln(out, "the authority of the time stamp is the folder's own word: give the certificates that you trust with --tsa-roots")
	}
	if len(o.trusted) == 0 && c.Key != "" {
		fmt.Fprintln(out, "the key is the folder's own word: compare it with the one that the agency publishes, or give that with --key")
	}
	fmt.Fprintln(out, counted(len(c.Findings), "finding"))
}

// unsteered is text of somebody else without what steers a terminal or turns the line around.
func unsteered(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, text)
}
