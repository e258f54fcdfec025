package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// The same program is a plugin of kubectl and of docker under the names that they look for. A plugin has the user's own
// kubectl or docker describe what runs, and checks that.

// pluginOf gives the plugin that the program is called as.
func pluginOf(args []string) (plugin func(context.Context, environment) int, ok bool) {
	if len(args) == 0 {
		return nil, false
	}
	switch strings.TrimSuffix(filepath.Base(args[0]), ".exe") {
	case "kubectl-bbdoctor":
		return kubectlPlugin, true
	case "docker-bbdoctor":
		return dockerPlugin, true
	}
	return nil, false
}

// maxDescription bounds what kubectl or docker may answer, in bytes.
const maxDescription = 64 << 20

// ask runs a program of the user's and gives what it prints.
func ask(ctx context.Context, env environment, program string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Env, command.Dir = env.variables, env.dir
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &limitedBuffer{&out, maxDescription}, &limitedBuffer{&complaint, 1 << 20}
	if err := command.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("%s is not installed, or not on PATH", program)
		}
		if text := strings.TrimSpace(complaint.String()); text != "" {
			return nil, fmt.Errorf("%s %s: %s", program, args[0], text)
		}
		return nil, fmt.Errorf("%s %s: %w", program, args[0], err)
	}
	return out.Bytes(), nil
}

// limitedBuffer refuses what goes beyond its limit.
type limitedBuffer struct {
	*bytes.Buffer
	left int
}

// Write takes text as long as there is room.
func (b *limitedBuffer) Write(text []byte) (int, error) {
	if b.left -= len(text); b.left < 0 {
		return 0, errors.New("the answer is too large")
	}
	return b.Buffer.Write(text)
}

// pluginFailure says why a plugin could not ask.
func pluginFailure(env environment, err error) int {
	fmt.Fprintf(env.stderr, "bbdoctor: %s\n", facts.RedactText(err.Error()))
	return exitIncomplete
}

// checkDescription has "bbdoctor check" judge a description as its standard input.
func checkDescription(ctx context.Context, env environment, name string, description []byte, flags []string) int {
	env.stdin, env.stdinName = bytes.NewReader(description), name
	env.args = append(append([]string{"bbdoctor", "check"}, flags...), "-")
	return run(ctx, env)
}

// pluginArguments takes a plugin's arguments apart into the flags of the program that is asked, those of check, and names.
func pluginArguments(env environment, theirs []cli.Flag, args []string) (asked, check, names []string) {
	flags, names := splitFlags(slices.Concat(theirs, checkCommand(env).Flags), args)
	known := map[string]bool{}
	for _, flag := range theirs {
		for _, name := range flag.Names() {
			known[name] = true
		}
	}
	target := &check
	for _, arg := range flags {
		if strings.HasPrefix(arg, "-") {
			name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			target = &check
			if known[name] {
				target = &asked
			}
		}
		*target = append(*target, arg)
	}
	return asked, check, names
}

const kubectlUsage = `kubectl bbdoctor [-n NAMESPACE] [TARGET...] [FLAG...]

Judges what runs: TARGET is what kubectl get takes, as in deploy/pgpool; without one it is every Deployment and StatefulSet
of the namespace. ConfigMaps that they refer to and the Services are read too, Secrets never. FLAG is any flag of
"bbdoctor check", or --namespace, --context, --cluster, --kubeconfig of kubectl.
`

// kubectlFlags are the flags of kubectl that say which cluster and namespace.
var kubectlFlags = []cli.Flag{
	&cli.StringFlag{Name: "namespace", Aliases: []string{"n"}},
	&cli.StringFlag{Name: "context"}, &cli.StringFlag{Name: "cluster"}, &cli.StringFlag{Name: "kubeconfig"},
}

func kubectlPlugin(ctx context.Context, env environment) int {
	where, flags, targets := pluginArguments(env, kubectlFlags, env.args[1:])
	if asksForHelp(flags) {
		fmt.Fprint(env.stdout, kubectlUsage)
		return exitClean
	}
	get := func(what ...string) ([]byte, error) {
		return ask(ctx, env, "kubectl", slices.Concat([]string{"get"}, where, []string{"--output", "json"}, what)...)
	}
	if len(targets) == 0 {
		targets = []string{"deployments,statefulsets"}
	}
	workloads, err := get(slices.Concat([]string{"--"}, targets)...)
	if err != nil {
		return pluginFailure(env, err)
	}
	items := []json.RawMessage{workloads}
	also := func(what string, names ...string) {
		found, err := get(slices.Concat([]string{"--ignore-not-found", "--", what}, names)...)
		switch {
		case err != nil:
			fmt.Fprintf(env.stderr, "bbdoctor: judged without the %s: %s\n", what, facts.RedactText(err.Error()))
		case len(bytes.TrimSpace(found)) > 0:
			items = append(items, found)
		}
	}
	also("services")
	if names := configMaps(workloads); len(names) > 0 {
		also("configmaps", names...)
	}
	description, err := json.MarshalIndent(map[string]any{"apiVersion": "v1", "kind": "List", "items": items}, "", "  ")
	if err != nil {
		return pluginFailure(env, fmt.Errorf("kubectl gave what is no JSON: %w", err))
	}
	return checkDescription(ctx, env, "kubectl get "+strings.Join(targets, " "), description, flags)
}

// configMaps are the names of the ConfigMaps that workloads take variables or files from.
func configMaps(workloads []byte) []string {
	var names []string
	var look func(value any)
	look = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, element := range value {
				look(element)
			}
		case map[string]any:
			for key, field := range value {
				if reference, ok := field.(map[string]any); ok && (key == "configMapRef" || key == "configMapKeyRef" || key == "configMap") {
					if name, ok := reference["name"].(string); ok && name != "" && !strings.HasPrefix(name, "-") {
						names = append(names, name)
					}
				}
				look(field)
			}
		}
	}
	var document any
	if err := json.Unmarshal(workloads, &document); err != nil {
		return nil
	}
	look(document)
	slices.Sort(names)
	return slices.Compact(names)
}

const dockerUsage = `docker bbdoctor [CONTAINER...] [FLAG...]

Judges running containers by what docker inspect says of them; without a CONTAINER all that run. FLAG is any flag of
"bbdoctor check", or --context of docker.
`

// dockerMetadata is what docker asks every plugin for.
const dockerMetadata = "docker-cli-plugin-metadata"

func dockerPlugin(ctx context.Context, env environment) int {
	args := env.args[1:]
	if len(args) > 0 && args[0] == dockerMetadata {
		return describePlugin(env)
	}
	if len(args) > 0 && args[0] == "bbdoctor" {
		args = args[1:] // docker passes its own command line on.
	}
	where, flags, containers := pluginArguments(env, []cli.Flag{&cli.StringFlag{Name: "context"}}, args)
	if asksForHelp(flags) {
		fmt.Fprint(env.stdout, dockerUsage)
		return exitClean
	}
	docker := func(args ...string) ([]byte, error) { return ask(ctx, env, "docker", slices.Concat(where, args)...) }
	name := "docker inspect " + strings.Join(containers, " ")
	if len(containers) == 0 {
		running, err := docker("ps", "--quiet", "--no-trunc")
		if err != nil {
			return pluginFailure(env, err)
		}
		if containers = strings.Fields(string(running)); len(containers) == 0 {
			return pluginFailure(env, errors.New("no container runs"))
		}
		name = "docker inspect"
	}
	description, err := docker(slices.Concat([]string{"inspect", "--type", "container", "--"}, containers)...)
	if err != nil {
		return pluginFailure(env, err)
	}
	return checkDescription(ctx, env, name, description, flags)
}

func describePlugin(env environment) int {
	encoder := json.NewEncoder(env.stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(map[string]string{
		"SchemaVersion": "0.1.0", "Vendor": "The bbdoctor developers", "Version": version,
		"ShortDescription": "Say whether a Bitbucket Data Center behind Pgpool-II will run",
		"URL":              "https://github.com/bbdoctor/bbdoctor",
	}); err != nil {
		return exitIncomplete
	}
	return exitClean
}

func asksForHelp(flags []string) bool {
	return slices.ContainsFunc(flags, func(flag string) bool { return flag == "--help" || flag == "-h" || flag == "-help" })
}
