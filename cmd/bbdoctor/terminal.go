package main

import (
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// useColour decides for one writer: --color beats NO_COLOR beats FORCE_COLOR and CLICOLOR_FORCE beats CLICOLOR=0 and a
// dumb terminal beats whether this writer is a terminal.
func useColour(when string, env environment, w io.Writer) bool {
	forced := func(name string) bool { v := env.variable(name); return v != "" && v != "0" }
	switch {
	case when == "always":
		return true
	case when == "never", env.variable("NO_COLOR") != "":
		return false
	case forced("FORCE_COLOR"), forced("CLICOLOR_FORCE"):
		return true
	case env.variable("CLICOLOR") == "0", env.variable("TERM") == "dumb":
		return false
	}
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// utf8Locale says whether the terminal can be expected to show more than ASCII.
func utf8Locale(env environment) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := env.variable(name); value != "" {
			value = strings.ToUpper(value)
			return strings.Contains(value, "UTF-8") || strings.Contains(value, "UTF8")
		}
	}
	return false
}
