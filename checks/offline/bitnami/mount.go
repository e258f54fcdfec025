package bitnami

import (
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// hostPath finds where a file of the container lies on the host: the mount with the longest target above it decides. base
// is the file to which a relative path is relative. ok is false when no bind leads there, only a named volume or nothing.
func hostPath(c *facts.Container, file string) (host string, base *facts.Source, ok bool) {
	file = path.Clean("/" + file)
	longest := -1
	for _, volume := range c.Volumes {
		target := path.Clean("/" + volume.Target)
		rest, below := strings.CutPrefix(file, target)
		if !below || rest != "" && rest[0] != '/' && target != "/" || len(target) < longest {
			continue
		}
		longest = len(target)
		source, isPath := bindSource(volume.Source)
		host, ok = path.Join(source, rest), isPath
		base = volume.Origin.Source
		if base == nil {
			base = c.Origin.Source
		}
	}
	return host, base, ok && longest >= 0
}

// bindSource is a bind's source as a path that is relative to the file that names it, as far as that can be told: what the
// shell's working directory stands for is taken as the file's own.
func bindSource(source string) (relative string, ok bool) {
	for _, here := range []string{"$PWD", "${PWD}", "$(pwd)", "`pwd`", "${PWD:-.}"} {
		if rest, found := strings.CutPrefix(source, here); found && (rest == "" || rest[0] == '/') {
			return "." + rest, true
		}
	}
	switch {
	case source == "", strings.ContainsAny(source, "$`"):
		return "", false
	case source[0] == '.', source[0] == '/':
		return source, true
	case source[0] == '~':
		return "", false
	}
	// A name without a slash is a named volume.
	return source, strings.Contains(source, "/")
}
