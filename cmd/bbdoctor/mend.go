package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/rules/fix"
)

// mend shows or writes the fixes. The message is for standard error; failed says that something was not written.
func mend(c *cli.Context, env environment, s settings, r *verdict) (message string, failed bool) {
	var say strings.Builder
	plan := fix.NewPlan(r.Results, s.unsafe)
	if s.fix {
		plan = plan.Writable()
	}
	plan, err := fix.Provable(c.Context, plan, s.load, r.Collection, r.all, s.rules)
	if err != nil {
		return fmt.Sprintf("bbdoctor: nothing is changed: %v\n", err), true
	}
	if s.diff {
		if err := plan.Diff(env.stdout); err != nil {
			return fmt.Sprintf("bbdoctor: %v\n", err), true
		}
		for _, name := range plan.Unseen() {
			fmt.Fprintf(&say, "%s: a change in a value that is kept secret is not shown; --fix makes it\n", name)
		}
	}
	if s.fix {
		for _, file := range plan.Files {
			if err := file.Write(); err != nil {
				fmt.Fprintf(&say, "bbdoctor: %v\n", err)
				failed = true
				continue
			}
			fmt.Fprintf(&say, "fixed %s: %s\n", file.Source.Name, strings.Join(file.Titles, "; "))
		}
	}
	for _, refused := range plan.Refused {
		fmt.Fprintf(&say, "bbdoctor: %v\n", refused)
		failed = true
	}
	if len(plan.Files)+len(plan.Refused) == 0 {
		fmt.Fprintln(&say, "nothing to fix")
	}
	if s.diff { // with --fix the report says it
		for _, left := range plan.ByHand {
			fmt.Fprintf(&say, "by hand: %v\n", left)
		}
	}
	if plan.Unsafe > 0 {
		fmt.Fprintf(&say, "%d unsafe fix(es) left out; --unsafe-fixes takes them along\n", plan.Unsafe)
	}
	if plan.Conflicts > 0 {
		fmt.Fprintf(&say, "%d fix(es) left out because they change the same text as another; run again\n", plan.Conflicts)
	}
	return say.String(), failed
}

// rereader gives the same text again after each end.
type rereader struct{ *bytes.Reader }

func newRereader(from io.Reader) (rereader, error) {
	text, err := io.ReadAll(io.LimitReader(from, input.MaxFile+1))
	return rereader{bytes.NewReader(text)}, err
}

func (r rereader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		_, _ = r.Seek(0, io.SeekStart) // cannot fail
	}
	return n, err
}
