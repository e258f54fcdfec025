package live

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

const showAll = "PGPOOL SHOW ALL"

// showAllIsSafe says whether a release can print backend_flag with ALWAYS_PRIMARY. Others may end with "buffer overflow
// detected" (release notes of 4.6.5, 4.5.10, 4.4.15, 4.3.18). 4.3.5 was tried with every value of the flag: it can.
func showAllIsSafe(version string) bool {
	if version == "4.3.5" {
		return true
	}
	for _, series := range [][3]string{{"4.3.0", "4.3.18", "4.4.0"}, {"4.4.0", "4.4.15", "4.5.0"}, {"4.5.0", "4.5.10", "4.6.0"}, {"4.6.0", "4.6.5", "4.7.0"}} {
		first, fixed, next := series[0], series[1], series[2]
		if !pgpoolconf.Before(version, first) && pgpoolconf.Before(version, next) {
			return !pgpoolconf.Before(version, fixed)
		}
	}
	const never = "1000.0.0" // only a version that can be read is older
	return pgpoolconf.Before(version, never) && !pgpoolconf.Before(version, "4.7.0")
}

// parameters asks for the running parameters: in one statement where that is safe, else each by its own.
func parameters(version string, keep func(facts.Measured)) question {
	q := question{statements: []string{showAll}, take: func(t *table) error {
		for _, item := range items(t) {
			keep(parameter(item[0], item[1], version))
		}
		return nil
	}}
	if !showAllIsSafe(version) {
		q.statements = each(names(version))
		q.name = fmt.Sprintf("PGPOOL SHOW of %d parameters, one by one", len(q.statements))
	}
	return q
}

func each(names []string) []string {
	statements := make([]string, len(names))
	for i, name := range names {
		statements[i] = "PGPOOL SHOW " + name
	}
	return statements
}

// items are the names and values of an answer to PGPOOL SHOW: one column called like the parameter; for ALL, and for a
// parameter that each node can have its own of, item, value and description.
func items(t *table) (list [][2]string) {
	for i, row := range t.rows {
		if name := t.at(i, "item"); name != "" {
			list = append(list, [2]string{name, t.at(i, "value")})
		} else if len(t.columns) == 1 && len(row) == 1 {
			for name := range t.columns {
				list = append(list, [2]string{name, row[0]})
			}
		}
	}
	return list
}

func parameter(name, value, version string) facts.Measured {
	m := facts.Measured{Name: clean(name), Value: clean(value)}
	m.Query = "PGPOOL SHOW " + m.Name
	if facts.SensitiveName(name) {
		if value != "" {
			m.Value, m.Norm = "***", "***"
		}
		return m
	}
	norm, _, refused := pgpoolconf.Normalise(name, value, version)
	if refused {
		norm = ""
	}
	m.Norm = clean(norm)
	return m
}

// oneByOne are the parameters to ask for where all at once is not safe: those that rules judge. Not every name may be asked
// for: 4.3.5 dies of PGPOOL SHOW fail_over_on_backend_error, the old spelling of a parameter. Of backend_flag see
// [showAllIsSafe].
var oneByOne = []string{
	"allow_clear_text_frontend_auth", "app_name_redirect_preference_list", "authentication_timeout", "auto_failback",
	"auto_failback_interval", "backend_clustering_mode", "child_life_time", "child_max_connections", "client_idle_limit",
	"connect_timeout", "connection_cache", "connection_life_time", "database_redirect_preference_list",
	"detach_false_primary", "disable_load_balance_on_write", "enable_pool_hba", "failback_command", "failover_command",
	"failover_on_backend_error", "failover_on_backend_shutdown", "follow_primary_command", "health_check_max_retries",
	"health_check_period", "health_check_retry_delay", "health_check_timeout", "health_check_user", "listen_backlog_multiplier",
	"load_balance_mode", "master_slave_mode", "master_slave_sub_mode", "max_pool", "memory_cache_enabled", "num_init_children",
	"pcp_listen_addresses", "process_management_mode", "replicate_select", "replication_mode", "reserved_connections",
	"reset_query_list", "search_primary_node_timeout", "sr_check_period", "sr_check_user", "ssl",
	"statement_level_load_balance", "use_watchdog", "user_redirect_preference_list",
}

// oneByOneOfNode are those of each backend node.
var oneByOneOfNode = []string{"backend_application_name", "backend_hostname", "backend_port", "backend_weight"}

// names are the parameters to ask for one by one: what the release knows. How many backend nodes there are is not yet known;
// see [withoutAbsent].
func names(version string) []string {
	var list []string
	for _, name := range oneByOne {
		if parameter, ok := pgpoolconf.Parameter(name); ok && parameter.Exists(version) {
			list = append(list, name)
		}
	}
	for _, name := range oneByOneOfNode {
		if parameter, ok := pgpoolconf.Parameter(name); ok && parameter.Exists(version) {
			for i := range mostNodes {
				list = append(list, name+strconv.Itoa(i))
			}
		}
	}
	return list
}

// withoutAbsent leaves out the parameters of backend nodes that there are not. Pgpool-II has an answer for them: port 0.
func withoutAbsent(list []facts.Measured) []facts.Measured {
	absent := map[string]bool{}
	for _, m := range list {
		if number, isPort := strings.CutPrefix(m.Name, "backend_port"); isPort && m.Value == "0" {
			absent[number] = true
		}
	}
	return slices.DeleteFunc(list, func(m facts.Measured) bool {
		return slices.ContainsFunc(oneByOneOfNode, func(name string) bool {
			number, isOfNode := strings.CutPrefix(m.Name, name)
			return isOfNode && absent[number]
		})
	})
}
