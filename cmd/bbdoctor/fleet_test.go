package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// job is what the test needs of docs/fleet/indexed-job.yaml.
type job struct {
	Spec struct {
		Completions int `yaml:"completions"`
		Template    struct {
			Spec struct {
				Containers []struct {
					Command []string `yaml:"command"`
					Args    []string `yaml:"args"`
					Env     []struct {
						Name  string `yaml:"name"`
						Value string `yaml:"value"`
					} `yaml:"env"`
				} `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

// TestFleetSplits runs the script of the indexed Job for each of its pods, with a stand-in for bbdoctor: together they
// check every environment, each once, and a pod ends with the worst of its codes.
func TestFleetSplits(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	text, err := os.ReadFile(filepath.Join(root, "docs/fleet/indexed-job.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest job
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	container := manifest.Spec.Template.Spec.Containers[0]
	dir, bin := t.TempDir(), t.TempDir()
	names := strings.Fields("a b c d e f g h i j k l m n o p q r s t u")
	for _, name := range names {
		if err := os.MkdirAll(filepath.Join(dir, "environments", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	standIn := "#!/bin/sh\nfor last; do :; done\necho \"$last\" >>checked\ncase $last in environments/c/) exit 1 ;; environments/k/) exit 3 ;; esac\n"
	if err := os.WriteFile(filepath.Join(bin, "bbdoctor"), []byte(standIn), 0o700); err != nil {
		t.Fatal(err)
	}
	codes := map[int]int{}
	for index := range manifest.Spec.Completions {
		command := exec.CommandContext(t.Context(), container.Command[0], append(container.Command[1:], container.Args...)...)
		command.Dir = dir
		command.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "JOB_COMPLETION_INDEX=" + string(rune('0'+index))}
		for _, variable := range container.Env {
			if variable.Value != "" {
				command.Env = append(command.Env, variable.Name+"="+variable.Value)
			}
		}
		out, err := command.CombinedOutput()
		if command.ProcessState == nil || len(out) > 0 {
			t.Fatalf("%v\n%s", err, out)
		}
		codes[command.ProcessState.ExitCode()]++
	}
	checked, err := os.ReadFile(filepath.Join(dir, "checked"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(strings.Fields(string(checked))); got != len(names) {
		t.Errorf("%d checks of %d environments:\n%s", got, len(names), checked)
	}
	for _, name := range names {
		if n := strings.Count(string(checked), "environments/"+name+"/\n"); n != 1 {
			t.Errorf("%s is checked %d times", name, n)
		}
	}
	// c is the third and k the eleventh, which is the third again of eight: one pod has both.
	if codes[0] != 7 || codes[3] != 1 {
		t.Errorf("exit codes %v", codes)
	}
}
