package traced

import "github.com/bbdoctor/bbdoctor/checks/facts"

// Hide marks in the sources what must not be shown of a value, see [facts.Setting.Hide]. The text of one that is not known
// is not what a program is given, so that only one that is sensitive is hidden.
func Hide(setting facts.Setting) {
	if setting.Known() || setting.Sensitive() {
		setting.Hide()
	}
}
