package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/rules/report"
	"github.com/bbdoctor/bbdoctor/rules/report/publish"
)

// maxInsights bounds a report that is read, in bytes: a thousand annotations at their longest, twice.
const maxInsights = 64 << 20

func publishCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "publish",
		Usage:     "put a report on Bitbucket's pull requests and commits (Code Insights)",
		ArgsUsage: "REPORT",
		Description: "REPORT is what \"bbdoctor check --format code-insights=REPORT\" wrote, or - for standard input.\n" +
			"Data Center: give --server, --project, --repo and --commit, and an HTTP access token in BBDOCTOR_TOKEN.\n" +
			"Cloud: within Bitbucket Pipelines nothing is needed; elsewhere give --repo WORKSPACE/SLUG and --commit, and an access\n" +
			"token in BBDOCTOR_TOKEN.\n" +
			"Exit code: 0 published, 2 wrong usage, 3 not published.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "server", Usage: "`URL` of a Bitbucket Data Center"},
			&cli.StringFlag{Name: "project", Usage: "`KEY` of the project on Data Center; ~NAME for a personal one"},
			&cli.StringFlag{Name: "repo", Usage: "`SLUG` of the repository; WORKSPACE/SLUG on Cloud (default there: BITBUCKET_REPO_FULL_NAME)"},
			&cli.StringFlag{Name: "commit", Usage: "`SHA` of the commit, in full (default on Cloud: BITBUCKET_COMMIT)"},
			&cli.StringFlag{Name: "key", Usage: "`KEY` of the report; two reports on one commit need two", Value: report.InsightsKey},
			&cli.StringFlag{Name: "proxy", Usage: "`URL` of the proxy that logs in within Pipelines (default: http://localhost:29418)"},
			&cli.IntFlag{Name: "max-annotations", Usage: "`NUMBER` of annotations that the server allows a report", Value: report.InsightsAnnotations},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say nothing when all goes well"},
		},
		Action: func(c *cli.Context) error { return publishReport(c, env) },
	}
}

// fullHash says whether a text is the whole hash of a commit, SHA-1 or SHA-256, in hexadecimal.
func fullHash(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && (len(text) == 40 || len(text) == 64)
}

func publishReport(c *cli.Context, env environment) error {
	if c.Args().Len() != 1 {
		return usagef("publish takes one report, as in: bbdoctor check --format code-insights=report.json; bbdoctor publish ... report.json")
	}
	if n := c.Int("max-annotations"); n < 1 || n > report.InsightsAnnotations {
		return usagef("--max-annotations %d: give 1 to %d", n, report.InsightsAnnotations)
	}
	destination, client, err := destination(c, env)
	if err != nil {
		return err
	}
	insights, err := readInsights(env, c.Args().First())
	if err != nil {
		return usagef("%s: %v", c.Args().First(), err)
	}
	insights.Key = c.String("key")
	if most := c.Int("max-annotations"); most < report.InsightsAnnotations {
		insights.Limit(most)
	}
	client.Say = func(text string) { fmt.Fprintf(env.stderr, "bbdoctor: %s\n", text) }
	if err := destination.Publish(c.Context, client, insights); err != nil {
		if c.Context.Err() != nil {
			return err
		}
		return exitError{exitIncomplete, "not published: " + err.Error()}
	}
	if !c.Bool("quiet") {
		fmt.Fprintf(env.stdout, "published on %s: %s, %d annotations\n", destination, insights.DataCenter.Report.Result, len(insights.DataCenter.Annotations.Annotations))
	}
	return nil
}

// destination works out where the report goes, and who logs in there.
func destination(c *cli.Context, env environment) (publish.Destination, *publish.Client, error) {
	token := strings.TrimSpace(env.variable("BBDOCTOR_TOKEN"))
	client := &publish.Client{Token: token}
	if server := c.String("server"); server != "" {
		d := publish.DataCenter{Server: server, Project: c.String("project"), Repository: c.String("repo"), Commit: c.String("commit")}
		address, err := url.Parse(server)
		switch {
		case err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "":
			return nil, nil, usagef("--server %s: give the address of Bitbucket as in a browser, such as https://bitbucket.example.com", redactURL(server))
		case address.User != nil || address.RawQuery != "" || address.Fragment != "":
			return nil, nil, usagef("--server takes an address alone; the token goes into BBDOCTOR_TOKEN")
		case d.Project == "" || d.Repository == "" || d.Commit == "":
			return nil, nil, usagef("--server needs --project, --repo and --commit")
		case strings.Contains(d.Repository, "/"):
			return nil, nil, usagef("--repo %s: give the slug alone; the project's key goes into --project", d.Repository)
		case !fullHash(d.Commit):
			return nil, nil, usagef("--commit %s: give all 40 digits (git rev-parse HEAD)", d.Commit)
		case token == "":
			return nil, nil, usagef("BBDOCTOR_TOKEN is not set; put an HTTP access token of the repository, the project or a user into it")
		}
		if address.Scheme == "http" && !isLocal(address.Hostname()) {
			fmt.Fprintf(env.stderr, "bbdoctor: --server has http://, so the token can be read on the way; use https:// where the server has it\n")
		}
		return d, client, nil
	}
	if c.String("project") != "" {
		return nil, nil, usagef("--project is for Data Center and needs --server")
	}
	d := publish.Cloud{API: "https://api.bitbucket.org", Repository: firstOf(c.String("repo"), env.variable("BITBUCKET_REPO_FULL_NAME")), Commit: firstOf(c.String("commit"), env.variable("BITBUCKET_COMMIT"))}
	workspace, slug, ok := strings.Cut(d.Repository, "/")
	switch {
	case d.Repository == "" || d.Commit == "":
		return nil, nil, usagef("publish does not know where to: give --server, --project, --repo and --commit for Data Center; BITBUCKET_REPO_FULL_NAME and BITBUCKET_COMMIT of Bitbucket Pipelines are not set, either")
	case !ok || workspace == "" || slug == "" || strings.Contains(slug, "/"):
		return nil, nil, usagef("--repo %s: give WORKSPACE/SLUG on Cloud, or --server for Data Center", d.Repository)
	}
	if token != "" && c.String("proxy") == "" {
		return d, client, nil
	}
	// The proxy of Pipelines logs in; it takes plain HTTP and speaks TLS to Bitbucket itself.
	proxy := firstOf(c.String("proxy"), pipelinesProxy(env))
	address, err := url.Parse(proxy)
	if err != nil || address.Host == "" {
		return nil, nil, usagef("--proxy %s: give an address such as http://localhost:29418", redactURL(proxy))
	}
	d.API = "http://api.bitbucket.org"
	client.Token = ""
	client.HTTP = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}}
	return d, client, nil
}

// pipelinesProxy is where the proxy is: for a step on its own host, for a pipe, which is a container of its own, on docker's.
func pipelinesProxy(env environment) string {
	if env.variable("BITBUCKET_PIPE_SHARED_STORAGE_DIR") != "" || env.variable("BITBUCKET_PIPE_STORAGE_DIR") != "" {
		return "http://host.docker.internal:29418"
	}
	return "http://localhost:29418"
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func isLocal(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// redactURL leaves out what stands before the host.
func redactURL(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		return "***" + text[at:]
	}
	return text
}

func readInsights(env environment, name string) (insights report.Insights, err error) {
	in := env.stdin
	if name != "-" {
		file, err := os.Open(env.path(name))
		if err != nil {
			var failed *os.PathError
			if errors.As(err, &failed) {
				err = failed.Err
			}
			return insights, err
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxInsights+1))
	if err != nil {
		return insights, fmt.Errorf("reading: %w", err)
	}
	if len(text) > maxInsights {
		return insights, errors.New("too large for a report that bbdoctor wrote")
	}
	return report.ReadInsights(text)
}
