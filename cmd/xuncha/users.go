package main

// The people who work with the system: added, imported, given a password, let in and out.

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"xuncha/casework"
)

var userForm = form{
	required: []string{"email", "name", "role", "agency"},
	known:    []string{"email", "name", "role", "agency", "password", "certificate_no", "certificate_until", "phone", "language"},
	check:    checkUser,
}

// userFlags say what each column is, as flags of users add.
var userFlags = map[string]string{
	"name": "the person's name (needed)", "role": strings.Join(roles(), ", ") + " (needed)",
	"agency":         "name, division code or id of the agency (needed)",
	"password":       "8 characters or more; without it one is made and printed",
	"certificate_no": "number of an inspector's law enforcement certificate 执法证号", "certificate_until": "its last day, YYYY-MM-DD",
	"phone": "telephone number", "language": "language of messages: zh-CN (which is the default) or en",
}

func usersCommand() *cobra.Command {
	return group(&cobra.Command{
		Use: "users", Short: "the people who work with the system 用户",
		Long: "Roles: " + strings.Join(roles(), ", ") + ". An agency is named by its\nname, its division code or its id.",
	}, usersAddCommand(), usersImportCommand(), usersPasswdCommand(), usersDisableCommand())
}

// roles are the codes of all roles.
func roles() []string {
	var codes []string
	for _, w := range casework.Process().Words["role"] {
		codes = append(codes, w.Code)
	}
	return codes
}

func usersAddCommand() *cobra.Command {
	fields := map[string]*string{}
	cmd := &cobra.Command{
		Use: "add EMAIL", Short: "add one user; without --password one is made and printed",
		Example: "  xuncha users add li@example.org --name 李强 --role inspector --agency 990101 --certificate-no ZF-0042 --certificate-until 2027-12-31",
		Args:    takes("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := row{line: 1, fields: map[string]string{"email": args[0]}}
			for name, value := range fields {
				r.fields[name] = *value
			}
			made := r.fields["password"] == ""
			if made {
				r.fields["password"] = rand.Text()[:14]
			}
			if err := checkUser(r); err != nil {
				return oneLine(err)
			}
			return withPeople(cmd, func(app core.App) error {
				if _, err := app.FindAuthRecordByEmail("users", args[0]); err == nil {
					return fmt.Errorf("there is a user %s already; see users passwd and users disable", args[0])
				}
				if _, err := importUser(app, r); err != nil {
					return oneLine(err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "added %s (%s)\n", args[0], r.fields["role"])
				if made {
					fmt.Fprintf(cmd.OutOrStdout(), "password: %s\n", r.fields["password"])
				}
				return nil
			})
		},
	}
	for _, name := range userForm.known[1:] {
		fields[name] = cmd.Flags().String(strings.ReplaceAll(name, "_", "-"), "", userFlags[name])
	}
	for _, name := range []string{"name", "role", "agency"} {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
	return cmd
}

func usersImportCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "add or update users from a CSV file, all rows or none",
		Long: `Reads a CSV file with a header row, UTF-8 or GB18030:

  email,name,role,agency,password,certificate_no,certificate_until,phone,language
  li@example.org,李强,inspector,990101,a-long-password,ZF-0042,2027-12-31,,zh-CN

email, name, role and agency are needed; a new user needs a password. A user with the same
e-mail is updated where something changes; an empty cell leaves what is there. A file with a
bad row changes nothing; every bad row is named.`,
		Example: "  xuncha users import users.csv --dry-run\n  xuncha users import users.csv",
		Args:    takes("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readTable(args[0], userForm)
			if err != nil {
				return err
			}
			return withPeople(cmd, func(app core.App) error {
				done, err := importRows(app, args[0], rows, dry, importUser)
				return tellImport(cmd, "users", done, dry, err)
			})
		},
	}
	addDryRun(cmd, &dry)
	return cmd
}

// checkUser is what can be said of a user without looking into the database.
func checkUser(r row) error {
	var bad []error
	if email := r.fields["email"]; email != "" {
		bad = append(bad, checkEmail(email))
	}
	if role := r.fields["role"]; role != "" && !slices.Contains(roles(), role) {
		bad = append(bad, fmt.Errorf("role %q: want one of %s", role, strings.Join(roles(), ", ")))
	}
	if password := r.fields["password"]; password != "" {
		bad = append(bad, checkPassword(password))
	}
	if until := r.fields["certificate_until"]; until != "" {
		if _, err := time.Parse(time.DateOnly, until); err != nil {
			bad = append(bad, fmt.Errorf("certificate_until %q: want YYYY-MM-DD", until))
		}
	}
	if language := r.fields["language"]; language != "" && language != "zh-CN" && language != "en" {
		bad = append(bad, fmt.Errorf("language %q: want zh-CN or en", language))
	}
	return errors.Join(bad...)
}

func importUser(tx core.App, r row) (outcome, error) {
	record, isNew, err := findOrNew(tx, "users", dbx.HashExp{"email": r.fields["email"]})
	if err != nil {
		return same, err
	}
	password := r.fields["password"]
	if isNew && password == "" {
		return same, errors.New("a new user needs a password")
	}
	agency, err := findAgency(tx, r.fields["agency"])
	if err != nil {
		return same, err
	}
	fields := map[string]string{}
	for _, name := range userForm.known {
		if value := r.fields[name]; value != "" {
			fields[name] = value
		}
	}
	fields["agency"] = agency.Id
	delete(fields, "password")
	did := newOrSame(isNew)
	if password != "" && !record.ValidatePassword(password) { // the same one again would end his log-ins
		record.SetPassword(password)
		did = max(did, changed)
	}
	return saveIfChanged(tx, record, did, fields)
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
		Args:    takes("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if typed(cmd.InOrStdin()) {
				fmt.Fprint(cmd.ErrOrStderr(), "new password: ")
			}
			line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			password := strings.TrimRight(line, "\r\n")
			if password == "" {
				return errors.New("no password was given")
			}
			if err := checkPassword(password); err != nil {
				return err
			}
			return withUser(cmd, args[0], func(app core.App, user *core.Record) error {
				user.SetPassword(password)
				if err := app.Save(user); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has a new password; all sessions have ended\n", args[0])
				return nil
			})
		},
	}
}

// typed tells whether a person sits at the other end.
func typed(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func usersDisableCommand() *cobra.Command {
	var undo bool
	cmd := &cobra.Command{
		Use: "disable EMAIL", Short: "end a user's access; what their phone still holds is taken for 30 days",
		Long: `Ends a user's access. What their phone still holds is taken for 30 days from then on;
disabling them once more does not begin the 30 days anew.`,
		Args: takes("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withUser(cmd, args[0], func(app core.App, user *core.Record) error {
				since := user.GetString("disabled_at")
				if !undo && since != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "%s has been disabled since %s\n", args[0], since)
					return nil
				}
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
	return withPeople(cmd, func(app core.App) error {
		user, err := app.FindAuthRecordByEmail("users", email)
		if err != nil {
			return fmt.Errorf("there is no user %s", email)
		}
		return do(app, user)
	})
}

// withPeople is withApp on a folder that is there: a user needs an agency before.
func withPeople(cmd *cobra.Command, run func(core.App) error) error {
	if _, err := dataDir(cmd); err != nil {
		return err
	}
	return withApp(cmd, run)
}
