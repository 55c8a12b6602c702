package main

// Command lines that do not fit: one sentence each, in the operator's words.

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// group makes a command that does nothing without one of its subcommands.
func group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(subs...)
	cmd.Args = cobra.ArbitraryArgs // the root would answer in many lines
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownSubcommand(cmd, args[0])
	}
	return cmd
}

func unknownSubcommand(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return fmt.Errorf("there is no %q; did you mean %s?", cmd.CommandPath()+" "+name, strings.Join(near, " or "))
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("there is no %q; %s has: %s", cmd.CommandPath()+" "+name, cmd.CommandPath(), strings.Join(names, ", "))
}

// flagError names the unknown subcommand rather than the flag that would belong to it.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return unknownSubcommand(cmd, args[0])
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// takes admits exactly the arguments that are named.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := strings.Join(names, " ")
		if want == "" {
			want = "no argument"
		}
		return fmt.Errorf("this takes %s, and %s given; see %s --help", want, wasOrWere(len(args)), cmd.CommandPath())
	}
}

func wasOrWere(n int) string {
	if n == 1 {
		return "1 was"
	}
	return fmt.Sprintf("%d were", n)
}

// counted is a number with its noun: 1 argument, 2 arguments.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if noun == "leaf" {
		noun = "leave"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func checkEmail(s string) error {
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return fmt.Errorf("%q is no e-mail address", s)
	}
	return nil
}

// passwordMin and passwordMax are PocketBase's, in characters and (bcrypt's) bytes.
const passwordMin, passwordMax = 8, 71

func checkPassword(s string) error {
	switch {
	case utf8.RuneCountInString(s) < passwordMin:
		return errors.New("the password needs at least 8 characters")
	case len(s) > passwordMax:
		return errors.New("the password is longer than 71 bytes")
	}
	return nil
}
