package boardtest

// The driver for who has no test: a bench, and who takes pictures.

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// watcher is a Test that ends by a panic, of which Watch makes an error.
type watcher struct {
	ends  []func()
	wrong []error
}

type failed struct{ error }

func (w *watcher) Helper()                  {}
func (w *watcher) Name() string             { return "watched" }
func (w *watcher) Context() context.Context { return context.Background() }
func (w *watcher) Cleanup(f func())         { w.ends = append(w.ends, f) }
func (w *watcher) Errorf(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Errorf(format, args...))
}

func (w *watcher) Fatal(args ...any)                 { panic(failed{errors.New(fmt.Sprint(args...))}) }
func (w *watcher) Fatalf(format string, args ...any) { panic(failed{fmt.Errorf(format, args...)}) }

// Watch runs what drives a browser and returns all that went wrong.
func Watch(drive func(Test) error) (err error) {
	w := &watcher{}
	defer func() {
		if r := recover(); r != nil {
			f, ours := r.(failed)
			if !ours {
				panic(r)
			}
			err = f
		}
		for _, end := range slices.Backward(w.ends) {
			end()
		}
		err = errors.Join(append(w.wrong, err)...)
	}()
	return drive(w)
}
