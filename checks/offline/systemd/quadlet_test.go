package systemd

import (
	"bytes"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// TestQuadlets compares what is read of a quadlet with what is read of the service that podman's generator makes of it.
func TestQuadlets(t *testing.T) {
	t.Parallel()
	const dir = "../../../fixtures/oracle/quadlet"
	golden, err := os.ReadFile(filepath.Join(dir, "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	services := strings.Split("\n"+string(golden), "\n---")[1:]
	if len(services) != 4 {
		t.Fatalf("%d services", len(services))
	}
	for _, service := range services {
		name, text, _ := strings.Cut(service, "---\n")
		quadlet := strings.TrimSuffix(name, ".service") + ".container"
		var sources []*facts.Source
		paths, _ := filepath.Glob(filepath.Join(dir, "units", quadlet+".d", "*.conf"))
		for _, path := range append([]string{filepath.Join(dir, "units", quadlet)}, paths...) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, facts.NewSource(path, content))
		}
		got, _ := Read(sources[0].Name, sources, input.Context{})
		want, _ := Read(name, []*facts.Source{facts.NewSource(name, []byte(text))}, input.Context{})
		if len(got) != 1 || len(want) != 1 {
			t.Errorf("%s: %d containers, the service starts %d", quadlet, len(got), len(want))
			continue
		}
		if strings.Contains(want[0].Name, "%") {
			want[0].Name, want[0].Names = got[0].Name, got[0].Names // nobody knows the instance
		}
		if diff := cmp.Diff(essence(want[0]), essence(got[0])); diff != "" {
			t.Errorf("%s (-podman +here):\n%s", quadlet, diff)
		}
	}
}

// essence is what podman is told, without where it is written.
func essence(c *facts.Container) map[string]any {
	variables := map[string]string{}
	for _, v := range c.Environment {
		if v.Value.State != facts.Secret { // of a secret nothing but the option is seen in the service
			variables[v.Name] = v.Value.State.String() + " " + v.Value.Text
		}
	}
	var ports, volumes []string
	for _, p := range c.Ports {
		ports = append(ports, strings.Join([]string{p.HostIP, p.Host, p.Container, p.Protocol}, ":"))
	}
	for _, v := range c.Volumes {
		volumes = append(volumes, v.Source+":"+v.Target)
	}
	sort.Strings(c.Names)
	return map[string]any{
		"image": c.Image.Text, "name": c.Name, "names": c.Names, "host": c.Hostname, "environment": variables, "ports": ports, "volumes": volumes,
		"command": c.Command, "remove": c.Remove, "host network": c.HostNetwork,
	}
}

// TestDropIns has places in the file that wrote each value, and the later one wins.
func TestDropIns(t *testing.T) {
	t.Parallel()
	unit := facts.NewSource("etc/systemd/system/pgpool.service", []byte("[Service]\nEnvironment=PGPOOL_MAX_POOL=4 A=1\nExecStart=/usr/bin/docker run -e PGPOOL_MAX_POOL -e A -e 'B=x y' img $C ${A} $$ %n\n"))
	first := facts.NewSource("etc/systemd/system/pgpool.service.d/10.conf", []byte("[Service]\nEnvironment=\nEnvironment=\"PGPOOL_MAX_POOL=\\x31\"\n"))
	second := facts.NewSource("etc/systemd/system/pgpool.service.d/20.conf", []byte("[Service]\nEnvironment=A=%%5\\\n\n"))
	containers, problems := Read(unit.Name, []*facts.Source{unit, first, second}, input.Context{})
	if len(containers) != 1 || len(problems) > 0 {
		t.Fatalf("%d containers, problems %+v", len(containers), problems)
	}
	var got []string
	for _, v := range containers[0].Environment {
		places, ok := v.Value.Origin.Places(0, len(v.Value.Text))
		text := v.Name + "=" + v.Value.Text
		for _, place := range places {
			text += " " + filepath.Base(place.Source.Name) + " " + string(place.Source.Text[place.Span.Start:place.Span.End])
		}
		if !ok {
			text += " untraced"
		}
		got = append(got, text)
	}
	want := []string{`PGPOOL_MAX_POOL=1 10.conf \x31`, "A=%5 20.conf %%5", "B=x y pgpool.service x y"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"$C", "%5", "$", "pgpool.service"}, containers[0].Command); diff != "" {
		t.Error(diff)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"a/pgpool.service": "a/pgpool.service", "a/pgpool.service.d/x.conf": "a/pgpool.service drop-in", "b/pg-0.container": "b/pg-0.container",
		"b/pg-0.container.d/9.conf": "b/pg-0.container drop-in", "a/pgpool.conf": "", ".service": "", "x.service.d": "", "a/x.service.d/readme": "",
	} {
		unit, dropIn, ok := Name(file)
		if dropIn {
			unit += " drop-in"
		}
		if unit != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", file, unit, want)
		}
	}
}

// TestEncode writes a text into a value and reads it again.
func TestEncode(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"no", "a b", `a"b`, "a'b", `a\b`, "50%", "é", "jdbc:postgresql://h/d?a=b&c=d", ";", ""} {
		for style, unit := range map[facts.Style]string{facts.Plain: "A=<>", facts.DoubleQuoted: `"A=<>"`, facts.SingleQuoted: "'A=<>'"} {
			encoded, ok := Encode(facts.Systemd, style, text)
			if !ok {
				continue
			}
			source := facts.NewSource("x.service", []byte("[Service]\nEnvironment="+strings.Replace(unit, "<>", encoded, 1)+"\n"))
			containers, _ := Read(source.Name, []*facts.Source{source}, input.Context{})
			if got := containers[0].Environment[0].Value.Text; got != text {
				t.Errorf("%q in %s is read as %q", text, unit, got)
			}
		}
		for style, line := range map[facts.Style]string{facts.Plain: "A=<>", facts.DoubleQuoted: `A="<>"`, facts.SingleQuoted: "A='<>'"} {
			if encoded, ok := Encode(facts.SystemdEnv, style, text); ok {
				got := readEnvironment(facts.NewSource("x.env", []byte(strings.Replace(line, "<>", encoded, 1))))
				if got[0].Value.Text != text {
					t.Errorf("%q in %s is read as %q", text, line, got[0].Value.Text)
				}
			}
		}
	}
}

// FuzzRead reads any text as a unit and as a quadlet: nothing may panic or hang, and every place must be in its file.
func FuzzRead(f *testing.F) {
	f.Add("[Service]\nEnvironment=A=b 'C=d e' \\\n # x\n F=%n\nExecStart=/usr/bin/docker run -e A -e \"B=$C\" --env-file /x img \\; ; podman run -e A=b x\n", "[Service]\nEnvironment=\n")
	f.Add("[Container]\nImage=x\nEnvironment=A=b\nPodmanArgs=-e C=d --env-file x\nSecret=a,type=env\n", "[Container]\nEnvironment=\"A=\\x41\"\n")
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, unit := range []string{"a/x.service", "a/x.container"} {
			sources := []*facts.Source{facts.NewSource(unit, []byte(first)), facts.NewSource(unit+".d/a.conf", []byte(second))}
			containers, _ := Read(unit, sources, input.Context{})
			for _, c := range containers {
				for _, v := range c.Environment {
					origin := v.Value.Origin
					if span := origin.Span; origin.Source != nil && (span.Start < 0 || span.End < span.Start || span.End > len(origin.Source.Text)) {
						t.Fatalf("%s: %v is not in the file", v.Name, span)
					}
					if places, ok := origin.Places(0, len(v.Value.Text)); ok && len(places) == 1 && origin.Runs == nil && v.Value.State == facts.Set {
						if raw := origin.Source.Text[places[0].Span.Start:places[0].Span.End]; !bytes.Equal(raw, []byte(v.Value.Text)) {
							t.Fatalf("%s: %q stands where %q should", v.Name, raw, v.Value.Text)
						}
					}
				}
			}
		}
		for _, a := range readEnvironment(facts.NewSource("x.env", []byte(first))) {
			if a.Value.State != facts.Set {
				t.Fatalf("%s is %v", a.Name, a.Value.State)
			}
		}
	})
}
