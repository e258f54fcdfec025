package pgpool

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// routing are the settings that send queries elsewhere than to the primary, beside load balancing itself, with what they
// do and the value that turns them off.
var routing = []struct {
	key    facts.Key
	effect string
	off    string
}{
	{"statement_level_load_balance", "with load balancing each query may go to another node, and every SET goes to all of them", "off"},
	{"memory_cache_enabled", "Pgpool-II answers queries out of its cache, with rows that may have changed since", "off"},
	{"database_redirect_preference_list", "with load balancing the queries of a whole database go where the list sends them", ""},
	{"app_name_redirect_preference_list", "with load balancing the queries of an application go where the list sends them", ""},
	{"user_redirect_preference_list", "with load balancing the queries of a user go where the list sends them", ""},
}

// StatementRouting guards against what sends single statements past the primary as soon as load balancing is on, and
// against the query cache, which does so even without it.
var StatementRouting = &rules.Rule{
	ID:       "pgpool/statement-routing",
	Title:    "no statement is routed past the primary",
	Severity: rules.Warning,
	Needs: []facts.Key{"statement_level_load_balance", "memory_cache_enabled", "database_redirect_preference_list",
		"app_name_redirect_preference_list", "user_redirect_preference_list"},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			for _, route := range routing {
				if i.Get(route.key).State == facts.Absent { // the version does not have it
					continue
				}
				setting, ok := i.Known(route.key)
				if !ok || setting.Norm == "off" || strings.TrimSpace(setting.Text) == "" {
					continue
				}
				finding := p.Failf(i.At(setting), "%s: %s", subject(i, setting), route.effect)
				if route.off == "" {
					finding.Helpf("Remove it: every statement of Bitbucket belongs on the primary.")
					continue
				}
				finding.Helpf("Write %s; every statement of Bitbucket belongs on the primary.", line(i, setting, route.off))
			}
		}
	},
}
