package fix

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Prove reads the inputs again as they would be after the plan, judges them by the same rules, and says what stands
// against writing: a failure that the plan should mend and that is still there, a failure that was not there before, or a
// value elsewhere that changed.
func Prove(ctx context.Context, plan *Plan, options offline.Options, before *facts.Collection, results []*rules.Result, all []*rules.Rule) error {
	overlay := maps.Clone(options.Overlay)
	if overlay == nil {
		overlay = map[string][]byte{}
	}
	for _, file := range plan.Files {
		overlay[file.Source.Path] = file.New
	}
	options.Overlay = overlay
	after, err := offline.Load(ctx, options)
	if err != nil {
		return fmt.Errorf("reading the changed files again: %w", err)
	}
	if len(after.Problems) > len(before.Problems) {
		return fmt.Errorf("after the change %s", after.Problems[len(after.Problems)-1].Message)
	}
	var again []*rules.Result
	for _, deployment := range after.Deployments {
		again = append(again, rules.Run(deployment, all)...)
	}
	was, is := failures(results), failures(again)
	for _, finding := range plan.fixed {
		was[key(results, finding)]--
	}
	for failure, n := range is {
		if n > max(0, was[failure]) {
			return fmt.Errorf("after the change %s would still fail, or fail anew: %s", failure.rule, failure.deployment)
		}
	}
	return valuesStay(plan, before, after)
}

type failure struct{ rule, deployment string }

func failures(results []*rules.Result) map[failure]int {
	counted := map[failure]int{}
	for _, result := range results {
		if n := len(result.Findings); n > 0 {
			counted[failure{result.Rule.ID, result.Deployment}] += n
		}
		if result.Outcome == rules.Errored {
			counted[failure{result.Rule.ID, result.Deployment}]++
		}
	}
	return counted
}

func key(results []*rules.Result, finding *rules.Finding) failure {
	for _, result := range results {
		if slices.Contains(result.Findings, finding) {
			return failure{result.Rule.ID, result.Deployment}
		}
	}
	return failure{}
}

// valuesStay says whether every value that no edit touches reads as it did.
func valuesStay(plan *Plan, before, after *facts.Collection) error {
	touched := map[string][]rules.Edit{}
	for _, file := range plan.Files {
		touched[file.Source.Name] = file.edits
	}
	was, is := written(before), written(after)
	if len(was) != len(is) {
		return fmt.Errorf("the change would leave %d values where there were %d", len(is), len(was))
	}
	for i := range was {
		if was[i].Text == is[i].Text && was[i].Key == is[i].Key {
			continue
		}
		if was[i].Key != is[i].Key || !edited(was[i], touched) {
			return fmt.Errorf("the change would also alter %s", was[i].Key)
		}
	}
	return nil
}

func written(collection *facts.Collection) []facts.Setting {
	var all []facts.Setting
	for _, deployment := range collection.Deployments {
		all = append(all, deployment.Written()...)
	}
	return all
}

func edited(setting facts.Setting, touched map[string][]rules.Edit) bool {
	places, ok := setting.Origin.Places(0, len(setting.Text))
	if !ok {
		places = []facts.Place{{Source: setting.Origin.Source, Span: setting.Origin.Span}}
	}
	for _, place := range places {
		for _, edit := range touched[place.Source.Name] {
			if edit.Start <= place.Span.End && place.Span.Start <= edit.End {
				return true
			}
		}
	}
	return false
}
