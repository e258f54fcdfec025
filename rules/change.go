package rules

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

// ChangeURL turns edits of a URL's text into changes of the setting that holds it.
func ChangeURL(url facts.JDBCURL, edits []jdbcurl.TextEdit) []Change {
	changes := make([]Change, len(edits))
	for i, edit := range edits {
		changes[i] = Change{Setting: url.Setting, Start: edit.Start, End: edit.End, New: edit.New}
	}
	return changes
}

// ChangeTo replaces the whole value of a setting.
func ChangeTo(setting facts.Setting, text string) []Change {
	return []Change{{Setting: setting, Start: 0, End: len(setting.Text), New: text}}
}

// Fill gives a value to a setting that is written, but empty; until now its text is that of the default.
func Fill(setting facts.Setting, text string) []Change {
	setting.Text = ""
	return ChangeTo(setting, text)
}

// Add writes a setting that is written nowhere yet into what configures the instance: under the name by which that has it.
func (i Instance) Add(name, value string) []Change {
	change := Change{New: value, Add: name, Container: i.declared.Container}
	if change.Container == nil {
		change.Files = i.declared.Files
	}
	return []Change{change}
}
