package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

var userColumns = []string{
	"email", "name", "role", "agency", "password", "certificate_no", "certificate_until", "phone", "language",
}

func usersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "users", Short: "the people who work with the system 用户",
		Long: "Roles: intake, dispatcher, inspector, reviewer, supervisor, admin. An agency is named by its\nname, its division code or its id.",
	}
	cmd.AddCommand(usersAddCommand(), usersImportCommand(), usersPasswdCommand(), usersDisableCommand())
	return cmd
}

func usersAddCommand() *cobra.Command {
	fields := map[string]*string{}
	cmd := &cobra.Command{
		Use: "add EMAIL", Short: "add one user; without --password one is made and printed",
		Example: "  xuncha users add li@example.org --name 李强 --role inspector --agency 990101 --certificate-no ZF-0042 --certificate-until 2027-12-31",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := row{line: 1, fields: map[string]string{"email": args[0]}}
			for name, value := range fields {
				r.fields[name] = *value
			}
			made := r.fields["password"] == ""
			if made {
				r.fields["password"] = rand.Text()[:14]
			}
			return withApp(cmd, func(app core.App) error {
				if _, err := app.FindAuthRecordByEmail("users", args[0]); err == nil {
					return fmt.Errorf("there is a user %s already; see users passwd and users disable", args[0])
				}
				if _, err := importUser(app, r); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "added %s (%s)\n", args[0], r.fields["role"])
				if made {
					fmt.Fprintf(cmd.OutOrStdout(), "password: %s\n", r.fields["password"])
				}
				return nil
			})
		},
	}
	for _, name := range userColumns[1:] {
		fields[name] = cmd.Flags().String(strings.ReplaceAll(name, "_", "-"), "", "")
	}
	for _, name := range []string{"name", "role", "agency"} {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
	return cmd
}

func usersImportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE.csv", Short: "add or update users from a CSV file, all rows or none",
		Long: `Reads a CSV file with a head line, UTF-8 or GB18030:

  email,name,role,agency,password,certificate_no,certificate_until,phone,language
  li@example.org,李强,inspector,990101,a-long-password,ZF-0042,2027-12-31,,zh-CN

email, name, role and agency are needed; a new user needs a password. A user with the same
e-mail is updated. A file with a bad row changes nothing; every bad row is named.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readTable(args[0], []string{"email", "name", "role", "agency"}, userColumns)
			if err != nil {
				return err
			}
			return withApp(cmd, func(app core.App) error {
				added, changed, err := importRows(app, rows, importUser)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "users: %d added, %d updated\n", added, changed)
				return nil
			})
		},
	}
}

func importUser(tx core.App, r row) (bool, error) {
	record, isNew, err := findOrNew(tx, "users", dbx.HashExp{"email": r.fields["email"]})
	if err != nil {
		return false, err
	}
	if isNew && r.fields["password"] == "" {
		return false, errors.New("a new user needs a password")
	}
	agency, err := findAgency(tx, r.fields["agency"])
	if err != nil {
		return false, err
	}
	for _, name := range userColumns {
		if value := r.fields[name]; value != "" && name != "password" && name != "agency" {
			record.Set(name, value)
		}
	}
	if err := checkDate(r.fields["certificate_until"]); err != nil {
		return false, err
	}
	record.Set("agency", agency.Id)
	if r.fields["password"] != "" {
		record.SetPassword(r.fields["password"])
	}
	return isNew, tx.Save(record)
}

func checkDate(s string) error {
	if s == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return fmt.Errorf("certificate_until %q: want YYYY-MM-DD", s)
	}
	return nil
}

// findAgency finds an agency by id, name or division code.
func findAgency(app core.App, name string) (*core.Record, error) {
	records, err := app.FindAllRecords("agencies", dbx.Or(
		dbx.HashExp{"id": name}, dbx.HashExp{"name": name}, dbx.HashExp{"division_code": name}))
	if err != nil {
		return nil, err
	}
	switch len(records) {
	case 1:
		return records[0], nil
	case 0:
		return nil, fmt.Errorf("there is no agency %q; import agencies first", name)
	}
	return nil, fmt.Errorf("%d agencies are called %q; give the id", len(records), name)
}

func usersPasswdCommand() *cobra.Command {
	return &cobra.Command{
		Use: "passwd EMAIL", Short: "give a user a new password, read from standard input",
		Example: "  echo 'a new long password' | xuncha users passwd li@example.org",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fmt.Fprint(cmd.ErrOrStderr(), "new password: ")
			line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
			password := strings.TrimRight(line, "\r\n")
			if password == "" {
				return errors.Join(errors.New("no password was given"), ignoreEOF(err))
			}
			return withUser(cmd, args[0], func(app core.App, user *core.Record) error {
				user.SetPassword(password)
				if err := app.Save(user); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has a new password; all log-ins have ended\n", args[0])
				return nil
			})
		},
	}
}

func usersDisableCommand() *cobra.Command {
	var undo bool
	cmd := &cobra.Command{
		Use: "disable EMAIL", Short: "end a user's access; what his phone still holds is taken for 30 days",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withUser(cmd, args[0], func(app core.App, user *core.Record) error {
				at, word := time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "disabled"
				if undo {
					at, word = "", "enabled again"
				}
				user.Set("disabled_at", at)
				if err := app.Save(user); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", args[0], word)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&undo, "undo", false, "give access back")
	return cmd
}

func withUser(cmd *cobra.Command, email string, do func(core.App, *core.Record) error) error {
	return withApp(cmd, func(app core.App) error {
		user, err := app.FindAuthRecordByEmail("users", email)
		if err != nil {
			return fmt.Errorf("there is no user %s", email)
		}
		return do(app, user)
	})
}

func ignoreEOF(err error) error {
	if err != nil && err.Error() == "EOF" {
		return nil
	}
	return err
}
