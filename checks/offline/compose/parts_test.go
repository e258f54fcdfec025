package compose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// randomText puts pieces together.
func randomText(r *rand.Rand, pieces []string, most int) string {
	var out strings.Builder
	for range r.IntN(most + 1) {
		out.WriteString(pieces[r.IntN(len(pieces))])
	}
	return out.String()
}

// TestSplitAgainstComposeGo takes random command lines apart.
func TestSplitAgainstComposeGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 13))
	pieces := []string{"a", "bc", " ", " ", "\t", "\n", "'", `"`, `\`, "`", "$", "(", ")", "$(", ";", "&", "|", "<", ">", "2>", "é", "1", ""}
	accepted := 0
	for range 50_000 {
		line := randomText(r, pieces, 12)
		var theirs types.ShellCommand
		err := theirs.DecodeMapstructure(line)
		words, ok := split(line)
		if ok != (err == nil) || ok && !slices.Equal(words, []string(theirs)) {
			t.Fatalf("%q: %q %v, compose-go has %q %v", line, words, ok, theirs, err)
		}
		if ok {
			accepted++
		}
	}
	if accepted < 5_000 {
		t.Errorf("only %d lines are accepted", accepted)
	}
}

// TestParsePortAgainstComposeGo takes random ports apart.
func TestParsePortAgainstComposeGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(14, 15))
	pieces := []string{"80", "81", "8000-8003", "9000-9003", "65535", "65536", ":", ":", ":", "-", "/", "/tcp", "/UDP", "/x", "127.0.0.1", "[::1]", "::1", "0", "+5", "a", " ", ""}
	accepted := 0
	for range 50_000 {
		spec := randomText(r, pieces, 6)
		theirs, err := types.ParsePortConfig(spec)
		ports, why := parsePort(spec)
		var ours, want []string
		for _, port := range ports {
			ours = append(ours, fmt.Sprint(port.HostIP, "|", port.Host, "|", port.Container, "|", port.Protocol))
		}
		for _, port := range theirs {
			want = append(want, fmt.Sprint(port.HostIP, "|", port.Published, "|", port.Target, "|", port.Protocol))
		}
		if (why == "") != (err == nil) || !slices.Equal(sorted(ours), sorted(want)) {
			t.Fatalf("%q: %q %s, compose-go has %q %v", spec, ours, why, want, err)
		}
		if err == nil {
			accepted++
		}
	}
	if accepted < 2_000 {
		t.Errorf("only %d ports are accepted", accepted)
	}
}

// TestParseVolumeAgainstComposeGo takes random mounts apart.
func TestParseVolumeAgainstComposeGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(16, 17))
	pieces := []string{"/a", "./b", "c", "C", "data", ":", ":", ":", `\`, "ro", "rw,z", "~", "..", "é", " ", "${X:-y}", "{", "}", ""}
	accepted := 0
	for range 50_000 {
		spec := randomText(r, pieces, 7)
		theirs, err := format.ParseVolume(spec)
		ours, ok := parseVolume(spec)
		if ok != (err == nil) || ok && (ours.Source != theirs.Source || ours.Target != theirs.Target) {
			t.Fatalf("%q: %q %q %v, compose-go has %q %q %v", spec, ours.Source, ours.Target, ok, theirs.Source, theirs.Target, err)
		}
		if ok {
			accepted++
		}
	}
	if accepted < 5_000 {
		t.Errorf("only %d mounts are accepted", accepted)
	}
}

// TestSwarm reads what only stacks of docker swarm have: a mode, and configs whose content the stack itself has.
func TestSwarm(t *testing.T) {
	t.Parallel()
	text := `services:
  pgpool:
    image: x
    deploy: {mode: global, replicas: 3}
    configs: [{source: conf, target: /conf/pgpool.conf}]
  other: {image: y, deploy: {mode: replicated, replicas: 2}}
configs:
  conf:
    content: |
      max_pool = 1
`
	containers, problems := Read([]*facts.Source{facts.NewSource("stack.yml", []byte(text))}, input.Context{})
	if len(containers) != 2 || containers[0].Replicas != 1 || containers[1].Replicas != 2 {
		t.Fatalf("%+v", containers)
	}
	if len(problems) != 1 || !problems[0].Note || !strings.Contains(problems[0].Message, "on every machine of the swarm") {
		t.Errorf("%+v", problems)
	}
	if file := containers[0].Volumes[0].File; file == nil || string(file.Text) != "max_pool = 1\n" || file.Within.Source.Name != "stack.yml" {
		t.Errorf("the content of the config is not read: %+v", containers[0].Volumes)
	}
}
