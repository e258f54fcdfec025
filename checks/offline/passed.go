package offline

import (
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/foreign"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// foreignRelevant says whether a file that is not read holds configuration of ours: it sets something of ours, or makes a
// file that has a name of ours.
func foreignRelevant(name string, text []byte) bool {
	if _, _, ok := foreign.Key(text); ok {
		return true
	}
	form, inner, ok := foreign.Named(name)
	if !ok || !form.IsTemplate() {
		return false
	}
	switch format, _ := nameFormat(inner); format {
	case facts.Properties, facts.PgpoolConf:
		return true
	case facts.Compose, facts.Helm, facts.Systemd:
		return hasWord(text)
	}
	return false
}

// passOver names a file that is not read. That of a file which the user named is a problem, for the user wants it checked;
// one found on the way is a note.
func (r *reading) passOver(c candidate, source *facts.Source, form foreign.Form) {
	message := fmt.Sprintf("it is %s and not read", form)
	if form == foreign.Data {
		message = "it is of no form that bbdoctor reads"
	}
	at := facts.Origin{Source: source, Format: c.format}
	if name, span, ok := foreign.Key(source.Text); ok {
		message += ", although it sets " + name
		at.Span, at.Key, at.KeySpan = span, name, span
	}
	r.problems = append(r.problems, facts.Problem{File: source.Name, Origin: at, Message: message + "; " + form.Advice(), Note: !c.named})
}

// isTemplate says whether a file that looks like one of a format is a template of it, so that reading it would misread it.
func isTemplate(format facts.Format, text []byte) bool {
	switch format {
	case facts.PgpoolConf, facts.PostgreSQLConf:
		return foreign.Unquoted(text)
	case facts.Properties, facts.ComposeEnv, facts.Systemd:
		return foreign.Statements(text)
	}
	return false
}

// templateReason is why a value with a placeholder is not known.
const templateReason = "it is a template that another program fills in"

// filledIn marks the values that another program fills in, whatever format they are written in.
func filledIn(assignments []facts.Assignment) {
	for i := range assignments {
		setting := &assignments[i].Value
		if setting.State != facts.Set {
			continue
		}
		if foreign.Placeholder(setting.Text) && (foreign.IsPlaceholder(setting.Text) || !setting.Sensitive()) {
			setting.State, setting.Why, setting.Origin.Runs = facts.Unresolved, templateReason, []facts.Run{}
		}
	}
}

// name tells of YAML and JSON files that set something of ours and of which no reader made anything.
func (l *loader) name(read []candidate, r *reading) {
	if len(r.units) > 0 || len(r.problems) > 0 {
		return
	}
	for _, c := range read {
		switch c.format {
		case facts.Compose, facts.Helm, facts.DockerInspect:
			if _, _, ok := foreign.Key(c.source.Text); ok && !l.files.isNamed(c.source) {
				r.passOver(c, c.source, foreign.OfData(c.source.Text))
			}
		}
	}
}

// ofOurs gives a variable that a container is given for an image that is judged; nil if there is none.
func ofOurs(c *facts.Container) *facts.Assignment {
	for i := range c.Environment {
		name := c.Environment[i].Name
		if name == "JDBC_URL" || name == "JDBC_DRIVER" || strings.HasPrefix(name, "PGPOOL_") || strings.HasPrefix(name, "REPMGR_") {
			return &c.Environment[i]
		}
	}
	return nil
}

// atlassian gives JDBC_URL of a container that has the driver of PostgreSQL beside it, as Atlassian's image for Bitbucket
// takes them; nil for any other.
func atlassian(c *facts.Container) (url *facts.Assignment) {
	driver := false
	for i := range c.Environment {
		switch variable := &c.Environment[i]; variable.Name {
		case "JDBC_URL":
			url = variable
		case "JDBC_DRIVER":
			driver = driver || variable.Value.Text == "org.postgresql.Driver"
		}
	}
	if !driver {
		return nil
	}
	return url
}

// passedBy is the note that a container is not judged, at what would have been.
func passedBy(c *facts.Container, variable *facts.Assignment, why string) *facts.Problem {
	at := variable.Value.Origin
	if at.Source == nil {
		at = c.Origin
	}
	at.Runs = []facts.Run{}
	at = at.Located()
	return &facts.Problem{
		File: at.Source.Name, Origin: at, Note: true,
		Message: input.Shown(c.Name) + " is not judged, although it has " + variable.Name + ": " + why,
	}
}
