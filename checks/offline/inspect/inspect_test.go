package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// What docker 29 and podman 5 print, cut down to what is read.
const (
	docker = `[
    {
        "Id": "0123456789ab",
        "State": {"Status": "running"},
        "Image": "sha256:00",
        "Name": "/pgpool",
        "HostConfig": {"NetworkMode": "my-net", "AutoRemove": true, "Tmpfs": {"/run": "size=64m"},
            "PortBindings": {"5432/tcp": [{"HostIp": "", "HostPort": "5433"}]}},
        "Mounts": [
            {"Type": "bind", "Source": "/srv/conf", "Destination": "/conf", "RW": false},
            {"Type": "volume", "Name": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "Source": "/var/lib/x", "Destination": "/data/"},
            {"Type": "tmpfs", "Destination": "/tmp"}],
        "Config": {
            "Hostname": "0123456789ab", "Image": "registry.example.com/pgpool:4.6.3", "Cmd": ["/run.sh", "-d"],
            "Env": ["PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432", "JDBC_URL=jdbc:postgresql://h/d?a=b\u0026password=geheim", "A\u003db=c", "PGPOOL_ADMIN_PASSWORD=x", "PATH"]},
        "NetworkSettings": {"Ports": {"5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "9"}]},
            "Networks": {"my-net": {"Aliases": ["pgpool", "db"], "DNSNames": ["pgpool", "db", "0123456789ab"]}}}
    }
]`
	podman = `[{"Name": "pg-0", "Image": "00ff", "ImageName": "docker.io/bitnami/postgresql-repmgr:17", "Mounts": [{"Type": "volume", "Name": "data", "Source": "/x", "Destination": "/bitnami/postgresql"}],
	"Config": {"Hostname": "pg-0", "Env": ["REPMGR_NODE_NAME=pg-0"], "Image": "docker.io/bitnami/postgresql-repmgr:17"}, "HostConfig": {"NetworkMode": "host", "AutoRemove": false, "PortBindings": {}},
	"NetworkSettings": {"Ports": {"5432/tcp": null}, "Networks": null}}]`
	service = `[{"ID": "x", "Spec": {"Name": "db_pgpool", "TaskTemplate": {"ContainerSpec": {"Image": "r/pgpool:4.6.3@sha256:1", "Env": ["PGPOOL_MAX_POOL=1"], "Mounts": [{"Type": "volume", "Source": "v", "Target": "/d"}]},
	"Networks": [{"Target": "n", "Aliases": ["pgpool"]}]}, "Mode": {"Replicated": {"Replicas": 3}}, "EndpointSpec": {"Ports": [{"Protocol": "tcp", "TargetPort": 5432, "PublishedPort": 5433}]}}}]`
)

func TestRead(t *testing.T) {
	t.Parallel()
	source := facts.NewSource("-", []byte(docker))
	containers, problems := Read(source)
	if len(containers) != 1 || len(problems) > 0 {
		t.Fatalf("%d containers, %+v", len(containers), problems)
	}
	c := containers[0]
	var variables []string
	for _, v := range c.Environment {
		places, ok := v.Value.Origin.Places(0, len(v.Value.Text))
		text := v.Name + "=" + v.Value.Text
		for _, place := range places {
			text += " | " + string(source.Text[place.Span.Start:place.Span.End])
		}
		if !ok {
			t.Errorf("%s is not traced", v.Name)
		}
		variables = append(variables, text)
	}
	want := []string{
		"PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432 | 0:pg-0:5432,1:pg-1:5432",
		`JDBC_URL=jdbc:postgresql://h/d?a=b&password=geheim | jdbc:postgresql://h/d?a=b\u0026password=geheim`,
		"A=b=c | b=c", "PGPOOL_ADMIN_PASSWORD=x | x",
	}
	if diff := cmp.Diff(want, variables); diff != "" {
		t.Error(diff)
	}
	if got := source.Hidden(); len(got) != 2 {
		t.Errorf("%d secrets are hidden, want 2", len(got))
	}
	if c.Name != "pgpool" || c.Image.Text != "registry.example.com/pgpool:4.6.3" || !c.Remove || c.HostNetwork || len(c.Command) != 2 {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff([]string{"pgpool", "0123456789ab", "db"}, c.Names); diff != "" {
		t.Error(diff)
	}
	if len(c.Ports) != 1 || c.Ports[0].Host != "5433" || c.Ports[0].Container != "5432" {
		t.Errorf("ports %+v", c.Ports)
	}
	if len(c.Volumes) != 4 || c.Volumes[0].Source != "/srv/conf" || c.Volumes[1].Source != "" || c.Volumes[1].Target != "/data" || c.Volumes[1].Temporary ||
		!c.Volumes[2].Temporary || c.Volumes[3].Target != "/run" || !c.Volumes[3].Temporary || c.SharedNetwork {
		t.Errorf("volumes %+v", c.Volumes)
	}
}

func TestPodmanAndServices(t *testing.T) {
	t.Parallel()
	containers, _ := Read(facts.NewSource("-", []byte(podman)))
	if c := containers[0]; c.Name != "pg-0" || !c.HostNetwork || c.Image.Text != "docker.io/bitnami/postgresql-repmgr:17" || c.Volumes[0].Source != "data" || len(c.Ports) != 0 {
		t.Errorf("%+v", c)
	}
	containers, _ = Read(facts.NewSource("-", []byte(service)))
	if c := containers[0]; c.Name != "db_pgpool" || c.Replicas != 3 || c.Ports[0].Host != "5433" || c.Names[1] != "pgpool" || c.Environment[0].Value.Text != "1" {
		t.Errorf("%+v", c)
	}
	for _, other := range []string{`[{"Id": "x", "RepoTags": [], "Config": {"Env": ["A=b"]}}]`, `{}`, `null`, `[1, "Config"]`, `[{"Config": {"Env": 4}, "HostConfig": {}}]`} {
		if containers, problems := Read(facts.NewSource("-", []byte(other))); len(containers)+len(problems) > 0 {
			t.Errorf("%s gives %v %v", other, containers, problems)
		}
	}
	if _, problems := Read(facts.NewSource("-", []byte(`[{"Config": `))); len(problems) != 1 || problems[0].Note {
		t.Errorf("%+v", problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(docker)
	f.Add(podman)
	f.Add(service)
	f.Fuzz(func(t *testing.T, text string) {
		source := facts.NewSource("-", []byte(text))
		containers, _ := Read(source)
		for _, c := range containers {
			for _, v := range c.Environment {
				if span := v.Value.Origin.Span; span.Start < 0 || span.End < span.Start || span.End > len(text) {
					t.Fatalf("%s: %v is not in the text", v.Name, span)
				}
			}
		}
	})
}
