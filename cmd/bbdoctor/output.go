package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules/report"
)

// output is one --format: what is written, and where.
type output struct {
	format string
	file   string // empty for standard output
}

// formatHelp lists the formats for --help.
func formatHelp() string {
	var out strings.Builder
	for _, format := range report.Formats {
		fmt.Fprintf(&out, "  %-14s %s\n", format.Name, format.About)
	}
	return strings.TrimRight(out.String(), "\n")
}

func parseOutputs(formats []string) ([]output, error) {
	if len(formats) == 0 {
		return []output{{format: "pretty"}}, nil
	}
	outputs := make([]output, 0, len(formats))
	files := map[string]bool{}
	standard := 0
	for _, text := range formats {
		format, file, _ := strings.Cut(text, "=")
		if _, ok := report.Named(format); !ok {
			return nil, fmt.Errorf("--format %s: there are %s", text, report.FormatNames())
		}
		switch {
		case file == "":
			standard++
		case files[filepath.Clean(file)]:
			return nil, fmt.Errorf("--format %s: another format is written to the same file", text)
		}
		files[filepath.Clean(file)] = true
		outputs = append(outputs, output{format, file})
	}
	if standard > 1 {
		return nil, errors.New("--format: only one can go to standard output; give the others a file, as in json=report.json")
	}
	return outputs, nil
}

// write says the report in one format. In a workflow of GitHub the step's summary belongs to the format github.
func write(out output, env environment, s settings, r *report.Report) error {
	if err := writeOutput(out, env, s, r); err != nil {
		return err
	}
	summary := env.variable("GITHUB_STEP_SUMMARY")
	if out.format != "github" || summary == "" {
		return nil
	}
	file, err := os.OpenFile(env.path(summary), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	if err := errors.Join(report.Write(file, "markdown", r, s.show), file.Close()); err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return nil
}

func writeOutput(out output, env environment, s settings, r *report.Report) error {
	options := s.show
	if out.file == "" {
		options.Colour = useColour(s.colour, env, env.stdout)
		return report.Write(env.stdout, out.format, r, options)
	}
	options.Colour = s.colour == "always"
	err := replaceFile(env.path(out.file), func(file *os.File) error {
		buffered := bufio.NewWriter(file)
		if err := report.Write(buffered, out.format, r, options); err != nil {
			return err
		}
		return buffered.Flush()
	})
	if err != nil {
		return fmt.Errorf("--format %s=%s: %w", out.format, out.file, err)
	}
	return nil
}

// replaceFile writes a file so that a reader finds the old text or the new one and never half of it: the text goes to a
// temporary file beside it, which then takes its name. A symbolic link stays and its target is replaced; what is no
// regular file, such as /dev/stderr or a named pipe, is written to as it is.
func replaceFile(path string, fill func(*os.File) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := os.FileMode(0o644)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fillInPlace(path, fill)
	case err == nil:
		mode = info.Mode().Perm()
	}
	kept := err == nil
	file, err := createBeside(path, mode)
	var failed *os.PathError
	switch {
	case errors.As(err, &failed):
		return fmt.Errorf("no file can be made in %s: %w", filepath.Dir(path), failed.Err)
	case err != nil:
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // what went wrong before is what the user must know
		}
	}()
	if err := fill(file); err != nil {
		return errors.Join(err, file.Close())
	}
	if kept {
		// The umask took bits away that the old file had.
		if err := file.Chmod(mode); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// createBeside makes a temporary file in the directory of a file. Its name ends in ".tmp", so that nobody who looks for
// *.prom or *.xml there takes it for a report.
func createBeside(path string, mode os.FileMode) (*os.File, error) {
	for n := range 1000 {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d-%d.tmp", filepath.Base(path), os.Getpid(), n))
		file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if !errors.Is(err, os.ErrExist) {
			return file, err
		}
	}
	return nil, errors.New("no temporary file can be made beside it")
}

func fillInPlace(path string, fill func(*os.File) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Close())
}
