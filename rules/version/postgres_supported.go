package version

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const platforms = "the page Supported platforms of your Bitbucket version"

// PostgresSupported guards against a PostgreSQL that Bitbucket refuses: it looks at the version when it starts, and does not
// go on.
var PostgresSupported = &rules.Rule{
	ID:       "version/postgres-supported",
	Title:    "Bitbucket supports the version of PostgreSQL",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.BitbucketVersion, facts.PostgresSupport, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		version, given := p.BitbucketVersion(), p.PostgresSupport()
		bitbucket := parse(version.Text)
		if !version.Known() || len(bitbucket) == 0 {
			p.Skipf("Bitbucket's version is not known%s", because(version))
			return
		}
		for _, group := range nodeGroups(p) {
			if list, ok := lookUp(given, bitbucket); ok {
				judgeGiven(p, version, group, list)
				continue
			}
			judgeSupport(p, version, bitbucket, group)
		}
	},
}

// lookUp finds what the user says of a Bitbucket version, by as much of the version as is named: "10.2" before "10".
func lookUp(given map[string][]int, bitbucket number) (list []int, ok bool) {
	for n := len(bitbucket); n > 0 && !ok; n-- {
		list, ok = given[bitbucket[:n].String()]
	}
	return list, ok
}

func judgeGiven(p *rules.Pass, version facts.Setting, g group, list []int) {
	if slices.Contains(list, g.number[0]) {
		return
	}
	assumed(version, g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is not among the versions that your own table gives for %s", g.number, g.names(), bitbucketName(version)).
		Helpf("Upgrade every node to one of them, or correct the table by %s.", platforms)))
}

func judgeSupport(p *rules.Pass, version facts.Setting, bitbucket number, g group) {
	var doubt *support
	for _, row := range supports() {
		switch {
		case !row.covers(bitbucket, g.number):
		case row.supported:
			return
		case row.sure:
			assumed(version, g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is not supported by %s: Bitbucket does not start with it", g.number, g.names(), bitbucketName(version)).
				Helpf("Take a backup and upgrade every node to %s.", tested(bitbucket))))
			return
		default:
			doubt = &row
		}
	}
	if doubt == nil {
		p.Skipf("it is not known for sure whether %s supports PostgreSQL %s; %s tells", bitbucketName(version), g.number, platforms)
		return
	}
	g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is probably not supported by %s (%s)", g.number, g.names(), bitbucketName(version), doubt.source).
		As(rules.Warning).Helpf("Look it up on %s; Bitbucket does not start with a version that it does not support.", platforms))
}

// assumed makes a failure a warning when Bitbucket's version is only assumed.
func assumed(version facts.Setting, finding *rules.Finding) {
	if version.State == facts.Default {
		finding.As(rules.Warning).Help += " If it is another Bitbucket, say so with --bitbucket-version."
	}
	finding.Also(version.Origin, "Bitbucket's version")
}

// bitbucketName is Bitbucket with its version: "Bitbucket 10.2 (assumed)".
func bitbucketName(version facts.Setting) string {
	if version.State == facts.Default {
		return "Bitbucket " + version.Text + " (assumed)"
	}
	return "Bitbucket " + version.Text
}

// tested names the versions of PostgreSQL that are known to work with a Bitbucket.
func tested(bitbucket number) string {
	var names []string
	for _, row := range supports() {
		if row.ofBitbucket(bitbucket) && row.supported && row.sure {
			names = append(names, row.postgresTo.String())
		}
	}
	if len(names) == 0 {
		return "a version that is on " + platforms
	}
	return "PostgreSQL " + strings.Join(names, " or ") + ", which this Bitbucket is tested with"
}
