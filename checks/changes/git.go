// Package changes looks at what has changed in a git work tree since a revision. It only reads objects of the repository
// and compares them with the files itself: git never looks at the work tree, so that no filter, hook, monitor or program
// that a hostile repository configures is run, and nothing is written to the repository.
package changes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// The reasons why the changes cannot be told.
var (
	// ErrNoWorkTree says that the directory is in no git work tree.
	ErrNoWorkTree = errors.New("not in a git work tree")
	// ErrNoGit says that there is no git to ask.
	ErrNoGit = errors.New("git is not installed")
	// ErrRevision says that the repository has no such revision.
	ErrRevision = errors.New("no such revision")
)

// Repository is a git work tree.
type Repository struct {
	// Top is the absolute path of its root, links resolved.
	Top string
	git string
	env []string
}

// Open finds the work tree that holds a directory. env are NAME=value pairs of the environment.
func Open(dir string, env []string) (*Repository, error) {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, ErrNoWorkTree
	}
	for top := resolved; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			git, err := exec.LookPath("git")
			if err != nil || !filepath.IsAbs(git) {
				return nil, ErrNoGit
			}
			return &Repository{Top: top, git: git, env: quietEnvironment(env)}, nil
		}
		if top == filepath.Dir(top) {
			return nil, ErrNoWorkTree
		}
	}
}

// quietEnvironment leaves out what would lead git elsewhere than to the work tree, as a hook's own variables do, and has
// it ask nobody and fetch nothing.
func quietEnvironment(env []string) (quiet []string) {
	for _, pair := range env {
		if !strings.HasPrefix(pair, "GIT_") && !strings.HasPrefix(pair, "LC_") && !strings.HasPrefix(pair, "LANGUAGE=") {
			quiet = append(quiet, pair)
		}
	}
	return append(quiet, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1")
}

// command runs git where nothing that the repository configures is run.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{
		"-C", r.Top, "--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=" + os.DevNull, "-c", "protocol.allow=never",
		"-c", "core.quotePath=false", "-c", "core.pager=cat",
	}
	command := exec.CommandContext(ctx, r.git, append(fixed, args...)...)
	command.Env = r.env
	return command
}

// maxComplaint bounds what is kept of git's own words.
const maxComplaint = 4 << 10

// output runs git and gives what it prints.
func (r *Repository) output(ctx context.Context, args ...string) ([]byte, error) {
	command := r.command(ctx, args...)
	var complaint bytes.Buffer
	command.Stderr = &limited{&complaint, maxComplaint}
	out, err := command.Output()
	if err != nil {
		return nil, complain(err, complaint.String())
	}
	return out, nil
}

func complain(err error, said string) error {
	first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	if first = strings.TrimPrefix(first, "fatal: "); first == "" {
		return fmt.Errorf("git: %w", err)
	}
	return errors.New("git: " + facts.RedactText(first))
}

// limited keeps the beginning of what is written to it.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// resolve gives the commit that a revision names. A revision is never taken for an option.
func (r *Repository) resolve(ctx context.Context, revision string) (string, error) {
	if revision == "" || strings.ContainsAny(revision, "\x00\n") {
		return "", ErrRevision
	}
	out, err := r.output(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", ErrRevision
		}
		return "", err
	}
	commit := strings.TrimSpace(string(out))
	if len(commit) < 40 || strings.Trim(commit, "0123456789abcdef") != "" {
		return "", ErrRevision
	}
	return commit, nil
}

// blob is one file of a commit.
type blob struct {
	path string // relative to the root, with "/"
	mode string
	id   string
	size int64
}

// maxTree bounds the bytes of a commit's list of files.
const maxTree = 256 << 20

// list gives the files and symbolic links of a commit below some paths, which are relative to the root.
func (r *Repository) list(ctx context.Context, commit string, below []string) ([]blob, error) {
	args := append([]string{"ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--"}, below...)
	out, err := r.output(ctx, args...)
	if err != nil {
		return nil, err
	}
	if len(out) > maxTree {
		return nil, errors.New("the revision has too many files")
	}
	var blobs []blob
	for entry := range bytes.SplitSeq(out, []byte{0}) {
		meta, path, ok := strings.Cut(string(entry), "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 4 || fields[1] != "blob" {
			continue // a submodule, or the end of the list
		}
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil {
			continue
		}
		blobs = append(blobs, blob{path, fields[0], fields[2], size})
	}
	return blobs, nil
}

// contents passes the bytes of blobs by, in their order.
func (r *Repository) contents(ctx context.Context, blobs []blob, each func(blob, []byte) error) error {
	if len(blobs) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	command := r.command(ctx, "cat-file", "--batch")
	var names bytes.Buffer
	for _, b := range blobs {
		names.WriteString(b.id + "\n")
	}
	command.Stdin = &names
	var complaint bytes.Buffer
	command.Stderr = &limited{&complaint, maxComplaint}
	pipe, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("git: %w", err)
	}
	err = readBatch(bufio.NewReaderSize(pipe, 1<<16), blobs, each)
	if err != nil {
		cancel()
	}
	if waited := command.Wait(); err == nil && waited != nil {
		err = complain(waited, complaint.String())
	}
	return err
}

func readBatch(in *bufio.Reader, blobs []blob, each func(blob, []byte) error) error {
	for _, b := range blobs {
		header, err := in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("git cat-file ends early: %w", err)
		}
		fields := strings.Fields(header)
		if len(fields) != 3 || fields[1] != "blob" || fields[2] != strconv.FormatInt(b.size, 10) {
			return fmt.Errorf("git cannot give %s: %s", b.path, strings.TrimSpace(header))
		}
		text := make([]byte, b.size)
		if _, err := io.ReadFull(in, text); err != nil {
			return fmt.Errorf("git cat-file ends early: %w", err)
		}
		if _, err := in.Discard(1); err != nil {
			return fmt.Errorf("git cat-file ends early: %w", err)
		}
		if err := each(b, text); err != nil {
			return err
		}
	}
	return nil
}
