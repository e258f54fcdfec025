package shell

import (
	"path"
	"strings"
)

// scripts gives the parts of a file that are shell: all of it, or, of a text about a shell, the blocks of code or the
// commands behind prompts. Everything else is blanked out, so that offsets stay what they are.
func scripts(f *file) []*file {
	if strings.HasPrefix(f.text, "#!") {
		return []*file{f}
	}
	lines := strings.SplitAfter(f.text, "\n")
	blocks := fenced(lines)
	if blocks == nil {
		blocks = [][]bool{nil}
	}
	var parts []*file
	for _, block := range blocks {
		text, changed := f.transcript(lines, block)
		part := *f
		if changed {
			part.text = text
		}
		parts = append(parts, &part)
	}
	return parts
}

// fenced finds the blocks of code in Markdown, between lines of three backquotes, and says for each which lines are in it.
// It returns nil for a text without any.
func fenced(lines []string) (blocks [][]bool) {
	var block []bool
	fence := ""
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		switch {
		case fence != "" && strings.HasPrefix(trimmed, fence):
			fence = ""
			if block != nil {
				blocks = append(blocks, block)
			}
			block = nil
		case fence != "":
			if block != nil {
				block[i] = true
			}
		case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:3]
			if blocks == nil {
				blocks = [][]bool{}
			}
			language, _, _ := strings.Cut(strings.TrimSpace(strings.TrimLeft(trimmed, "`~")), " ")
			switch strings.ToLower(language) {
			case "", "sh", "bash", "shell", "console", "shell-session", "zsh", "terminal":
				block = make([]bool, len(lines))
			}
		}
	}
	if block != nil {
		blocks = append(blocks, block)
	}
	return blocks
}

// transcript blanks out the lines that are not in a block and, when there are prompts, all that is no command behind one.
func (f *file) transcript(lines []string, block []bool) (text string, changed bool) {
	in := func(i int) bool { return block == nil || block[i] }
	prompt := promptOf(lines, in, isScript(f.source.Name))
	if block == nil && prompt == "" {
		return "", false
	}
	var out strings.Builder
	goesOn := false
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		switch {
		case !in(i):
			goesOn = false
			blank(&out, line)
		case prompt == "":
			out.WriteString(line)
		case goesOn:
			if strings.HasPrefix(trimmed, "> ") {
				line = line[:indent] + "  " + trimmed[2:]
			}
			out.WriteString(line)
			goesOn = continued(strings.TrimSuffix(line, "\n"))
		case strings.HasPrefix(trimmed, prompt):
			out.WriteString(line[:indent] + strings.Repeat(" ", len(prompt)) + trimmed[len(prompt):])
			goesOn = continued(strings.TrimSuffix(line, "\n"))
		default:
			blank(&out, line)
		}
	}
	return out.String(), true
}

// blank writes blanks for a line, but for its end.
func blank(out *strings.Builder, line string) {
	for i := range len(line) {
		if line[i] == '\n' || line[i] == '\r' {
			out.WriteByte(line[i])
		} else {
			out.WriteByte(' ')
		}
	}
}

// promptOf gives the prompt of a transcript: "$ ", or "# " when every command that starts a container stands behind one;
// in a script that would be a comment.
func promptOf(lines []string, in func(int) bool, script bool) string {
	root, plain := false, script
	continues := false
	for i, line := range lines {
		if !in(i) {
			continue
		}
		trimmed := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(trimmed, "$ ") {
			return "$ "
		}
		if command, ok := strings.CutPrefix(trimmed, "# "); ok {
			root = root || startsContainer(command)
		} else if strings.TrimSpace(trimmed) != "" && !continues && (startsContainer(trimmed) || strings.HasPrefix(trimmed, "export ")) {
			plain = true
		}
		continues = continued(strings.TrimSuffix(line, "\n"))
	}
	if root && !plain {
		return "# "
	}
	return ""
}

// isScript says whether a file has a name as scripts have.
func isScript(name string) bool {
	switch path.Ext(name) {
	case ".sh", ".bash", ".ksh":
		return true
	}
	return false
}

// startsContainer says whether a line begins with a command that starts a container.
func startsContainer(line string) bool {
	line = strings.TrimPrefix(line, "sudo ")
	for _, command := range []string{"docker run ", "docker create ", "docker container ", "podman run ", "nerdctl run "} {
		if strings.HasPrefix(line, command) {
			return true
		}
	}
	return false
}
