package pgpool

import (
	"cmp"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// variables are the image's variables behind the parameters that this family asks for, from libpgpool.sh and
// pgpool-env.sh in bitnami/containers. What is not among them only a file that PGPOOL_USER_CONF_FILE names can set.
var variables = map[facts.Key]string{
	"auto_failback":                "PGPOOL_AUTO_FAILBACK",
	"enable_pool_hba":              "PGPOOL_ENABLE_POOL_HBA",
	"failover_on_backend_error":    "PGPOOL_FAILOVER_ON_BACKEND_ERROR",
	"failover_on_backend_shutdown": "PGPOOL_FAILOVER_ON_BACKEND_SHUTDOWN",
	"health_check_max_retries":     "PGPOOL_HEALTH_CHECK_MAX_RETRIES",
	"health_check_period":          "PGPOOL_HEALTH_CHECK_PERIOD",
	"load_balance_mode":            "PGPOOL_ENABLE_LOAD_BALANCING",
	"sr_check_period":              "PGPOOL_SR_CHECK_PERIOD",
	"sr_check_user":                "PGPOOL_SR_CHECK_USER",
	"statement_level_load_balance": "PGPOOL_ENABLE_STATEMENT_LOAD_BALANCING",
}

// subject is how a message begins that is about a setting of an instance: "load_balance_mode=on", or with the reason
// behind it when nobody wrote it, then under the name by which it is written there.
func subject(i rules.Instance, setting facts.Setting) string {
	variable, ok := variables[setting.Key]
	if ok && i.Image() && setting.State == facts.Default && setting.Origin.Key == "" {
		setting.Origin.Key = i.VariableName(variable)
	}
	return written(setting)
}

// written is subject for a setting that somebody wrote.
func written(setting facts.Setting) string {
	name, value := rules.NameOf(setting), setting.Shown()
	if setting.State != facts.Default {
		switch {
		case value == "":
			return name + " is empty"
		case setting.Bad != "":
			return name + "=" + value + " (" + setting.Bad + ")"
		}
		return name + "=" + value
	}
	if value == "" {
		value = "none"
	}
	switch {
	case setting.Origin.Known(): // written, but empty: the default takes its place
		return name + " is empty, which means " + value
	case setting.Why == "the image sets it": // and no variable does
		return name + "=" + value + " (" + setting.Why + ")"
	}
	return name + " is not set, which means " + value + " (" + setting.Why + ")"
}

// line is what to write so that a setting gets another value, in the words of the place where it is set now or, when it
// is set nowhere, where the instance is configured. value is in the words of pgpool.conf, without quotes.
func line(i rules.Instance, setting facts.Setting, value string) string {
	name := string(setting.Key)
	variable, ok := variables[setting.Key]
	switch {
	case setting.Origin.Format == facts.PgpoolConf:
		return confLine(setting.Origin.Key, value)
	case !i.Image():
		return confLine(name, value)
	case ok:
		return i.Assign(setting, variable, word(variable, value))
	}
	return confLine(name, value) + " in a file that PGPOOL_USER_CONF_FILE names"
}

// confLine is a line of pgpool.conf.
func confLine(name, value string) string {
	if value == "on" || value == "off" || value != "" && strings.Trim(value, "0123456789") == "" {
		return name + " = " + value
	}
	return name + " = '" + value + "'"
}

// word is a boolean in the words of a variable: those of the image's own switches are yes and no, while
// PGPOOL_FAILOVER_ON_* goes to pgpool.conf as it is.
func word(variable, value string) string {
	if strings.HasPrefix(variable, "PGPOOL_FAILOVER_") {
		return value
	}
	switch value {
	case "on":
		return "yes"
	case "off":
		return "no"
	}
	return value
}

// refused says whether somebody wrote a value that the image or Pgpool-II does not start with.
func refused(setting facts.Setting) bool {
	return setting.State == facts.Set && setting.Bad != "" && setting.Norm == ""
}

// nameAt is where the name of a setting stands, so that a message about the name points there; where that is not known,
// its value.
func nameAt(origin facts.Origin) facts.Origin {
	if origin.KeySpan.Len() > 0 {
		origin.Span, origin.Style, origin.Runs = origin.KeySpan, facts.Plain, []facts.Run{}
	}
	return origin
}

// byPlace orders what is reported by where it stands.
func byPlace(a, b facts.Origin) int {
	if a.Source == nil || b.Source == nil {
		return 0
	}
	return cmp.Or(cmp.Compare(a.Source.Name, b.Source.Name), cmp.Compare(a.Span.Start, b.Span.Start))
}

// turned is the fix that gives a boolean its other value. value is in the words of pgpool.conf. A place that says the same
// and is hidden today is changed along: left alone it would contradict the new value.
func turned(finding *rules.Finding, i rules.Instance, setting facts.Setting, title, value string) {
	name := string(setting.Key)
	switch variable, ok := variables[setting.Key]; {
	case i.Measured():
		return
	case setting.Origin.Source != nil:
		name = setting.Origin.Key
	case i.Image() && ok:
		name = variable
	}
	written := inWordsOf(setting, name, value)
	changes := rules.ChangeTo(setting, written)
	switch {
	case setting.State == facts.Default && setting.Origin.Source != nil:
		changes = rules.Fill(setting, written)
	case setting.State == facts.Default:
		changes = i.Add(name, written)
	case setting.State != facts.Set || setting.Origin.Source == nil:
		return
	}
	for _, other := range setting.Overridden {
		if other.State == facts.Set && other.Origin.Source != nil && same(setting, other) {
			changes = append(changes, rules.ChangeTo(other, inWordsOf(other, other.Origin.Key, value))...)
		}
	}
	finding.Mend(rules.Fix{Title: title, Changes: changes})
}

// inWordsOf is a boolean as it is written under a name in a place, which has its own words if that is a variable.
func inWordsOf(setting facts.Setting, name, value string) string {
	if setting.Origin.Format != facts.PgpoolConf && strings.HasPrefix(name, "PGPOOL_") {
		return word(name, value)
	}
	return value
}
