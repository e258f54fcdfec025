package publish_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

const token = "NjM4-secret-TOKEN-value"

// bitbucket is a server that enforces what Atlassian documents: fields, their lengths in characters, how many annotations a
// report and a call may have, and that an id stands once.
type bitbucket struct {
	*httptest.Server
	cloud bool

	mu          sync.Mutex
	requests    []string // "PUT path"
	report      map[string]any
	annotations map[string]map[string]any
	most        int
	// answers are given, one a request, before anything is done; 0 stands for none.
	answers []answer
}

type answer struct {
	status     int
	retryAfter string
	body       string
	// late has the request carried out all the same.
	late bool
}

func serve(t *testing.T, cloud bool, answers ...answer) *bitbucket {
	t.Helper()
	b := &bitbucket{cloud: cloud, annotations: map[string]map[string]any{}, most: 1000, answers: answers}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *bitbucket) prefix() string {
	if b.cloud {
		return "/2.0/repositories/acme/config/commit/" + commit + "/reports/com.github.bbdoctor"
	}
	return "/rest/insights/latest/projects/~jo/repos/config/commits/" + commit + "/reports/com.github.bbdoctor"
}

func (b *bitbucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rest, ok := strings.CutPrefix(r.URL.Path, b.prefix())
	b.requests = append(b.requests, r.Method+" "+rest)
	if len(b.answers) > 0 {
		next := b.answers[0]
		b.answers = b.answers[1:]
		if next.status != 0 {
			if next.late {
				b.carryOut(httptest.NewRecorder(), r, rest)
			}
			if next.retryAfter != "" {
				w.Header().Set("Retry-After", next.retryAfter)
			}
			if next.status/100 == 3 {
				w.Header().Set("Location", next.body)
			}
			w.WriteHeader(next.status)
			fmt.Fprint(w, next.body)
			return
		}
	}
	switch {
	case r.Header.Get("Authorization") != "Bearer "+token:
		http.Error(w, `{"errors":[{"message":"Authentication failed."}]}`, http.StatusUnauthorized)
	case !ok:
		http.Error(w, `{"errors":[{"message":"No such commit."}]}`, http.StatusNotFound)
	default:
		b.carryOut(w, r, rest)
	}
}

func (b *bitbucket) carryOut(w http.ResponseWriter, r *http.Request, rest string) {
	refuse := func(format string, args ...any) {
		http.Error(w, `{"errors":[{"message":`+fmt.Sprintf("%q", fmt.Sprintf(format, args...))+`}]}`, http.StatusBadRequest)
	}
	switch r.Method + rest {
	case "PUT":
		var report map[string]any
		if err := json.NewDecoder(r.Body).Decode(&report); err != nil || r.Header.Get("Content-Type") != "application/json" {
			refuse("not JSON: %v", err)
			return
		}
		if wrong := b.wrongReport(report); wrong != "" {
			refuse("%s", wrong)
			return
		}
		b.report = report
	case "DELETE":
		if b.report == nil || !b.cloud {
			http.Error(w, "", http.StatusNotFound)
			return
		}
		b.report = nil
		clear(b.annotations)
	case "DELETE/annotations":
		if b.report == nil || b.cloud {
			http.Error(w, "", http.StatusNotFound)
			return
		}
		clear(b.annotations)
		w.WriteHeader(http.StatusNoContent)
	case "POST/annotations":
		b.annotate(w, r, refuse)
	default:
		http.Error(w, "", http.StatusMethodNotAllowed)
	}
}

func (b *bitbucket) annotate(w http.ResponseWriter, r *http.Request, refuse func(string, ...any)) {
	var all []map[string]any
	var err error
	if b.cloud {
		err = json.NewDecoder(r.Body).Decode(&all)
	} else {
		var body map[string][]map[string]any
		err = json.NewDecoder(r.Body).Decode(&body)
		all = body["annotations"]
	}
	switch {
	case b.report == nil:
		http.Error(w, "", http.StatusNotFound)
		return
	case err != nil || len(all) == 0:
		refuse("no annotations: %v", err)
		return
	case b.cloud && len(all) > 100:
		refuse("%d annotations in one call", len(all))
		return
	}
	added := map[string]map[string]any{}
	for _, one := range all {
		id, wrong := b.wrongAnnotation(one)
		if !b.cloud && b.annotations[id] != nil || added[id] != nil {
			wrong = "the id " + id + " stands twice"
		}
		if wrong != "" {
			refuse("%s", wrong)
			return
		}
		added[id] = one
	}
	if len(b.annotations)+len(added) > b.most {
		refuse("more than %d annotations", b.most)
		return
	}
	for id, one := range added {
		b.annotations[id] = one
	}
	w.WriteHeader(http.StatusNoContent)
}

func characters(v any) int {
	text, _ := v.(string)
	return len(utf16.Encode([]rune(text)))
}

// fields says which field of an object is missing, unknown or too long; a limit less than 0 marks one that may be missing.
func fields(object map[string]any, limits map[string]int) string {
	for name, limit := range limits {
		value, ok := object[name]
		if !ok && limit >= 0 {
			return name + " is missing"
		}
		if text, isText := value.(string); isText && (text == "" || characters(text) > max(limit, -limit)) {
			return fmt.Sprintf("%s has %d characters", name, characters(text))
		}
	}
	for name := range object {
		if _, ok := limits[name]; !ok {
			return "there is no field " + name
		}
	}
	return ""
}

func (b *bitbucket) wrongReport(report map[string]any) string {
	limits := map[string]int{"title": 450, "details": -2000, "result": 10, "reporter": -450, "link": -2000, "data": -1}
	results := map[any]bool{"PASS": true, "FAIL": true}
	if b.cloud {
		limits["report_type"] = 20
		results = map[any]bool{"PASSED": true, "FAILED": true}
	}
	if wrong := fields(report, limits); wrong != "" {
		return wrong
	}
	if data, ok := report["data"].([]any); !results[report["result"]] || ok && len(data) > 6 {
		return fmt.Sprintf("result %v, %d data", report["result"], len(data))
	}
	return ""
}

func (b *bitbucket) wrongAnnotation(one map[string]any) (id, wrong string) {
	limits := map[string]int{"path": -2000, "line": 1, "message": 2000, "severity": 6, "type": -20, "link": -2000, "externalId": 450}
	key, kind := "externalId", "type"
	if b.cloud {
		limits = map[string]int{"path": -2000, "line": -1, "summary": 450, "details": -2000, "severity": 8, "annotation_type": 20, "link": -2000, "external_id": 450}
		key, kind = "external_id", "annotation_type"
	}
	id, _ = one[key].(string)
	if wrong := fields(one, limits); wrong != "" {
		return id, wrong
	}
	if line, ok := one["line"].(float64); ok && line < 0 {
		return id, "the line is below 0"
	}
	if kinds := (map[any]bool{"VULNERABILITY": true, "CODE_SMELL": true, "BUG": true}); !kinds[one[kind]] {
		return id, fmt.Sprintf("%v is no type", one[kind])
	}
	if severities := (map[any]bool{"LOW": true, "MEDIUM": true, "HIGH": true}); !severities[one["severity"]] {
		return id, fmt.Sprintf("%v is no severity", one["severity"])
	}
	return id, ""
}
