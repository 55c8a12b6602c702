package main

// The operator's account of the admin interface.

import (
	"errors"
	"fmt"
	"net/mail"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

func superuserCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "superuser", Short: "the operator's account 运维账号"}
	cmd.AddCommand(&cobra.Command{
		Use: "upsert EMAIL PASSWORD", Short: "make the operator's account, or give it a new password",
		Example: "  xuncha superuser upsert you@example.org 'a long password'",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(app core.App) error {
				if err := upsertSuperuser(app, args[0], args[1]); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "superuser %s is ready\n", args[0])
				return nil
			})
		},
	})
	return cmd
}

func upsertSuperuser(app core.App, email, password string) error {
	if _, err := mail.ParseAddress(email); err != nil {
		return fmt.Errorf("%q is no e-mail address", email)
	}
	if len(password) < 8 {
		return errors.New("the password needs at least 8 characters")
	}
	record, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
	if err != nil {
		col, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
		if err != nil {
			return err
		}
		record = core.NewRecord(col)
	}
	record.SetEmail(email)
	record.SetPassword(password)
	return app.Save(record)
}
