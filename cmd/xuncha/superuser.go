package main

// The operator's account of the admin interface.

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

func superuserCommand() *cobra.Command {
	return group(&cobra.Command{Use: "superuser", Short: "the operator's account 运维账号"}, &cobra.Command{
		Use: "upsert EMAIL PASSWORD", Short: "make the operator's account, or give it a new password",
		Example: "  xuncha superuser upsert you@example.org 'a long password'",
		Args:    takes("EMAIL", "PASSWORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(checkEmail(args[0]), checkPassword(args[1])); err != nil {
				return oneLine(err) // before a folder is made
			}
			return withApp(cmd, func(app core.App) error {
				if err := upsertSuperuser(app, args[0], args[1]); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "superuser %s is ready\n", args[0])
				return nil
			})
		},
	})
}

func upsertSuperuser(app core.App, email, password string) error {
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
