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

// maxProofs is how often the inputs are read again to find out which fixes cannot be proved.
const maxProofs = 40

// Provable gives the plan less the fixes that cannot be proved, which are then among its Refused. The others are proved
// together.
func Provable(ctx context.Context, plan *Plan, options offline.Options, before *facts.Collection, results []*rules.Result, all []*rules.Rule) (*Plan, error) {
	prove := func(fixed []*rules.Finding) (*Plan, error) {
		some := plan.keeping(fixed)
		if len(fixed) == 0 {
			return some, nil
		}
		return some, Prove(ctx, some, options, before, results, all)
	}
	// What cannot be proved as a whole is halved until what stands in the way is found.
	proofs := 0
	var part func(fixed []*rules.Finding) []*rules.Finding
	part = func(fixed []*rules.Finding) []*rules.Finding {
		_, err := prove(fixed)
		proofs++
		switch {
		case err == nil || ctx.Err() != nil:
			return fixed
		case len(fixed) == 1 || proofs >= maxProofs:
			for _, finding := range fixed {
				plan.Refused = append(plan.Refused, refusal(finding, err))
			}
			return nil
		}
		half := len(fixed) / 2
		return slices.Concat(part(fixed[:half]), part(fixed[half:]))
	}
	proved, err := prove(plan.fixed)
	if err == nil || ctx.Err() != nil {
		return proved, err
	}
	return prove(part(plan.fixed))
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

// valuesStay says whether every value that no edit touches reads as it did, in every container and file, and nothing is
// there that was not but what was to be added.
func valuesStay(plan *Plan, before, after *facts.Collection) error {
	touched := map[string][]rules.Edit{}
	for _, file := range plan.Files {
		touched[file.Source.Name] = file.edits
	}
	added := map[string]string{}
	for _, finding := range plan.fixed {
		for _, change := range finding.Fix.Changes {
			if change.Add != "" {
				added[change.Add] = change.New
			}
		}
	}
	was, is := visited(before), visited(after)
	gone := dropped(plan, before)
	for len(is) > 0 {
		now := is[0]
		switch value, ok := added[string(now.Key)]; {
		case len(was) > 0 && same(was[0], now), len(was) > 0 && was[0].Key == now.Key && edited(was[0], touched):
			was, is = was[1:], is[1:]
		case ok && value == now.Text && len(touched[now.Origin.Source.Name]) > 0:
			is = is[1:]
		case len(was) > 0 && gone(was[0]):
			was = was[1:]
		default:
			return fmt.Errorf("the change would also alter %s", now.Key)
		}
	}
	if was = slices.DeleteFunc(was, gone); len(was) > 0 {
		return fmt.Errorf("after the change %s would be gone", was[0].Key)
	}
	return nil
}

// dropped says of a setting that a chart no longer passes it on once the plan is carried out: what only counts while load
// balancing is on, when that is turned off.
func dropped(plan *Plan, before *facts.Collection) func(facts.Setting) bool {
	changed := map[string]bool{} // values of charts, by their paths
	charts := map[facts.Key][]string{}
	for _, finding := range plan.fixed {
		for _, change := range finding.Fix.Changes {
			changed[change.Setting.Origin.Key] = change.Add == ""
			if c := change.Container; c != nil && c.Chart != nil {
				changed[c.Chart.Values[change.Add].Path] = true
			}
		}
	}
	for _, deployment := range before.Deployments {
		for _, container := range deployment.Containers() {
			if container.Chart == nil {
				continue
			}
			for name, value := range container.Chart.Values {
				if value.While != "" {
					charts[facts.Key(name)] = append(charts[facts.Key(name)], value.While)
				}
			}
		}
	}
	return func(s facts.Setting) bool {
		return s.Origin.Format == facts.Helm && slices.ContainsFunc(charts[s.Key], func(while string) bool { return changed[while] })
	}
}

func same(was, is facts.Setting) bool {
	return was.Key == is.Key && was.Text == is.Text && was.State == is.State
}

// visited lists all that is written, in the order in which containers and files have it.
func visited(collection *facts.Collection) []facts.Setting {
	var all []facts.Setting
	visit := func(setting facts.Setting) {
		if setting.State != facts.Absent && setting.Origin.Source != nil {
			all = append(all, setting)
		}
	}
	for _, deployment := range collection.Deployments {
		deployment.Visit(visit)
	}
	for _, container := range collection.Others {
		for _, variable := range container.Assignments() {
			visit(variable.Value)
		}
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
