package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// The benchmarks time bbdoctor and a peer in turn, in one run, so that the ratio holds on any machine. The bounds are
// those that CONTRIBUTING.md names; a benchmark prints ratios beside them and judges nothing.

const runs = 7

// pairs times a and b in turn and gives the medians.
func pairs(b *testing.B, first, second func()) (a, other time.Duration) {
	b.Helper()
	timed := func(f func()) time.Duration {
		started := time.Now()
		f()
		return time.Since(started)
	}
	first()
	second()
	var as, bs []time.Duration
	for range runs {
		as, bs = append(as, timed(first)), append(bs, timed(second))
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[runs/2], bs[runs/2]
}

// ratio reports how many times the peer's time ours is, beside how many it may be.
func ratio(b *testing.B, ours, peer time.Duration, unit string, most float64) {
	b.Helper()
	b.ReportMetric(float64(ours.Microseconds())/1000, "ms")
	b.ReportMetric(float64(peer.Microseconds())/1000, "peer-ms")
	b.ReportMetric(float64(ours)/float64(peer), unit)
	b.ReportMetric(most, "most")
	b.ReportMetric(0, "ns/op")
}

// build compiles a package or a file the way releases are compiled, and writes the program as an installation does: what
// the linker has written piece by piece also lies in pieces in the memory of the system, and takes a quarter longer to start.
func build(b *testing.B, what string) string {
	b.Helper()
	dir := b.TempDir()
	linked, installed := filepath.Join(dir, "linked"), filepath.Join(dir, "program")
	command := exec.Command("go", "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-ldflags", "-s -w", "-o", linked, what)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(linked)
	if err == nil {
		err = os.WriteFile(installed, program, 0o700)
	}
	if err != nil {
		b.Fatal(err)
	}
	return installed
}

// BenchmarkStart compares "bbdoctor version" with a program that prints one line.
func BenchmarkStart(b *testing.B) {
	hello := filepath.Join(b.TempDir(), "hello.go")
	if err := os.WriteFile(hello, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello, world\") }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	ours, peer := build(b, "."), build(b, hello)
	start := func(args ...string) func() {
		return func() {
			for range 20 {
				if err := exec.Command(args[0], args[1:]...).Run(); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	for b.Loop() {
		a, p := pairs(b, start(ours, "version"), start(peer))
		ratio(b, a/20, p/20, "x-hello-world", 2)
	}
}

// tree writes directories with the same files in each, and gives the root.
func tree(tb testing.TB, directories int, files func(int) map[string]string) string {
	tb.Helper()
	root := tb.TempDir()
	for i := range directories {
		dir := filepath.Join(root, fmt.Sprintf("site-%05d", i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			tb.Fatal(err)
		}
		for name, text := range files(i) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return root
}

// installation is one deployment as ten files: a compose file for each machine, for the page wants every server on its own,
// and two env files with the secrets.
func installation(i int) map[string]string {
	files := map[string]string{
		"pgpool.yml": fmt.Sprintf(`services:
  pgpool:
    image: registry.example.com/db/pgpool:4.6.7
    restart: unless-stopped
    env_file: pgpool.env
    environment:
      - PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432,2:pg-2:5432,3:pg-3:5432,4:pg-4:5432,5:pg-5:5432
      - PGPOOL_BACKEND_APPLICATION_NAMES=pg-0,pg-1,pg-2,pg-3,pg-4,pg-5
      - PGPOOL_NUM_INIT_CHILDREN=%d
      - PGPOOL_MAX_POOL=1
      - PGPOOL_RESERVED_CONNECTIONS=1
      - PGPOOL_ENABLE_LOAD_BALANCING=no
      - PGPOOL_AUTO_FAILBACK=yes
      - PGPOOL_SR_CHECK_USER=pgpool_check
      - PGPOOL_POSTGRES_CUSTOM_USERS=bitbucketuser
      - PGPOOL_ADMIN_USERNAME=pcpadmin
      - PGPOOL_FAILOVER_ON_BACKEND_SHUTDOWN=off
    ports: ["5432:5432"]
`, 83+i%50),
		"pgpool.env": "PGPOOL_SR_CHECK_PASSWORD=Nb5-saffron-Heath\nPGPOOL_POSTGRES_PASSWORD=Kd2-lantern-Osprey\nPGPOOL_POSTGRES_CUSTOM_PASSWORDS=Zt8-walnut-Mistral\nPGPOOL_ADMIN_PASSWORD=Hm6-juniper-Cobalt\n",
		"bitbucket.yml": `services:
  bitbucket:
    image: atlassian/bitbucket:9.4
    restart: unless-stopped
    environment:
      JDBC_DRIVER: org.postgresql.Driver
      JDBC_URL: jdbc:postgresql://pgpool:5432/bitbucket?tcpKeepAlive=true
      JDBC_USER: bitbucketuser
      JDBC_PASSWORD: Zt8-walnut-Mistral
    volumes:
      - bitbucket-data:/var/atlassian/application-data/bitbucket
    ports: ["7990:7990", "7999:7999"]
volumes:
  bitbucket-data:
`,
		"pg.env": "REPMGR_PASSWORD=Vp4-heron-Quartz\nPOSTGRESQL_PASSWORD=Zt8-walnut-Mistral\nPOSTGRESQL_POSTGRES_PASSWORD=Kd2-lantern-Osprey\n",
	}
	for n := range 6 {
		files[fmt.Sprintf("pg-%d.yml", n)] = fmt.Sprintf(`services:
  pg-%[1]d:
    image: registry.example.com/db/postgresql-repmgr:17.6.0
    restart: unless-stopped
    env_file: pg.env
    environment:
      REPMGR_NODE_NAME: pg-%[1]d
      REPMGR_NODE_NETWORK_NAME: pg-%[1]d
      REPMGR_PARTNER_NODES: pg-0,pg-1,pg-2,pg-3,pg-4,pg-5
      REPMGR_PRIMARY_HOST: pg-0
      POSTGRESQL_MAX_CONNECTIONS: "200"
    volumes:
      - pg-%[1]d-data:/bitnami/postgresql
volumes:
  pg-%[1]d-data:
`, n)
	}
	return files
}

// foreign are ten YAML files that are not ours.
func foreign(i int) map[string]string {
	files := map[string]string{}
	for n := range 10 {
		files[fmt.Sprintf("service-%d.yaml", n)] = fmt.Sprintf(`apiVersion: v1
kind: Service
metadata:
  name: web-%d
  labels: {app: web, tier: front}
spec:
  selector: {app: web}
  ports:
    - name: http
      port: 80
      targetPort: 8080
`, i)
	}
	return files
}

// manifests are one deployment as ten manifests.
func manifests(i int) map[string]string {
	workload := func(kind, name, image, env string) string {
		return fmt.Sprintf("apiVersion: apps/v1\nkind: %s\nmetadata:\n  name: %s\nspec:\n  serviceName: %[2]s\n  selector:\n    matchLabels: {app: %[2]s}\n  template:\n    metadata:\n      labels: {app: %[2]s}\n    spec:\n      containers:\n        - name: %[2]s\n          image: %s\n          env:\n%s", kind, name, image, env)
	}
	service := func(name string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata:\n  name: %s\nspec:\n  selector: {app: %[1]s}\n  ports:\n    - name: sql\n      port: 5432\n", name)
	}
	files := map[string]string{
		"pgpool.yaml":            workload("Deployment", "pgpool", "registry.example.com/db/pgpool:4.6.7", "            - {name: PGPOOL_BACKEND_NODES, value: \"0:pg-0:5432,1:pg-1:5432,2:pg-2:5432\"}\n          envFrom:\n            - configMapRef: {name: pgpool}\n            - secretRef: {name: db}\n"),
		"pgpool-config.yaml":     fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pgpool}\ndata:\n  PGPOOL_NUM_INIT_CHILDREN: \"%d\"\n  PGPOOL_MAX_POOL: \"1\"\n  PGPOOL_RESERVED_CONNECTIONS: \"1\"\n  PGPOOL_ENABLE_LOAD_BALANCING: \"no\"\n  PGPOOL_AUTO_FAILBACK: \"yes\"\n  PGPOOL_SR_CHECK_USER: check\n  PGPOOL_POSTGRES_CUSTOM_USERS: bitbucketuser\n  PGPOOL_ADMIN_USERNAME: pcp\n", 83+i%50),
		"pgpool-service.yaml":    service("pgpool"),
		"bitbucket.yaml":         workload("StatefulSet", "bitbucket", "atlassian/bitbucket:9.4", "            - {name: JDBC_URL, value: \"jdbc:postgresql://pgpool:5432/bitbucket?tcpKeepAlive=true\"}\n            - {name: JDBC_DRIVER, value: org.postgresql.Driver}\n            - {name: JDBC_USER, value: bitbucketuser}\n            - {name: JDBC_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: bitbucket}}}\n"),
		"bitbucket-service.yaml": service("bitbucket"),
		"secret.yaml":            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  bitbucket: Zt8-walnut-Mistral\n  repmgr: Vp4-heron-Quartz\n",
		"ingress.yaml":           "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: bitbucket}\nspec:\n  rules:\n    - host: git.example.com\n",
	}
	for n := range 3 {
		name := fmt.Sprintf("pg-%d", n)
		files[name+".yaml"] = workload("StatefulSet", name, "registry.example.com/db/postgresql-repmgr:17.6.0", fmt.Sprintf("            - {name: REPMGR_NODE_NAME, value: %s}\n            - {name: REPMGR_NODE_NETWORK_NAME, value: %[1]s}\n            - {name: REPMGR_PARTNER_NODES, value: \"pg-0,pg-1,pg-2\"}\n            - {name: REPMGR_PRIMARY_HOST, value: pg-0}\n            - {name: REPMGR_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: repmgr}}}\n            - {name: POSTGRESQL_MAX_CONNECTIONS, value: \"200\"}\n", name)) + "---\n" + service(name)
	}
	return files
}

// readAll is the peer: walk, read, and, when asked, parse as YAML, on all cores.
func readAll(tb testing.TB, root string, parse bool) {
	tb.Helper()
	paths := make(chan string, 64)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for path := range paths {
				text, err := os.ReadFile(path)
				if err != nil {
					tb.Error(err)
				}
				var node yaml.Node
				if parse && strings.HasSuffix(path, "ml") {
					if err := yaml.Unmarshal(text, &node); err != nil {
						tb.Error(err)
					}
				}
			}
		})
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			paths <- path
		}
		return err
	})
	close(paths)
	group.Wait()
	if err != nil {
		tb.Fatal(err)
	}
}

// checkTree checks a directory with the released program, its start included.
func checkTree(b *testing.B, root string) func() {
	b.Helper()
	binary := build(b, ".")
	return func() {
		command := exec.Command(binary, "check", "--format", "short", "--allow-empty", root)
		if err := command.Run(); err != nil && command.ProcessState.ExitCode() != exitFindings {
			b.Fatal(err)
		}
	}
}

// program runs one that must end well.
func program(b *testing.B, name string, args ...string) func() {
	b.Helper()
	return func() {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// BenchmarkRelevant compares checking 5,000 compose and env files, 500 installations, with reading them and parsing their YAML.
func BenchmarkRelevant(b *testing.B) {
	root := tree(b, 500, installation)
	check := checkTree(b, root)
	for b.Loop() {
		a, p := pairs(b, check, func() { readAll(b, root, true) })
		ratio(b, a, p, "x-reading-and-parsing", 2.5)
	}
}

// BenchmarkKubernetes compares checking 5,000 manifests, 500 installations, with reading and parsing them, with 10,000 of
// them, and with the linters that there are: KUBECONFORM and CONFTEST name them, as go install makes them of
// github.com/yannh/kubeconform/cmd/kubeconform@v0.6.7 and github.com/open-policy-agent/conftest. Both walk the same tree and
// parse the same documents; kubeconform's one schema takes any object, so that it fetches and validates nothing, and
// conftest's one rule denies none. bbdoctor looks up what manifests name and judges them besides.
func BenchmarkKubernetes(b *testing.B) {
	root := tree(b, 500, manifests)
	check := checkTree(b, root)
	b.Run("parsing", func(b *testing.B) {
		for b.Loop() {
			a, p := pairs(b, check, func() { readAll(b, root, true) })
			ratio(b, a, p, "x-reading-and-parsing", 2.5)
		}
	})
	b.Run("linear", func(b *testing.B) {
		large := checkTree(b, tree(b, 1000, manifests))
		for b.Loop() {
			a, p := pairs(b, large, check)
			ratio(b, a, p, "x-half-as-many", 2.2)
		}
	})
	dir := b.TempDir()
	schema, policy := filepath.Join(dir, "any.json"), filepath.Join(dir, "none.rego")
	for file, text := range map[string]string{
		schema: `{"type":"object"}`,
		policy: "package main\n\ndeny contains \"nothing\" if input.kind == \"None\"\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for _, peer := range []struct {
		variable string
		args     []string
	}{
		{"KUBECONFORM", []string{"-schema-location", schema, root}},
		{"CONFTEST", []string{"test", "--policy", policy, root}},
	} {
		name := strings.ToLower(peer.variable)
		b.Run(name, func(b *testing.B) {
			binary := os.Getenv(peer.variable)
			if binary == "" {
				b.Skip(peer.variable, " names no program")
			}
			for b.Loop() {
				a, p := pairs(b, check, program(b, binary, peer.args...))
				ratio(b, a, p, "x-"+name, 1)
			}
		})
	}
}

// BenchmarkForeign compares checking 5,000 YAML files that are not ours with walking and reading them.
func BenchmarkForeign(b *testing.B) {
	root := tree(b, 500, foreign)
	check := checkTree(b, root)
	for b.Loop() {
		a, p := pairs(b, check, func() { readAll(b, root, false) })
		ratio(b, a, p, "x-reading", 3)
	}
}

// BenchmarkLinear compares 10,000 files with 5,000.
func BenchmarkLinear(b *testing.B) {
	small, large := checkTree(b, tree(b, 500, installation)), checkTree(b, tree(b, 1000, installation))
	for b.Loop() {
		a, p := pairs(b, large, small)
		ratio(b, a, p, "x-half-as-many", 2.2)
	}
}

// BenchmarkMemory measures the peak memory of the released program checking 5,000 files of either kind: the largest of
// several runs.
func BenchmarkMemory(b *testing.B) {
	binary := build(b, ".")
	for name, root := range map[string]string{"relevant": tree(b, 500, installation), "kubernetes": tree(b, 500, manifests), "foreign": tree(b, 500, foreign)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				most := 0.0
				for range runs {
					most = max(most, peakOf(b, exec.Command(binary, "check", "--format", "short", "--allow-empty", root)))
				}
				b.ReportMetric(most, "MiB")
				b.ReportMetric(64, "most")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// peakOf runs a program and asks the system again and again how much memory it has taken at most, in MiB. What the system
// says of a child that has ended begins with the memory of the parent.
func peakOf(b *testing.B, command *exec.Cmd) (most float64) {
	b.Helper()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil && command.ProcessState.ExitCode() != exitFindings {
				b.Fatal(err)
			}
			return most
		case <-time.After(time.Millisecond):
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
			if errors.Is(err, fs.ErrNotExist) && most == 0 {
				b.Skip("the system does not tell the peak memory")
			}
			// Until the child is the program it is the parent, with its memory.
			if bytes.HasPrefix(status, []byte("Name:\t"+filepath.Base(command.Path)+"\n")) {
				most = max(most, peakIn(status))
			}
		}
	}
}
