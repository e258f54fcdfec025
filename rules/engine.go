package rules

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Run judges one deployment by each of the rules and gives one result a rule, in their order. A rule that panics gives an
// Errored result; the others are still judged.
func Run(deployment *facts.Deployment, all []*Rule) []*Result {
	results, given := make([]Result, len(all)), make([]*Result, len(all))
	pass, memory := &Pass{}, map[string]remembered{}
	for i, rule := range all {
		*pass = Pass{rule: rule, deployment: deployment, memory: memory}
		run(pass, &results[i])
		given[i] = &results[i]
	}
	return given
}

// RunAll judges every deployment on all cores. The order of the results is that of the deployments and rules.
func RunAll(deployments []*facts.Deployment, all []*Rule) []*Result {
	judged := make([][]*Result, len(deployments))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(len(deployments), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(deployments)); i = next.Add(1) - 1 {
				judged[i] = judge(deployments[i], all)
			}
		})
	}
	group.Wait()
	return slices.Concat(judged...)
}

// judge is [Run] for one of many deployments: what was only there to be judged is let go.
func judge(deployment *facts.Deployment, all []*Rule) []*Result {
	if deployment.Assemble == nil {
		return Run(deployment, all)
	}
	release := deployment.Assemble()
	defer release()
	return Run(deployment, all)
}

// Reads judges one deployment by one rule and also gives the keys of the facts that the rule read, for the test that
// holds them against Rule.Needs.
func Reads(rule *Rule, deployment *facts.Deployment) (*Result, map[facts.Key]bool) {
	pass, result := &Pass{rule: rule, deployment: deployment, read: map[facts.Key]bool{}}, &Result{}
	run(pass, result)
	return result, pass.read
}

// run judges by one rule and fills in the result.
func run(pass *Pass, result *Result) {
	rule := pass.rule
	result.Rule, result.Deployment = rule, pass.deployment.Name
	defer func() {
		if broken := recover(); broken != nil {
			result.Outcome, result.Findings = Errored, nil
			result.Reason = facts.RedactText(fmt.Sprintf("the rule broke: %v; please report this", broken))
		}
	}()
	rule.Check(pass)
	result.Findings = distinct(pass.findings)
	if rule.forced {
		for _, finding := range result.Findings {
			finding.Severity = rule.Severity
		}
	}
	switch {
	case len(pass.findings) > 0:
		result.Outcome = Failed
	case pass.skipped:
		result.Outcome, result.Reason = Skipped, pass.reason
	case pass.judged:
		result.Outcome = Passed
	default:
		result.Outcome, result.Reason = Skipped, "nothing among the inputs that the rule judges"
	}
}

// distinct leaves out findings that say the same of the same place: two containers may take a value from one line.
func distinct(findings []*Finding) []*Finding {
	if len(findings) < 2 {
		return findings
	}
	type saying struct {
		message  string
		source   *facts.Source
		span     facts.Span
		query    string
		measured string
	}
	seen := make(map[saying]bool, len(findings))
	kept := findings[:0:0]
	for _, f := range findings {
		key := saying{f.Message, f.At.Source, f.At.Span, f.At.Query(), f.Measured}
		if f.At.Known() && seen[key] {
			continue
		}
		seen[key] = true
		kept = append(kept, f)
	}
	return kept
}
