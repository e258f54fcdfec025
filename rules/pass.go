package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Pass is one run of one rule over one deployment: it gives facts and takes findings.
//
// An accessor that cannot give a known value notes the reason; unless the rule finds something wrong all the same, the
// result is then a skip with the first reason noted. Thus a rule that asks for what it needs and reports what is wrong
// never passes by mistake on a value that nobody knows. What a rule merely uses if it is there, it asks for with the
// accessor whose name begins with Any.
type Pass struct {
	rule       *Rule
	deployment *facts.Deployment
	findings   []*Finding
	skipped    bool
	reason     string // the first that was noted
	judged     bool
	read       map[facts.Key]bool    // nil when nobody asks
	memory     map[string]remembered // nil when nothing is kept
}

// Failf reports something wrong at a place. The message names key, value and what it leads to; the place is added by the
// report.
func (p *Pass) Failf(at facts.Origin, format string, args ...any) *Finding {
	finding := &Finding{Message: fmt.Sprintf(format, args...), Severity: p.rule.Severity, At: at, Measured: at.Value()}
	p.findings = append(p.findings, finding)
	return finding
}

// Skipf notes why the rule cannot judge. It is ignored when something wrong is found.
func (p *Pass) Skipf(format string, args ...any) {
	if p.skipped || len(p.findings) > 0 {
		return // nobody would see it
	}
	p.skipped, p.reason = true, format
	if len(args) > 0 {
		p.reason = fmt.Sprintf(format, args...)
	}
}

// OK notes that something was judged and is right. It is only needed where no accessor returned a known value.
func (p *Pass) OK() { p.judged = true }

func (p *Pass) reads(keys ...facts.Key) {
	if p.read == nil {
		return
	}
	for _, key := range keys {
		p.read[key] = true
	}
}

// known notes the reason when a setting cannot be judged.
func (p *Pass) known(setting facts.Setting, name string) bool {
	switch setting.State {
	case facts.Set, facts.Default:
		p.judged = true
		return true
	case facts.Unresolved, facts.Secret:
		p.Skipf("%s is not known: %s", name, setting.Why)
	case facts.Absent:
		p.Skipf("%s is not set in the inputs", name)
	}
	return false
}

// knownOf is known for a setting of a PostgreSQL node.
func (p *Pass) knownOf(node *facts.Node, setting facts.Setting, key facts.Key) bool {
	if setting.Known() {
		p.judged = true
		return true
	}
	return p.known(setting, node.Name+": "+nameOf(setting, key))
}

// Bitbucket notes a skip and returns nil when no input configures Bitbucket.
func (p *Pass) bitbucket() *facts.Bitbucket {
	if p.deployment.Bitbucket == nil {
		p.Skipf("no bitbucket.properties and no JDBC_* environment among the inputs")
	}
	return p.deployment.Bitbucket
}

// Property gives an effective Bitbucket property. ok is false, and the reason is noted, when it is not known.
func (p *Pass) Property(key facts.Key) (setting facts.Setting, ok bool) {
	p.reads(key)
	bitbucket := p.bitbucket()
	if bitbucket == nil {
		return facts.Setting{}, false
	}
	setting = bitbucket.Settings[key]
	return setting, p.known(setting, string(key))
}

// AnyProperty gives a Bitbucket property whatever is known of it; State says what that is. Nothing is noted.
func (p *Pass) AnyProperty(key facts.Key) facts.Setting {
	p.reads(key)
	if p.deployment.Bitbucket == nil {
		return facts.Setting{Key: key}
	}
	return p.deployment.Bitbucket.Settings[key]
}

// AnyProperties gives every effective Bitbucket property by name, whatever is known of it. Nothing is noted.
func (p *Pass) AnyProperties() facts.Settings {
	p.reads(facts.EveryProperty)
	if p.deployment.Bitbucket == nil {
		return nil
	}
	return p.deployment.Bitbucket.Settings
}

// URLs gives every known value of jdbc.url, the effective one first, then those that it hides. The reason is noted when
// the effective one is not known.
func (p *Pass) URLs() []facts.JDBCURL {
	p.reads(facts.JDBCURLKey)
	bitbucket := p.bitbucket()
	if bitbucket == nil {
		return nil
	}
	if len(bitbucket.URLs) == 0 {
		p.Skipf("jdbc.url is not set in the inputs")
	}
	unknown := func(url facts.JDBCURL) bool { return !url.Known() }
	if !slices.ContainsFunc(bitbucket.URLs, unknown) {
		p.judged = p.judged || len(bitbucket.URLs) > 0
		return slices.Clip(bitbucket.URLs)
	}
	if effective := bitbucket.URLs[0]; !effective.Known() {
		p.known(effective.Setting, "jdbc.url")
	}
	known := slices.DeleteFunc(slices.Clone(bitbucket.URLs), unknown)
	p.judged = p.judged || len(known) > 0
	return known
}

// PostgreSQLURL gives the effective jdbc.url when it is known, is PostgreSQL's and the driver accepts it; else the reason
// is noted.
func (p *Pass) PostgreSQLURL() (url facts.JDBCURL, ok bool) {
	for _, url := range p.URLs() {
		if url.Shadowed {
			continue
		}
		if !url.Parsed.Accepted {
			p.Skipf("the driver does not accept jdbc.url (jdbc/url-valid)")
			return url, false
		}
		return url, true
	}
	return facts.JDBCURL{}, false
}

// PropertiesFiles gives the bitbucket.properties files as they were read.
func (p *Pass) PropertiesFiles() []*facts.PropertiesFile {
	p.reads(facts.PropertiesFiles)
	bitbucket := p.deployment.Bitbucket
	if bitbucket == nil || len(bitbucket.Files) == 0 {
		p.Skipf("no bitbucket.properties among the inputs")
		return nil
	}
	p.judged = true
	return bitbucket.Files
}

// BitbucketContainers gives the containers that run Bitbucket; none is nothing special.
func (p *Pass) BitbucketContainers() []*facts.Container {
	p.reads(facts.BitbucketContainers)
	if p.deployment.Bitbucket == nil {
		return nil
	}
	return p.deployment.Bitbucket.Containers
}

// BitbucketVersion gives the version, State Default when it is only assumed.
func (p *Pass) BitbucketVersion() facts.Setting {
	p.reads(facts.BitbucketVersion)
	if p.deployment.Bitbucket == nil {
		return facts.Setting{Key: facts.BitbucketVersion}
	}
	return p.deployment.Bitbucket.Version
}

// BitbucketNodes gives the number of Bitbucket nodes, 1 when nobody says, with where it comes from.
func (p *Pass) BitbucketNodes() (int, facts.Setting) {
	p.reads(facts.BitbucketNodes)
	if p.deployment.Bitbucket == nil {
		return 1, facts.Setting{Key: facts.BitbucketNodes, Norm: "1", State: facts.Default, Why: "assumed"}
	}
	nodes := p.deployment.Bitbucket.Nodes
	count, err := strconv.Atoi(nodes.Norm)
	if err != nil || count < 1 {
		count = 1
	}
	return count, nodes
}

// Instance is one Pgpool-II that a rule judges: as files declare it, or as it was measured.
type Instance struct {
	pass     *Pass
	declared *facts.Pgpool
}

// Pgpools gives the Pgpool-II instances of which all the named parameters are known and well-formed. For any other
// instance, and when there is none, the reason is noted.
func (p *Pass) Pgpools(parameters ...facts.Key) []Instance {
	p.reads(parameters...)
	all := p.deployment.Pgpools
	if running := p.deployment.Live.AsPgpool(); running != nil {
		all = append(slices.Clip(all), running)
	}
	if len(all) == 0 {
		p.Skipf("no Pgpool-II settings among the inputs")
		return nil
	}
	var instances []Instance
next:
	for _, pgpool := range all {
		for _, key := range parameters {
			setting := pgpool.Settings.Get(key)
			if !p.known(setting, nameOf(setting, key)) {
				continue next
			}
			if setting.Bad != "" && setting.Norm == "" {
				p.Skipf("%s=%s: %s (pgpool/setting-value)", nameOf(setting, key), setting.Shown(), setting.Bad)
				continue next
			}
		}
		instances = append(instances, Instance{p, pgpool})
	}
	return instances
}

// nameOf is the name that the user wrote, or the canonical one when he wrote none.
func nameOf(setting facts.Setting, key facts.Key) string {
	if setting.Origin.Key != "" {
		return setting.Origin.Key
	}
	return string(key)
}

// NameOf is how messages name a setting: as the user wrote it, else by its canonical name.
func NameOf(setting facts.Setting) string { return nameOf(setting, setting.Key) }

// Get gives a parameter in pgpool.conf's vocabulary. It must be among the rule's needs; it is known when it was named to
// [Pass.Pgpools].
func (i Instance) Get(key facts.Key) facts.Setting {
	i.pass.reads(key)
	return i.declared.Settings.Get(key)
}

// Int gives a known integer parameter in its own unit (seconds for the time-outs).
func (i Instance) Int(key facts.Key) int {
	n, _ := strconv.Atoi(i.Get(key).Norm)
	return n
}

// On says whether a known boolean parameter is on.
func (i Instance) On(key facts.Key) bool { return i.Get(key).Norm == "on" }

// Origin is where the instance is declared: its container, or the beginning of its file.
func (i Instance) Origin() facts.Origin {
	if i.declared.Container != nil {
		return i.declared.Container.Origin
	}
	if i.declared.Measured {
		return facts.MeasuredBy("", "PGPOOL SHOW ALL", "")
	}
	if len(i.declared.Files) > 0 {
		file := i.declared.Files[0]
		if file.Name.Known() {
			return file.Name
		}
		return facts.Origin{Source: file.Source, Format: facts.PgpoolConf}
	}
	return facts.Origin{}
}

// Name is the container's name or the file.
func (i Instance) Name() string { return i.declared.Name }

// Version gives Pgpool-II's version; State Unresolved when nothing tells it.
func (i Instance) Version() facts.Setting {
	i.pass.reads(facts.PgpoolVersion)
	return i.declared.Version
}

// Measured says that this is the running instance.
func (i Instance) Measured() bool { return i.declared.Measured }

// Image says that the Bitnami image makes pgpool.conf out of the environment, so that its variables and defaults apply.
func (i Instance) Image() bool { return i.declared.Image }

// Declared gives everything that files declare of this instance, for the few rules that judge how it is written: the
// list of backends entry by entry, the conf files. Name what is read with a key of its own.
func (i Instance) Declared(key facts.Key) *facts.Pgpool {
	i.pass.reads(key)
	return i.declared
}

// Variable gives a variable of the image that stands for no pgpool.conf parameter, or the raw word of one that does.
// Nothing is noted.
func (i Instance) Variable(name facts.Key) facts.Setting {
	i.pass.reads(name)
	return i.declared.Environment.Get(name)
}

// KnownVariable is Variable, but notes the reason when the value is not known.
func (i Instance) KnownVariable(name facts.Key) (setting facts.Setting, ok bool) {
	setting = i.Variable(name)
	return setting, i.pass.known(setting, string(name))
}

// Images gives the instances that the Bitnami image configures from its environment; when there is none, the reason is
// noted.
func (p *Pass) Images() []Instance {
	var images []Instance
	for _, instance := range p.Pgpools() {
		if instance.Image() {
			images = append(images, instance)
		}
	}
	if len(images) == 0 && len(p.deployment.Pgpools) > 0 {
		p.Skipf("Pgpool-II is not configured by the image's environment")
	}
	return images
}

// Nodes gives the PostgreSQL nodes; when there is none, the reason is noted.
func (p *Pass) Nodes() []*facts.Node {
	nodes := p.AnyNodes()
	if len(nodes) == 0 {
		p.Skipf("no PostgreSQL node among the inputs")
	}
	return nodes
}

// AnyNodes is Nodes, but notes nothing.
func (p *Pass) AnyNodes() []*facts.Node {
	p.reads(facts.PostgreSQLNodes)
	return append(slices.Clip(p.deployment.Nodes), p.deployment.Live.AsNodes()...)
}

// NodeSetting gives a parameter of a PostgreSQL node; the reason is noted when it is not known.
func (p *Pass) NodeSetting(node *facts.Node, key facts.Key) (setting facts.Setting, ok bool) {
	p.reads(key)
	setting = node.Settings.Get(key)
	return setting, p.knownOf(node, setting, key)
}

// AnyNodeSetting is NodeSetting, but notes nothing.
func (p *Pass) AnyNodeSetting(node *facts.Node, key facts.Key) facts.Setting {
	p.reads(key)
	return node.Settings.Get(key)
}

// Containers gives every container of the deployment, whatever it runs.
func (p *Pass) Containers() []*facts.Container {
	p.reads(facts.Containers)
	all := p.deployment.Containers()
	if len(all) == 0 {
		p.Skipf("no container among the inputs")
	}
	return all
}

// Values gives every value that the deployment's files write for names that Bitbucket, Pgpool-II or PostgreSQL read, in
// the order of the files. Values that are not known are among them; State says so. None of them may be changed.
func (p *Pass) Values() []*facts.Setting {
	p.reads(facts.EveryValue)
	p.judged = true
	return p.deployment.Written()
}
