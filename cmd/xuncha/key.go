package main

// The key of the custody log.

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/evidence/custody"
	"xuncha/hooks/store"
)

// logKeyEnv names another place for the key of the custody log.
const logKeyEnv = "XUNCHA_LOG_KEY"

func keyCommand() *cobra.Command {
	return group(&cobra.Command{
		Use: "key", Short: "the key that signs the custody log 日志密钥",
		Long: `The key that signs the custody log. It is made at the first start, in keys/custody.key of the
data directory or where XUNCHA_LOG_KEY says, and is no part of the database. Keep a copy apart,
and write its public half down: with that anybody can check what this server signs.`,
	}, keyShowCommand(), keyRotateCommand())
}

func keyShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "print the public key 显示公钥", Args: takes(),
		Long: "Prints the public half of the key. Publish it, or write it on paper: xuncha verify --key takes it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := dataDir(cmd)
			if err != nil {
				return err
			}
			key, err := custody.ReadKey(store.LogKeyPath(dir, os.Getenv(logKeyEnv)))
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), key.Public())
			return nil
		},
	}
}

func keyRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "let a new key sign from here on 更换密钥", Args: takes(),
		Long: `Makes a new key and lets it sign from here on. The log says so, and the key before signs that
too, so that whoever trusts the old key can trust the new one. The server must be stopped.
The old private key is replaced: nothing needs it any more.

If the old key is lost, remove what is in its place: the next start makes a new one, and
xuncha verify will say that the key before did not agree.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := dataDir(cmd)
			if err != nil {
				return err
			}
			return withApp(cmd, func(app core.App) error {
				path := store.LogKeyPath(dir, os.Getenv(logKeyEnv))
				key, err := custody.ReadKey(path)
				if err != nil {
					return err
				}
				now, err := store.Custody{App: app, Key: key, Now: time.Now, Nonce: rand.Text}.Rotate(path)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\nsigns from here on; write it down, and keep a copy of %s apart\n", now, path)
				return nil
			})
		},
	}
}
