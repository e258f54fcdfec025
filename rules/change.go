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
