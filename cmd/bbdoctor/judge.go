package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/fix"
	"github.com/bbdoctor/bbdoctor/rules/report"
	"github.com/bbdoctor/bbdoctor/rules/suppress"
)

// nothing is said when the inputs hold nothing of ours.
const nothing = "nothing to check: no bitbucket.properties, Pgpool-II settings or PostgreSQL node among the inputs"

// verdict is what the rules say, and what of it is reported.
type verdict struct {
	*report.Report
	// all are the results before those were left out that a change has nothing to do with.
	all []*rules.Result
}

// judgement is what the rules say of a collection, or of the part of one.
type judgement struct {
	results []*rules.Result
	// comments tell of comments that do not do what they should.
	comments []facts.Problem
}

// judged has every deployment judged by every rule.
func judged(collection *facts.Collection, env environment, s settings) judgement {
	j := judgement{results: rules.RunAll(collection.Deployments, s.rules)}
	fix.Resolve(collection, j.results)
	j.comments = suppress.Comments(collection, j.results, catalog.All(), env.today)
	return j
}

// judge has every deployment judged by every rule and decides what counts. The error is for an earlier state that cannot
// be judged.
func judge(ctx context.Context, env environment, collection *facts.Collection, s settings) (*verdict, error) {
	v := newVerdict(collection, judged(collection, env, s), s)
	if s.baseline != nil {
		root := rootOf(env)
		exists := func(name string) bool {
			_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
			return err == nil
		}
		v.Problems = append(v.Problems, s.baseline.Apply(v.all, collection, suppress.NewPrinter(collection, below(root)), exists)...)
	}
	if s.since == nil {
		return v, nil
	}
	changed, err := s.since.changed(ctx, collection, v.all)
	if err != nil {
		return nil, err
	}
	v.Results = changed
	return v, nil
}

// judgeEach reads and judges the inputs where nothing looks at more than one deployment at a time.
func judgeEach(ctx context.Context, env environment, s settings) (*verdict, error) {
	collection, each, err := offline.LoadEach(ctx, s.load, func(part *facts.Collection) judgement {
		j := judged(part, env, s)
		for _, result := range j.results {
			for _, finding := range result.Findings {
				if finding.Fix != nil {
					finding.Fix.Changes = nil // which hold the containers; what is reported are the edits
				}
			}
		}
		return j
	})
	if err != nil {
		return nil, err
	}
	results, comments := make([][]*rules.Result, len(each)), make([][]facts.Problem, len(each))
	for i, j := range each {
		results[i], comments[i] = j.results, j.comments
	}
	all := judgement{slices.Concat(results...), slices.Concat(comments...)}
	// As the deployments are.
	byName := func(a, b *rules.Result) int { return strings.Compare(a.Deployment, b.Deployment) }
	if !slices.IsSortedFunc(all.results, byName) {
		slices.SortStableFunc(all.results, byName)
	}
	slices.SortStableFunc(all.comments, facts.Problem.Compare)
	return newVerdict(collection, all, s), nil
}

// newVerdict is what is reported when nothing is known from before.
func newVerdict(collection *facts.Collection, j judgement, s settings) *verdict {
	v := &verdict{Report: &report.Report{Version: version, Collection: collection, Results: j.results, Problems: slices.Clone(collection.Problems)}, all: j.results}
	for _, deployment := range collection.Deployments {
		v.Problems = append(v.Problems, deployment.Problems...)
	}
	if len(collection.Deployments) == 0 && !s.allowsEmpty {
		v.Problems = append(v.Problems, facts.Problem{Message: nothing})
	}
	v.Problems = append(v.Problems, j.comments...)
	return v
}

// rootOf is the directory from which fingerprints name files, so that they are the same from wherever bbdoctor is run: the
// root of the git work tree that holds the working directory, else the working directory.
func rootOf(env environment) string {
	dir, err := filepath.Abs(env.path("."))
	if err != nil {
		return "."
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// below names files relative to a directory.
func below(root string) func(*facts.Source) string {
	return func(source *facts.Source) string {
		if relative, err := filepath.Rel(root, source.Path); err == nil && source.Path != "" && filepath.IsLocal(relative) {
			return filepath.ToSlash(relative)
		}
		return source.Name
	}
}

// exitCode is worked out from the results alone, so that no output format changes it.
func exitCode(r *report.Report, s settings) int {
	return map[report.Verdict]int{report.Clean: exitClean, report.Findings: exitFindings, report.Incomplete: exitIncomplete}[r.Verdict(s.failOn)]
}

// worst gives the exit code that counts: 2 beats 3 beats 1 beats 0.
func worst(a, b int) int {
	for _, code := range []int{exitUsage, exitIncomplete, exitFindings} {
		if a == code || b == code {
			return code
		}
	}
	return exitClean
}
