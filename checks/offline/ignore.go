package offline

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignoreRules are the .gitignore patterns in force in one directory. A nil value ignores nothing.
type ignoreRules struct {
	root     string // of the work tree
	patterns []ignorePattern
}

// ignorePattern is one line of a .gitignore.
type ignorePattern struct {
	base          string // directory of the file, relative to the root, with "/"; empty for the root
	glob          string
	negated       bool
	directoryOnly bool
	anchored      bool // matched against the path below base, not against the last part of it
}

// maxIgnore is the size in bytes above which a .gitignore is not honoured; real ones are a few kB.
const maxIgnore = 1 << 20

// ignoreAbove collects the patterns of the work tree from its root down to, but without, dir itself.
func ignoreAbove(root, dir string) *ignoreRules {
	if root == "" {
		return nil
	}
	rules := &ignoreRules{root: root}
	at := root
	for _, part := range strings.Split(rules.relative(resolveLinks(dir)), "/") {
		if part == "" {
			break
		}
		rules = rules.with(at)
		at = filepath.Join(at, part)
	}
	return rules
}

// below gives the patterns for a directory whose entries are known, so that a directory without a .gitignore costs
// nothing.
func (r *ignoreRules) below(dir string, entries []fs.DirEntry) *ignoreRules {
	if r == nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".gitignore" && e.Type().IsRegular() }) {
		return r
	}
	return r.with(dir)
}

func (r *ignoreRules) with(dir string) *ignoreRules {
	file := filepath.Join(dir, ".gitignore")
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnore {
		return r
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return r
	}
	added := slices.Clone(r.patterns)
	for line := range strings.Lines(string(text)) {
		if pattern, ok := parseIgnore(line, r.relative(dir)); ok {
			added = append(added, pattern)
		}
	}
	return &ignoreRules{r.root, added}
}

// parseIgnore reads one line of a .gitignore: https://git-scm.com/docs/gitignore.
func parseIgnore(line, base string) (pattern ignorePattern, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if line == "" || line[0] == '#' {
		return pattern, false
	}
	pattern.base = base
	if line[0] == '!' {
		pattern.negated, line = true, line[1:]
	}
	if rest, found := strings.CutSuffix(line, "/"); found {
		pattern.directoryOnly, line = true, rest
	}
	pattern.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	// Braces are alternatives for the library and letters for git.
	pattern.glob = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(line)
	if rest, found := strings.CutSuffix(pattern.glob, "/**"); found {
		pattern.glob = rest + "/**/*" // what is below, not the directory itself
	}
	return pattern, line != ""
}

// relative is a path below the root of the work tree, with "/"; empty for the root.
func (r *ignoreRules) relative(dir string) string {
	relative, err := filepath.Rel(r.root, dir)
	if err != nil || relative == "." {
		return ""
	}
	return filepath.ToSlash(relative)
}

// ignores says whether git would leave the path out. Of several patterns that match, the last decides.
func (r *ignoreRules) ignores(file string, directory bool) bool {
	if r == nil || len(r.patterns) == 0 {
		return false
	}
	name := r.relative(file)
	for _, pattern := range slices.Backward(r.patterns) {
		if pattern.directoryOnly && !directory {
			continue
		}
		subject := name
		if pattern.base != "" {
			below, ok := strings.CutPrefix(name, pattern.base+"/")
			if !ok {
				continue
			}
			subject = below
		}
		if !pattern.anchored {
			subject = path.Base(subject)
		}
		if matched, err := doublestar.Match(pattern.glob, subject); err == nil && matched {
			return !pattern.negated
		}
	}
	return false
}
