package helm

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

const whyDefault = "the chart's default"

// render makes the environment of one container of a chart.
type render struct {
	*reader
	part        part
	environment []facts.Assignment
	chart       facts.Chart
}

// render begins a container.
func (r *reader) render(p part) *render {
	c := &render{reader: r, part: p, chart: facts.Chart{Name: p.chart, Part: p.name, Files: r.files}}
	if r.release.Elsewhere != "" {
		c.unknown(r.release.Elsewhere, r.release.ElsewhereAt)
	}
	return c
}

// by notes which value of the chart a variable is set by.
func (r *render) by(name, path string, isBoolean bool) {
	if r.chart.Values == nil {
		r.chart.Values = map[string]facts.ChartValue{}
	}
	r.chart.Values[name] = facts.ChartValue{Path: join(r.part.name, path), Boolean: isBoolean}
}

// while notes that the chart passes a variable on only as long as a boolean is true.
func (r *render) while(name, path string) {
	behind := r.chart.Values[name]
	behind.While = join(r.part.name, path)
	r.chart.Values[name] = behind
}

// get gives a value of the chart by its path as "pgpool.numInitChildren".
func (r *render) get(path string) *value {
	v := r.part.values.at(strings.Split(path, ".")...)
	if v != nil && v.null() {
		return nil // null takes the chart's default away
	}
	return v
}

// given says whether the values have a value at the path, be it null, so that the chart's default does not count.
func (r *render) given(path string) bool {
	return r.part.values.at(strings.Split(path, ".")...) != nil
}

// global gives a value of global:, which is stronger than the same of the chart itself when it is not empty.
func (r *render) global(path string) *value {
	for _, global := range []*value{r.part.global, r.part.values.at("global")} {
		if v := global.at(strings.Split(path, ".")...); v.truthy() && v.fields == nil {
			return v
		}
	}
	return nil
}

func (r *render) add(name string, s facts.Setting) {
	if len(r.environment) >= maxVariables {
		return
	}
	s.Key = facts.Key(name)
	r.environment = append(r.environment, facts.Assignment{Name: name, Value: s})
}

// addDefault adds what the chart fills in.
func (r *render) addDefault(name, text string) {
	if r.release.Elsewhere != "" {
		r.generated(name, r.release.Elsewhere)
		return
	}
	r.add(name, facts.Setting{Text: text, State: facts.Default, Why: whyDefault})
}

// text adds a variable that the chart always prints.
func (r *render) text(name, path, byDefault string) {
	r.by(name, path, false)
	switch v := r.get(path); {
	case v != nil:
		r.add(name, v.setting(name))
	case !r.given(path) && byDefault != "":
		r.addDefault(name, byDefault)
	}
}

// either adds a variable that the chart prints from global: or from a value of its own.
func (r *render) either(name, global, path, byDefault string) {
	if v := r.global(global); v != nil {
		r.by(name, path, false)
		r.add(name, v.setting(name))
		return
	}
	r.text(name, path, byDefault)
}

// optional adds a variable that the chart prints when its value is not empty, 0 or false.
func (r *render) optional(name, path, byDefault string) {
	r.by(name, path, false)
	switch v := r.get(path); {
	case v == nil && !r.given(path) && byDefault != "":
		r.addDefault(name, byDefault)
	case v.truthy():
		r.add(name, v.setting(name))
	}
}

// switched adds a variable that the chart prints as yes or no.
func (r *render) switched(name, path string, byDefault bool) {
	r.by(name, path, true)
	switch v := r.get(path); {
	case v != nil:
		r.add(name, v.switched(name))
	case !r.given(path) && byDefault:
		r.addDefault(name, "yes")
	case !r.given(path):
		r.addDefault(name, "no")
	}
}

// on says whether a boolean of the chart is true.
func (r *render) on(path string, byDefault bool) bool {
	if !r.given(path) {
		return byDefault
	}
	return r.get(path).truthy()
}

// secret adds a password: from global:, from the chart's values, from a Secret that the values name, or made up by the
// chart.
func (r *render) secret(name, global, path string, existing ...string) {
	r.by(name, path, false)
	for _, secret := range existing {
		v := r.global(secret)
		if v == nil {
			v = r.get(secret)
		}
		if v.truthy() {
			s := v.setting(name)
			r.add(name, facts.Setting{State: facts.Secret, Why: "it is in the Secret " + shown(s.Text) + ", which is not among the inputs", Origin: named(s.Origin)})
			return
		}
	}
	v := r.global(global)
	if v == nil {
		v = r.get(path)
	}
	if v.truthy() {
		r.add(name, v.setting(name))
		return
	}
	r.add(name, facts.Setting{State: facts.Secret, Why: "the chart makes up a password when it is installed"})
}

// named is the place of what names something: its key, so that nothing of the name is hidden with the value, which is
// elsewhere.
func named(at facts.Origin) facts.Origin {
	at.Runs = []facts.Run{}
	if at.KeySpan.Len() > 0 {
		at.Span, at.Style = at.KeySpan, facts.Plain
	}
	return at
}

func shown(name string) string {
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "") + "..."
	}
	return name
}

// generated adds a variable that the chart makes of what the values do not tell.
func (r *render) generated(name, why string) {
	r.add(name, facts.Setting{State: facts.Unresolved, Why: why})
}

// extra adds a list of variables as in a Pod: name with value or valueFrom.
func (r *render) extra(path string) {
	r.chart.Extra = join(r.part.name, path)
	list := r.get(path)
	if list == nil {
		return
	}
	if list.node.Kind != yaml.SequenceNode {
		if list.truthy() {
			r.problem(list.origin(), "%s must be a list of variables with name and value; what it sets is not known", list.path)
			r.unknown(list.path+" is no list", list.origin())
		}
		return
	}
	for i, item := range list.file.Items(list.node) {
		entry := r.value(list.file, item, list.path+"["+strconv.Itoa(i)+"]", 1)
		if entry == nil {
			continue
		}
		key := entry.at("name")
		if key == nil || key.fields != nil || key.null() {
			r.unknown("what "+entry.path+" sets is not known", entry.origin())
			continue
		}
		name := key.setting("")
		if !name.Known() {
			r.unknown("the name of a variable is not known: "+name.Why, name.Origin)
			continue
		}
		r.variable(name, entry)
	}
}

// variable adds one variable of a list.
func (r *render) variable(name facts.Setting, entry *value) {
	keySpan := name.Origin.Span
	content := entry.at("value")
	switch {
	case entry.has("valueFrom"):
		from := entry.at("valueFrom")
		s := facts.Setting{State: facts.Unresolved, Why: "Kubernetes fills it in when the container starts", Origin: from.origin()}
		switch {
		case from.has("secretKeyRef"):
			s.State, s.Why = facts.Secret, "it is in "+kindOf("the Secret", from.at("secretKeyRef"))
		case from.has("configMapKeyRef"):
			s.Why = "it is in " + kindOf("the ConfigMap", from.at("configMapKeyRef"))
		}
		s.Origin.Key, s.Origin.KeySpan = name.Text, keySpan
		r.add(name.Text, s)
	case content == nil || content.null():
		at := named(name.Origin)
		at.Key, at.KeySpan = name.Text, keySpan
		r.add(name.Text, facts.Setting{State: facts.Set, Origin: at})
	default:
		s := content.setting(name.Text)
		s.Origin.Key, s.Origin.KeySpan = name.Text, keySpan
		if s.State == facts.Set && strings.Contains(strings.ReplaceAll(s.Text, "$$", ""), "$(") {
			s.State, s.Why = facts.Unresolved, "Kubernetes puts another variable into it"
		}
		if facts.SensitiveName(name.Text) {
			entry.file.Source.Hide(s.Origin.Span)
		}
		r.add(name.Text, s)
	}
}

func kindOf(kind string, ref *value) string {
	if name := ref.at("name"); name != nil && name.fields == nil {
		kind += " " + shown(name.node.Value)
	}
	return kind + ", which is not among the inputs"
}

// elsewhere tells of variables that come from a ConfigMap or Secret.
func (r *render) elsewhere(path, kind string) {
	if v := r.get(path); v.truthy() {
		s := v.setting("")
		r.unknown("the "+kind+" "+shown(s.Text)+" may set it, which is not among the inputs", named(s.Origin))
	}
}

func (r *render) unknown(why string, at facts.Origin) {
	at.Key, at.Runs = "", []facts.Run{}
	r.environment = append(r.environment, facts.UnknownVariables(why, at))
}

// replicas gives how many of something the values ask for.
func (r *render) replicas(path string, byDefault int) int {
	v := r.get(path)
	if v == nil {
		return byDefault
	}
	s := v.setting("replicas")
	n, err := strconv.Atoi(s.Text)
	switch {
	case !s.Known():
		r.note(s.Origin, "how many there are is not known (%s); it is taken for %d", s.Why, byDefault)
	case err != nil || n < 0:
		r.problem(s.Origin, "%s is no number of replicas and Helm or Kubernetes refuses it; write one", shown(s.Text))
	default:
		return n
	}
	return byDefault
}
