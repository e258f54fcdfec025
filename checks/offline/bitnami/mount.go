package bitnami

import (
	"errors"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// errNoMount says that no mount of the container leads to a file.
var errNoMount = errors.New("no mount leads there")

// mounted opens a file of the container by way of the container's mounts.
func mounted(c *facts.Container, file string, ctx input.Context) (*facts.Source, error) {
	clean := absolute(file)
	for i := range c.Volumes {
		if volume := &c.Volumes[i]; volume.File != nil && absolute(volume.Target) == clean {
			return volume.File, nil
		}
	}
	host, base, ok := hostPath(c, file, ctx)
	if !ok {
		return nil, errNoMount
	}
	return ctx.Open(base, host)
}

// absolute is a path in the container, which begins at its root.
func absolute(file string) string {
	if strings.HasPrefix(file, "/") {
		return path.Clean(file)
	}
	return path.Clean("/" + file)
}

// hostPath finds where a file of the container lies on the host: the mount with the longest target above it decides. base
// is the file to which a relative path is relative. ok is false when no bind leads there, only a named volume or nothing.
func hostPath(c *facts.Container, file string, ctx input.Context) (host string, base *facts.Source, ok bool) {
	file = absolute(file)
	longest := -1
	for i := range c.Volumes {
		volume := &c.Volumes[i]
		target := absolute(volume.Target)
		rest, below := strings.CutPrefix(file, target)
		if !below || rest != "" && rest[0] != '/' && target != "/" || len(target) < longest {
			continue
		}
		longest = len(target)
		base = volume.Origin.Source
		if base == nil {
			base = c.Origin.Source
		}
		source, isPath := bindSource(volume.Source)
		// A name alone is a named volume, unless it is a secret or config whose file lies beside the compose file.
		if !isPath && rest == "" && source != "" && ctx.Exists(base, source) {
			isPath = true
		}
		host, ok = path.Join(source, rest), isPath
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
	case source == "", source[0] == '~', strings.ContainsAny(source, "$`"):
		return "", false
	case source[0] == '.', source[0] == '/':
		return source, true
	}
	return source, strings.Contains(source, "/")
}
