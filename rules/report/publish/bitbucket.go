package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules/report"
)

// Destination is where a report is put.
type Destination interface {
	// Publish replaces the report. An error says what to do about it, and then what was asked and answered.
	Publish(ctx context.Context, client *Client, insights report.Insights) error
	// String names the place for people.
	String() string
}

// DataCenter is a commit of a repository on a Bitbucket Data Center.
type DataCenter struct {
	Server              string // https://bitbucket.example.com, with the context path if it has one
	Project, Repository string // key and slug
	Commit              string // 40 hexadecimal digits
}

// Publish replaces the report of a commit: the report itself, then what is left of the old annotations goes, then the new
// ones come.
func (d DataCenter) Publish(ctx context.Context, client *Client, insights report.Insights) error {
	target := strings.TrimRight(d.Server, "/") + "/rest/insights/latest" + path("projects", d.Project, "repos", d.Repository, "commits", d.Commit, "reports", insights.Key)
	annotations := insights.DataCenter.Annotations
	if err := client.send(ctx, http.MethodPut, target, insights.DataCenter.Report, nil); err != nil {
		return d.explain(err)
	}
	clear := func() error {
		err := client.send(ctx, http.MethodDelete, target+"/annotations", nil, nil)
		return d.explain(ignoreMissing(err))
	}
	if err := clear(); err != nil {
		return err
	}
	if len(annotations.Annotations) == 0 {
		return nil
	}
	// After a failure nobody knows whether the annotations are there; with the same ones twice the report would be refused.
	err := client.send(ctx, http.MethodPost, target+"/annotations", annotations, clear)
	return d.explain(err)
}

// String is project, repository and commit.
func (d DataCenter) String() string {
	return fmt.Sprintf("%s/%s %.12s", d.Project, d.Repository, d.Commit)
}

func (d DataCenter) explain(err error) error {
	return explain(err, map[int]string{
		http.StatusUnauthorized: "the token is not accepted; BBDOCTOR_TOKEN must hold an HTTP access token of this server that has not expired",
		http.StatusForbidden:    "the token may not do this; it needs the permission to read the repository, and only who made a report may replace it (another user's token made this one?)",
		http.StatusNotFound:     fmt.Sprintf("there is no commit %s in %s/%s at %s, or the token may not see the repository; push the commit first, and give --project its key and --repo its slug", d.Commit, d.Project, d.Repository, d.Server),
		http.StatusBadRequest:   "Bitbucket refuses the report; when it has more annotations than an administrator allows, give --max-annotations",
		http.StatusConflict:     "Bitbucket refuses the report; when it has more annotations than an administrator allows, give --max-annotations",
	})
}

// Cloud is a commit of a repository on Bitbucket Cloud.
type Cloud struct {
	API        string // https://api.bitbucket.org, or with http when the proxy of Pipelines authenticates
	Repository string // workspace/slug
	Commit     string
}

// Publish replaces the report of a commit. Cloud takes annotations away with their report only.
func (c Cloud) Publish(ctx context.Context, client *Client, insights report.Insights) error {
	workspace, slug, _ := strings.Cut(c.Repository, "/")
	target := strings.TrimRight(c.API, "/") + "/2.0" + path("repositories", workspace, slug, "commit", c.Commit, "reports", insights.Key)
	if err := client.send(ctx, http.MethodDelete, target, nil, nil); ignoreMissing(err) != nil {
		return c.explain(err)
	}
	if err := client.send(ctx, http.MethodPut, target, insights.Cloud.Report, nil); err != nil {
		return c.explain(err)
	}
	for _, call := range insights.Cloud.Annotations {
		// An annotation with an id that is there already replaces it, so that a second try does no harm.
		if err := client.send(ctx, http.MethodPost, target+"/annotations", call, nil); err != nil {
			return c.explain(err)
		}
	}
	return nil
}

// String is repository and commit.
func (c Cloud) String() string { return fmt.Sprintf("%s %.12s", c.Repository, c.Commit) }

func (c Cloud) explain(err error) error {
	return explain(err, map[int]string{
		http.StatusUnauthorized: "nobody is logged in; without BBDOCTOR_TOKEN this only works within Bitbucket Pipelines, whose proxy logs in",
		http.StatusForbidden:    "the token may not do this; it needs the scope repository (write for private repositories)",
		http.StatusNotFound:     fmt.Sprintf("there is no commit %s in %s, or the token may not see the repository", c.Commit, c.Repository),
		http.StatusBadRequest:   "Bitbucket refuses the report",
	})
}

// explain says what a status means to the one who runs bbdoctor.
func explain(err error, meanings map[int]string) error {
	var status *StatusError
	if !errors.As(err, &status) {
		return err
	}
	meaning, ok := meanings[status.Status]
	switch {
	case ok:
		return fmt.Errorf("%s\n%w", meaning, err)
	case status.Status >= 300 && status.Status < 400:
		return fmt.Errorf("the server redirects to %s; give that address as --server\n%w", status.Location, err)
	}
	return err
}

func ignoreMissing(err error) error {
	var status *StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		return nil
	}
	return err
}

// path joins segments, each of which stays one.
func path(segments ...string) string {
	var out strings.Builder
	for _, segment := range segments {
		out.WriteString("/" + url.PathEscape(segment))
	}
	return out.String()
}
