package offline

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// hideSecrets marks in every source the bytes that hold a secret, so that no excerpt and no diff shows them.
func hideSecrets(collection *facts.Collection) {
	for _, deployment := range collection.Deployments {
		deployment.Visit(hideSetting)
	}
}

// hideAssignments does the same for an environment that is put aside before there is a deployment.
func hideAssignments(list []facts.Assignment) {
	for i := range list {
		setting := list[i].Value
		if setting.Key == "" {
			setting.Key = facts.Key(list[i].Name)
		}
		hideSetting(setting)
	}
}

func hideSetting(setting facts.Setting) {
	if setting.State != facts.Absent && setting.Origin.Source != nil {
		hide(setting)
	}
}

// hide marks a secret where it was written and, when it came through a variable or an env file, there too. A file that
// holds nothing but a secret is hidden as a whole.
func hide(setting facts.Setting) {
	setting.Hide()
	if setting.Origin.Format == facts.SecretFile && setting.Origin.Source != nil && setting.Sensitive() {
		setting.Origin.Source.Hide(facts.Span{Start: 0, End: len(setting.Origin.Source.Text)})
	}
}
