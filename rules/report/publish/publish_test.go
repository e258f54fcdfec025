package publish_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/report"
	"github.com/bbdoctor/bbdoctor/rules/report/publish"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// found is a report with so many findings, each as long and as odd as can be.
func found(t *testing.T, count int) report.Insights {
	t.Helper()
	r := &report.Report{Version: "0.1.0", Collection: &facts.Collection{}}
	source := facts.NewSource("bitbucket.properties", []byte("a=1\nb=2\n"))
	result := &rules.Result{Rule: &rules.Rule{ID: "jdbc/driver", Title: "fine", Severity: rules.Error}, Deployment: ".", Outcome: rules.Failed}
	for n := range count {
		finding := &rules.Finding{
			Message: fmt.Sprintf("%d %s", n, strings.Repeat("🐘\x00ä", 230)), Help: strings.Repeat("ß", 1900),
			Severity: []rules.Severity{rules.Info, rules.Error, rules.Warning}[n%3],
			At:       facts.Origin{Source: source, Span: facts.Span{Start: 4, End: 5}, Key: "b"},
		}
		result.Findings = append(result.Findings, finding)
	}
	if count == 0 {
		result.Outcome = rules.Passed
	}
	r.Results = append(r.Results, result)
	var out bytes.Buffer
	if err := report.Write(&out, "code-insights", r, report.Options{FailOn: rules.Error}); err != nil {
		t.Fatal(err)
	}
	insights, err := report.ReadInsights(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return insights
}

func (b *bitbucket) destination() publish.Destination {
	if b.cloud {
		return publish.Cloud{API: b.URL, Repository: "acme/config", Commit: commit}
	}
	return publish.DataCenter{Server: b.URL + "/", Project: "~jo", Repository: "config", Commit: commit}
}

// client notes the waits instead of waiting.
func client(waits *[]time.Duration) *publish.Client {
	return &publish.Client{
		Token: token, Now: func() time.Time { return time.Date(2026, time.November, 24, 10, 0, 0, 0, time.UTC) },
		Sleep: func(_ context.Context, d time.Duration) error { *waits = append(*waits, d); return nil },
	}
}

// TestPublish puts reports of every size on both, twice each: the second replaces the first.
func TestPublish(t *testing.T) {
	t.Parallel()
	for _, cloud := range []bool{false, true} {
		b := serve(t, cloud)
		for _, count := range []int{0, 1, 100, 101, 1500, 3, 0} {
			var waits []time.Duration
			if err := b.destination().Publish(t.Context(), client(&waits), found(t, count)); err != nil {
				t.Fatalf("cloud %v: %d findings: %v", cloud, count, err)
			}
			if want := min(count, 1000); len(b.annotations) != want {
				t.Errorf("cloud %v: %d annotations are there, want %d", cloud, len(b.annotations), want)
			}
			details, _ := b.report["details"].(string)
			if left := strings.Contains(details, "500 more are left out"); left != (count == 1500) {
				t.Errorf("cloud %v: %d findings: the details are %q", cloud, count, details)
			}
			high := 0
			for _, one := range b.annotations {
				if one["severity"] == "HIGH" {
					high++
				}
			}
			if count == 1500 && high != 500 {
				t.Errorf("cloud %v: %d of the 500 errors are among the thousand", cloud, high)
			}
			wantResult := map[bool]string{true: "FAIL", false: "PASS"}[count > 1]
			if result, _ := b.report["result"].(string); !strings.HasPrefix(result, wantResult) {
				t.Errorf("cloud %v: %d findings: the result is %s", cloud, count, result)
			}
		}
	}
}

// TestOldAnnotationsGoFirst: the requests and their order.
func TestOldAnnotationsGoFirst(t *testing.T) {
	t.Parallel()
	for cloud, want := range map[bool][]string{
		false: {"PUT ", "DELETE /annotations", "POST /annotations"},
		true:  {"DELETE ", "PUT ", "POST /annotations", "POST /annotations"},
	} {
		b := serve(t, cloud)
		if err := b.destination().Publish(t.Context(), client(new([]time.Duration)), found(t, 150)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.requests, want) {
			t.Errorf("requests %q, want %q", b.requests, want)
		}
	}
}

// TestLimit: a server that allows fewer.
func TestLimit(t *testing.T) {
	t.Parallel()
	for _, cloud := range []bool{false, true} {
		b := serve(t, cloud)
		b.most = 120
		insights := found(t, 150)
		err := b.destination().Publish(t.Context(), client(new([]time.Duration)), insights)
		if err == nil || !cloud && !strings.Contains(err.Error(), "--max-annotations") || !strings.Contains(err.Error(), "more than 120") {
			t.Errorf("err = %v", err)
		}
		insights.Limit(120)
		if err := b.destination().Publish(t.Context(), client(new([]time.Duration)), insights); err != nil {
			t.Error(err)
		}
		if details, _ := b.report["details"].(string); len(b.annotations) != 120 || !strings.Contains(details, "30 more annotations are left out") {
			t.Errorf("%d annotations, details %q", len(b.annotations), details)
		}
	}
}

// TestTriesAgain: a busy or broken server is asked again after the time that it names, within bounds.
func TestTriesAgain(t *testing.T) {
	t.Parallel()
	busy := func(status int, after string) answer { return answer{status: status, retryAfter: after} }
	for name, c := range map[string]struct {
		answers []answer
		waits   []time.Duration
		fails   bool
	}{
		"seconds":       {[]answer{busy(429, "7")}, []time.Duration{7 * time.Second}, false},
		"at once":       {[]answer{busy(503, "0")}, []time.Duration{0}, false},
		"a date":        {[]answer{busy(503, "Tue, 24 Nov 2026 10:00:09 GMT")}, []time.Duration{9 * time.Second}, false},
		"a past date":   {[]answer{busy(503, "Tue, 24 Nov 2020 10:00:09 GMT")}, []time.Duration{0}, false},
		"a later date":  {[]answer{busy(503, "Tue, 24 Nov 2026 22:00:00 GMT")}, []time.Duration{time.Minute}, false},
		"hours":         {[]answer{busy(429, "86400")}, []time.Duration{time.Minute}, false},
		"far away":      {[]answer{busy(429, "99999999999999999999")}, []time.Duration{time.Second}, false},
		"says nothing":  {[]answer{busy(500, ""), busy(502, ""), busy(504, "soon")}, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, false},
		"never":         {[]answer{busy(500, "1"), busy(500, "1"), busy(500, "1"), busy(500, "1"), busy(500, "1")}, slices.Repeat([]time.Duration{time.Second}, 4), true},
		"too long":      {[]answer{busy(429, "60"), busy(429, "60"), busy(429, "60"), busy(429, "60")}, slices.Repeat([]time.Duration{time.Minute}, 3), true},
		"not worth one": {[]answer{busy(400, "1")}, nil, true},
		"nor this":      {[]answer{busy(501, "1")}, nil, true},
	} {
		b := serve(t, false, c.answers...)
		var waits []time.Duration
		err := b.destination().Publish(t.Context(), client(&waits), found(t, 2))
		if (err != nil) != c.fails || !slices.Equal(waits, c.waits) {
			t.Errorf("%s: err = %v, waits %v, want %v", name, err, waits, c.waits)
		}
	}
}

// TestHalfDone: the annotations were taken, and the answer was an error. The second try must not have them twice.
func TestHalfDone(t *testing.T) {
	t.Parallel()
	for cloud, before := range map[bool]int{false: 2, true: 2} {
		answers := append(make([]answer, before), answer{status: 504, late: true})
		b := serve(t, cloud, answers...)
		if err := b.destination().Publish(t.Context(), client(new([]time.Duration)), found(t, 5)); err != nil || len(b.annotations) != 5 {
			t.Errorf("cloud %v: err = %v, %d annotations, requests %q", cloud, err, len(b.annotations), b.requests)
		}
	}
}

// TestSaysWhatItMeans: every refusal is explained, and no text has the token.
func TestSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	echo := `{"errors":[{"message":"Bearer ` + token + ` is not allowed"}]}`
	for _, cloud := range []bool{false, true} {
		for status, want := range map[int]string{
			401: "BBDOCTOR_TOKEN", 403: "the token may not do this", 404: "there is no commit " + commit,
			302: "", 418: "418",
		} {
			body := echo
			if status == 302 {
				body = "https://elsewhere.example.com/" + token
				if !cloud {
					want = "redirects to https://elsewhere.example.com/***"
				}
			}
			// Cloud begins with a deletion for which a missing report is no failure.
			before := map[bool]int{true: 1}[cloud]
			b := serve(t, cloud, append(make([]answer, before), slices.Repeat([]answer{{status: status, body: body}}, 9)...)...)
			err := b.destination().Publish(t.Context(), client(new([]time.Duration)), found(t, 2))
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token) {
				t.Errorf("cloud %v: %d: %v", cloud, status, err)
			}
			var answered *publish.StatusError
			if !errors.As(err, &answered) || answered.Status != status {
				t.Errorf("cloud %v: %d: %v", cloud, status, err)
			}
		}
	}
	// A page for browsers is not quoted, and a long answer is cut.
	for _, body := range []string{"<html>" + token + "</html>", strings.Repeat("x", 1<<20)} {
		b := serve(t, false, answer{status: 400, body: body})
		err := b.destination().Publish(t.Context(), client(new([]time.Duration)), found(t, 2))
		if err == nil || len(err.Error()) > 1000 || strings.Contains(err.Error(), "<html>") {
			t.Errorf("%v", err)
		}
	}
}

// TestUnreachable: nobody is there, and then somebody who says nothing that is HTTP.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	d := publish.DataCenter{Server: address, Project: "P", Repository: "r", Commit: commit}
	err = d.Publish(t.Context(), client(&waits), found(t, 1))
	if err == nil || !strings.Contains(err.Error(), "refused") || len(waits) != 4 {
		t.Errorf("err = %v, waits %v", err, waits)
	}
}

// TestInterrupted: who ends the run does not wait.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	b := serve(t, false, slices.Repeat([]answer{{status: 503, retryAfter: "50"}}, 9)...)
	c := &publish.Client{Token: token, Say: func(string) { cancel() }}
	if err := b.destination().Publish(ctx, c, found(t, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if len(b.requests) != 1 {
		t.Errorf("requests %q", b.requests)
	}
}

// TestPathsStayInTheirPlace: what stands in a name cannot change what is asked.
func TestPathsStayInTheirPlace(t *testing.T) {
	t.Parallel()
	var asked string
	c := &publish.Client{Token: token, HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.EscapedPath() + "?" + r.URL.RawQuery
		return nil, errors.New("enough")
	})}, Sleep: func(context.Context, time.Duration) error { return errors.New("no more") }}
	d := publish.DataCenter{Server: "https://bb.example.com/ctx/", Project: "a/../b", Repository: "c?d#e", Commit: commit}
	_ = d.Publish(t.Context(), c, found(t, 0))
	if want := "/ctx/rest/insights/latest/projects/a%2F..%2Fb/repos/c%3Fd%23e/commits/" + commit + "/reports/com.github.bbdoctor?"; asked != want {
		t.Errorf("asked for %s, want %s", asked, want)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
