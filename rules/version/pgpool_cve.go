package version

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PgpoolCVE guards against known vulnerabilities of Pgpool-II to which the configuration is open.
var PgpoolCVE = &rules.Rule{
	ID:       "version/pgpool-cve",
	Title:    "no known vulnerability of Pgpool-II is open in this configuration",
	Severity: rules.Error,
	Needs: []facts.Key{
		facts.PgpoolVersion, facts.PgpoolFixes, enablePoolHBA, clearTextAuth, clusteringMode, ownHBA, memoryCache, tls, useWatchdog, lifecheckMethod, lifecheckSecret,
	},
	Check: func(p *rules.Pass) {
		for _, i := range pgpools(p) {
			for _, v := range vulnerabilities() {
				if own, ok := p.PgpoolFixes()[v.name]; ok {
					v.fixed = releases(own)
				}
				has, known, mended := v.of(i.number)
				if !has && known {
					continue
				}
				e := exposures[v.exposure](i.Instance)
				switch {
				case !e.exposed && e.doubt == "":
				case !known:
					p.Skipf("Pgpool-II %s does not tell whether it is older than %s, which mends %s", i.number, mended, v.name)
				default:
					report(p, i, v, e, mended)
				}
			}
		}
	},
}

func report(p *rules.Pass, i pgpool, v vulnerability, e exposure, mended number) {
	var finding *rules.Finding
	if e.exposed {
		finding = p.Failf(i.at(), "Pgpool-II %s has %s, and %s opens it: %s", i.number, v.name, shown(e.setting), v.what)
		if v.warning {
			finding.As(rules.Warning)
		}
	} else {
		finding = p.Failf(i.at(), "Pgpool-II %s has %s (%s); whether this configuration is open to it cannot be told: %s", i.number, v.name, v.what, e.doubt).As(rules.Warning)
	}
	decides := e.setting.Origin
	if e.setting.Sensitive() && decides.Query() != "" {
		decides = facts.MeasuredBy(decides.Key, decides.Query(), e.setting.Shown())
	}
	finding.Also(decides, "the setting that decides")
	help := fmt.Sprintf("Move to %s or later.", mended)
	if mended == nil {
		help = fmt.Sprintf("Move to a later series; %s has no fix.", i.number.series())
	}
	if i.Measured() {
		help += " A package of your distribution may have the fix under the old number; its changelog tells."
	}
	finding.Helpf("%s %s", help, e.without)
}

// shown names a setting with its value.
func shown(setting facts.Setting) string {
	if setting.State == facts.Default {
		return rules.NameOf(setting) + "=" + setting.Shown() + " (" + setting.Why + ")"
	}
	return rules.NameOf(setting) + "=" + setting.Shown()
}
