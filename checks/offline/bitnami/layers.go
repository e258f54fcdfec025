package bitnami

import "github.com/bbdoctor/bbdoctor/checks/facts"

// put sets a value; one that is common anyway is not kept.
func put(l facts.Layers, setting facts.Setting) {
	if same, ok := l.Common[setting.Key]; ok && isDefault(setting) && isDefault(same) &&
		setting.Text == same.Text && setting.Norm == same.Norm && setting.Bad == same.Bad && setting.Why == same.Why {
		delete(l.Own, setting.Key)
		return
	}
	l.Own[setting.Key] = setting
}

// isDefault says whether a value is a default and nothing more: written nowhere, and hiding nothing.
func isDefault(s facts.Setting) bool {
	return s.State == facts.Default && !s.Origin.Known() && s.Origin.Runs == nil && s.Via == nil && s.Overridden == nil
}
