package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	sha   = "0123456789abcdef0123456789abcdef01234567"
	token = "NjM4-secret-TOKEN-value"
)

// recorder is a server that takes everything and remembers it.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	bodies   []string
	status   int
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		// A proxy is asked for the whole address.
		r.requests = append(r.requests, request.Method+" "+request.URL.String()+" "+request.Header.Get("Authorization"))
		r.bodies = append(r.bodies, string(body))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

// publishing runs "bbdoctor publish" with an environment.
func publishing(t *testing.T, dir, stdin string, variables []string, args ...string) (code int, output string) {
	t.Helper()
	var out bytes.Buffer
	code = run(context.Background(), environment{
		args: append([]string{"bbdoctor", "publish"}, args...), dir: dir, stdin: strings.NewReader(stdin), stdout: &out, stderr: &out, variables: variables,
	})
	if strings.Contains(out.String(), token) {
		t.Errorf("publish %q shows the token:\n%s", args, &out)
	}
	return code, out.String()
}

// reportFile checks the page of Atlassian and leaves its reports in a directory.
func reportFile(t *testing.T) (dir string) {
	t.Helper()
	dir = copied(t, "atlassian-page")
	if code, _, stderr := doctor(t, dir, "check", "--format", "code-insights=insights.json", "--format", "json=report.json", "."); code != exitFindings {
		t.Fatalf("code %d: %s", code, stderr)
	}
	return dir
}

func TestPublishOnDataCenter(t *testing.T) {
	t.Parallel()
	dir := reportFile(t)
	for _, file := range []string{"insights.json", "report.json"} {
		server := record(t)
		code, output := publishing(t, dir, "", []string{"BBDOCTOR_TOKEN=" + token},
			"--server", server.URL+"/bitbucket", "--project", "OPS", "--repo", "config", "--commit", sha, file)
		if code != exitClean || !strings.Contains(output, "published on OPS/config 0123456789ab: FAIL, ") {
			t.Errorf("%s: code %d: %s", file, code, output)
		}
		report := "/bitbucket/rest/insights/latest/projects/OPS/repos/config/commits/" + sha + "/reports/com.github.bbdoctor"
		bearer := " Bearer " + token
		want := []string{"PUT " + report + bearer, "DELETE " + report + "/annotations" + bearer, "POST " + report + "/annotations" + bearer}
		if got := strings.Join(server.requests, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("%s: requests\n%s\nwant\n%s", file, got, strings.Join(want, "\n"))
		}
		var body struct {
			Annotations []struct {
				Path, Severity string
				Line           int
			}
		}
		if err := json.Unmarshal([]byte(server.bodies[2]), &body); err != nil {
			t.Fatal(err)
		}
		if first := body.Annotations[0]; first.Path != "bitbucket.properties" || first.Line != 6 || first.Severity != "HIGH" {
			t.Errorf("%s: the first annotation is %+v", file, first)
		}
	}
}

func TestPublishInPipelines(t *testing.T) {
	t.Parallel()
	dir := reportFile(t)
	text, err := os.ReadFile(filepath.Join(dir, "insights.json"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := record(t)
	pipelines := []string{"BITBUCKET_REPO_FULL_NAME=acme/config", "BITBUCKET_COMMIT=" + sha}
	code, output := publishing(t, dir, string(text), pipelines, "--proxy", proxy.URL, "--quiet", "-")
	if code != exitClean || output != "" {
		t.Errorf("code %d: %s", code, output)
	}
	report := "http://api.bitbucket.org/2.0/repositories/acme/config/commit/" + sha + "/reports/com.github.bbdoctor"
	want := []string{"DELETE " + report + " ", "PUT " + report + " ", "POST " + report + "/annotations "}
	if got := strings.Join(proxy.requests, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("requests\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	// Whoever logs in is the proxy: a token is not sent to it in clear text.
	proxy.requests = nil
	if code, _ := publishing(t, dir, "", append(pipelines, "BBDOCTOR_TOKEN="+token), "--proxy", proxy.URL, "insights.json"); code != exitClean || strings.Contains(strings.Join(proxy.requests, ""), token) {
		t.Errorf("code %d, requests %q", code, proxy.requests)
	}
	if got := pipelinesProxy(environment{variables: []string{"BITBUCKET_PIPE_STORAGE_DIR=/opt/x"}}); got != "http://host.docker.internal:29418" {
		t.Errorf("in a pipe the proxy is %s", got)
	}
	if got := pipelinesProxy(environment{}); got != "http://localhost:29418" {
		t.Errorf("in a step the proxy is %s", got)
	}
}

func TestPublishSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := reportFile(t)
	for name, text := range map[string]string{"other.json": `{"schema": "x/v1"}`, "broken.json": `{`, "half.json": `{"schema": "bbdoctor.code-insights/v1"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := record(t)
	server.status = http.StatusUnauthorized
	all := []string{"--server", server.URL, "--project", "OPS", "--repo", "config", "--commit", sha}
	with := func(args ...string) []string { return append(append([]string{}, all...), args...) }
	login := []string{"BBDOCTOR_TOKEN=" + token}
	for _, c := range []struct {
		variables []string
		args      []string
		code      int
		want      string
	}{
		{login, with("insights.json"), exitIncomplete, "not published: the token is not accepted; BBDOCTOR_TOKEN must hold"},
		{nil, with("insights.json"), exitUsage, "BBDOCTOR_TOKEN is not set"},
		{login, with(), exitUsage, "publish takes one report"},
		{login, with("missing.json"), exitUsage, "missing.json: no such file"},
		{login, with("other.json"), exitUsage, `the schema is "x/v1"`},
		{login, with("broken.json"), exitUsage, "not a report of bbdoctor"},
		{login, with("half.json"), exitUsage, "not a whole report"},
		{login, with("insights.json", "--max-annotations", "0"), exitUsage, "give 1 to 1000"},
		{login, []string{"insights.json"}, exitUsage, "publish does not know where to"},
		{login, []string{"--server", "https://jo:" + token + "@bb.example.com", "--project", "P", "--repo", "r", "--commit", sha, "insights.json"}, exitUsage, "takes an address alone"},
		{login, []string{"--server", "ftp://jo:" + token + "@bb.example.com", "insights.json"}, exitUsage, "give the address of Bitbucket"},
		{login, []string{"--server", "https://bb.example.com", "insights.json"}, exitUsage, "needs --project, --repo and --commit"},
		{login, []string{"--server", "https://bb.example.com", "--project", "P", "--repo", "P/r", "--commit", sha, "insights.json"}, exitUsage, "give the slug alone"},
		{login, []string{"--server", "https://bb.example.com", "--project", "P", "--repo", "r", "--commit", "abc", "insights.json"}, exitUsage, "give all 40 digits"},
		{login, []string{"--project", "P", "insights.json"}, exitUsage, "needs --server"},
		{login, []string{"--repo", "r", "--commit", sha, "insights.json"}, exitUsage, "WORKSPACE/SLUG"},
	} {
		if code, output := publishing(t, dir, "", c.variables, c.args...); code != c.code || !strings.Contains(output, c.want) {
			t.Errorf("publish %q: code %d, want %d; %s", c.args, code, c.code, output)
		}
	}
}
