package postgresqlconf

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/byversion"
)

// defaults are the parameters of a major version that rules look at, with their defaults.
var defaults = byversion.New(func(major string) []facts.Setting {
	var settings []facts.Setting
	for i := range parameters {
		if parameters[i].exists(major) {
			settings = append(settings, DefaultSetting(string(parameters[i].name), major))
		}
	}
	return settings
})

// Effective gives what the files, read one after the other, set in the newest version of PostgreSQL; [EffectiveIn] knows
// others.
func Effective(files []*facts.ConfFile) facts.Settings { return EffectiveIn(files, "") }

// EffectiveIn gives what the files set in a major version of PostgreSQL ("17"; "" when it is not known): of several
// assignments the last, with those that it overrides. The parameters that rules look at are filled in with their defaults;
// where a file could not be read that may set one, it is unresolved instead. Time-outs are in milliseconds.
func EffectiveIn(files []*facts.ConfFile, major string) facts.Settings {
	settings := make(facts.Settings, 2*len(parameters))
	for _, file := range slices.Backward(files) {
		for _, assignment := range slices.Backward(file.Assignments) {
			value := Value(assignment.Value, major)
			if hiding, hidden := settings[value.Key]; hidden {
				hiding.Overridden = append(hiding.Overridden, value)
				settings[value.Key] = hiding
				continue
			}
			settings[value.Key] = value
		}
	}
	unread := firstUnread(files)
	for _, setting := range defaults.Of(major) {
		if _, ok := settings[setting.Key]; ok {
			continue
		}
		if unread != "" {
			setting = facts.Setting{Key: setting.Key, State: facts.Unresolved, Why: unread}
		}
		settings[setting.Key] = setting
	}
	return settings
}

// Value is a value with its normal form, and with what is wrong with it.
func Value(value facts.Setting, major string) facts.Setting {
	if value.Known() {
		value.Norm, value.Bad = Normalise(string(value.Key), value.Text, major)
	}
	return value
}

func firstUnread(files []*facts.ConfFile) string {
	for _, file := range files {
		for _, unread := range file.Unread {
			return "the included " + unread.Path + " could not be read: " + unread.Reason
		}
	}
	return ""
}
