// Package suppress decides which findings do not count although they stay visible: those that a comment in the file
// answers for, those that a baseline knows, and those that a change has nothing to do with.
package suppress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Topic is the heading of what is said of suppressions that do not do what they should.
const Topic = "suppressions"

// Comments marks the findings for which a comment beside them gives a reason, and tells of comments that do not do what
// they should: without a reason, expired, for a rule that there is not, or for a finding that there is not. None of these
// is worth a failure of its own, for none hides anything: the finding that it does not suppress counts.
//
// all are the rules that there are, run or not. The results are those of the whole collection.
func Comments(collection *facts.Collection, results []*rules.Result, all []*rules.Rule, today time.Time) []facts.Problem {
	if len(collection.Directives) == 0 {
		return nil
	}
	statements := map[*facts.Source][]*statement{}
	var told []facts.Problem
	for _, directive := range collection.Directives {
		s, wrong := parse(directive, all, today)
		for _, message := range wrong {
			told = append(told, problem(directive.Origin, message))
		}
		statements[directive.Origin.Source] = append(statements[directive.Origin.Source], s)
	}
	for _, result := range results {
		for _, finding := range result.Findings {
			if finding.Suppressed == nil {
				finding.Suppressed = suppressed(finding, result.Rule.ID, statements[finding.At.Source])
			}
		}
		result.Discount()
	}
	ran := newRuns(collection, results, statements)
	for _, directive := range collection.Directives {
		for _, s := range statements[directive.Origin.Source] {
			if s.directive.Origin.Span != directive.Origin.Span {
				continue
			}
			for i, pattern := range s.patterns {
				if !s.used[i] && ran.everywhere(pattern, directive.Origin.Source) {
					told = append(told, problem(directive.Origin, fmt.Sprintf("%s %s suppresses nothing: no such finding is here; remove it", facts.Marker, pattern)))
				}
			}
		}
	}
	slices.SortStableFunc(told, facts.Problem.Compare)
	return told
}

func problem(at facts.Origin, message string) facts.Problem {
	file := ""
	if at.Source != nil {
		file = at.Source.Name
	}
	return facts.Problem{File: file, Origin: at, Message: facts.RedactText(message), Note: true, Topic: Topic}
}

// statement is a directive that was understood.
type statement struct {
	directive facts.Directive
	patterns  []string // that suppress; none when the whole does not count
	used      []bool   // by pattern
	reason    string
}

// parse reads RULE[,RULE] [until=DATE] -- reason.
func parse(directive facts.Directive, all []*rules.Rule, today time.Time) (s *statement, wrong []string) {
	s = &statement{directive: directive}
	said, reason, _ := strings.Cut(" "+directive.Text+" ", " -- ")
	s.reason = strings.TrimSpace(reason)
	words := strings.Fields(strings.ReplaceAll(said, ",", " , "))
	var patterns []string
	var until string
	comma := true
	for _, word := range words {
		date, dated := strings.CutPrefix(word, "until=")
		switch {
		case word == ",":
			comma = true
		case dated:
			until, comma = date, false
		case comma && until == "":
			patterns, comma = append(patterns, word), false
		default:
			return s, []string{fmt.Sprintf("%q is not understood; write %s RULE,RULE until=2027-01-31 -- reason", word, facts.Marker)}
		}
	}
	names := strings.Join(patterns, ",")
	switch {
	case len(patterns) == 0:
		return s, []string{fmt.Sprintf("%s names no rule; write %s RULE -- reason", facts.Marker, facts.Marker)}
	case s.reason == "":
		return s, []string{fmt.Sprintf("%s %s gives no reason and suppresses nothing; write %s %s -- reason", facts.Marker, names, facts.Marker, names)}
	}
	if until != "" {
		last, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return s, []string{fmt.Sprintf("until=%s is no date and %s %s suppresses nothing; write it as until=2027-01-31", until, facts.Marker, names)}
		}
		if !today.IsZero() && today.Format(time.DateOnly) > last.Format(time.DateOnly) {
			return s, []string{fmt.Sprintf("%s %s expired on %s and suppresses nothing any more (%s); mend what it is about, or give a later date", facts.Marker, names, until, s.reason)}
		}
	}
	for _, pattern := range patterns {
		if len(rules.Matching(all, pattern)) == 0 {
			wrong = append(wrong, fmt.Sprintf("there is no rule %q%s", pattern, rules.Suggest(all, pattern)))
			continue
		}
		s.patterns = append(s.patterns, pattern)
	}
	s.used = make([]bool, len(s.patterns))
	return s, wrong
}

// suppressed finds the statement that answers for a finding.
func suppressed(finding *rules.Finding, id string, statements []*statement) *rules.Suppression {
	if len(statements) == 0 {
		return nil
	}
	first, last := lines(finding.At)
	for _, s := range statements {
		if s.directive.Last < first || last < s.directive.First {
			continue
		}
		for i, pattern := range s.patterns {
			if rules.Matches(pattern, id) {
				s.used[i] = true
				return &rules.Suppression{Kind: rules.SuppressedInSource, Justification: facts.RedactText(s.reason), At: s.directive.Origin}
			}
		}
	}
	return nil
}

// lines are the lines of a place in a file.
func lines(at facts.Origin) (first, last int) {
	first, _ = at.Source.Position(at.Span.Start)
	last, _ = at.Source.Position(max(at.Span.Start, at.Span.End-1))
	return first, last
}

// runs tell which rules judged which files.
type runs struct {
	results map[string][]*rules.Result        // by rule
	readers map[*facts.Source]map[string]bool // deployments that were read from a file
}

func newRuns(collection *facts.Collection, results []*rules.Result, sources map[*facts.Source][]*statement) runs {
	r := runs{map[string][]*rules.Result{}, map[*facts.Source]map[string]bool{}}
	for _, result := range results {
		r.results[result.Rule.ID] = append(r.results[result.Rule.ID], result)
	}
	for _, deployment := range collection.Deployments {
		deployment.Sources(func(source *facts.Source, _ facts.Format) {
			if len(sources[source]) == 0 {
				return
			}
			if r.readers[source] == nil {
				r.readers[source] = map[string]bool{}
			}
			r.readers[source][deployment.Name] = true
		})
	}
	return r
}

// everywhere says whether a rule, or each of those that a glob names and that were asked for, came to a verdict in every
// deployment that was read from a file. Only then a suppression without a finding is one too many.
func (r runs) everywhere(pattern string, source *facts.Source) bool {
	judged := false
	for id, results := range r.results {
		if !rules.Matches(pattern, id) {
			continue
		}
		for _, result := range results {
			if !r.readers[source][result.Deployment] {
				continue
			}
			if len(result.Findings) == 0 && result.Outcome != rules.Passed {
				return false
			}
			judged = true
		}
	}
	return judged
}
