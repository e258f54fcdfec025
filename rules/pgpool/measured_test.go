package pgpool

import (
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// running is a deployment of which nothing but the running Pgpool-II is known; the settings are pairs of name and value.
func running(version string, settings ...string) *facts.Deployment {
	snapshot := &facts.Snapshot{
		Login:  facts.Login{OK: true},
		Server: facts.Server{Kind: facts.KindPgpool, Version: version, Text: version + " (test)"},
		PoolNodes: []facts.PoolNode{
			{ID: "0", Hostname: "pg-0", Port: "5432"}, {ID: "1", Hostname: "pg-1", Port: "5432"},
		},
	}
	for pair := range slices.Chunk(settings, 2) {
		snapshot.Pgpool = append(snapshot.Pgpool, facts.Measured{Name: pair[0], Value: pair[1], Norm: pair[1], Query: "PGPOOL SHOW ALL"})
	}
	return &facts.Deployment{Live: snapshot}
}

// TestMeasured judges a running Pgpool-II by the rules that also judge what files declare.
func TestMeasured(t *testing.T) {
	t.Parallel()
	whole := []string{"auto_failback", "on", "sr_check_period", "10", "health_check_period", "30", "health_check_period0", "30", "health_check_period1", "30",
		"backend_application_name0", "pg-0", "backend_application_name1", "pg-1"}
	for _, c := range []struct {
		name       string
		rule       *rules.Rule
		deployment *facts.Deployment
		want       rules.Outcome
		findings   int
	}{
		{"streaming", ActivePassive, running("4.5.5", "backend_clustering_mode", "streaming_replication", "replication_mode", "off"), rules.Passed, 0},
		{"raw", ActivePassive, running("4.5.5", "backend_clustering_mode", "raw"), rules.Failed, 1},
		{"stream in 4.1", ActivePassive, running("4.1.4", "master_slave_mode", "on", "master_slave_sub_mode", "stream", "replication_mode", "off"), rules.Passed, 0},
		{"raw in 4.1", ActivePassive, running("4.1.4", "master_slave_mode", "off", "replication_mode", "off"), rules.Failed, 1},
		{"balancing", LoadBalancing, running("4.5.5", "load_balance_mode", "on"), rules.Failed, 1},
		{"not balancing", LoadBalancing, running("4.5.5", "load_balance_mode", "off"), rules.Passed, 0},
		{"query cache", StatementRouting, running("4.5.5", "memory_cache_enabled", "on", "statement_level_load_balance", "off"), rules.Failed, 1},
		{"failback", AutoFailback, running("4.7.2", whole...), rules.Passed, 0},
		{"failback, and nobody knows how it was started", AutoFailback, running("4.5.5", whole...), rules.Passed, 0},
		{"failback off", AutoFailback, running("4.7.2", "auto_failback", "off"), rules.Failed, 1},
		{"no health check", HealthCheck, running("4.7.2", "health_check_period", "0", "health_check_period0", "0", "health_check_period1", "0",
			"health_check_max_retries", "0", "failover_on_backend_error", "off"), rules.Failed, 1},
		{"one node without health check", HealthCheck, running("4.7.2", "health_check_period", "30", "health_check_period0", "30", "health_check_period1", "0",
			"health_check_max_retries", "5", "failover_on_backend_error", "off"), rules.Failed, 1},
		{"failover on shutdown", FailoverOnShutdown, running("4.3.5", "failover_on_backend_shutdown", "on"), rules.Failed, 1},
		{"always so before 4.3", FailoverOnShutdown, running("4.1.4", "load_balance_mode", "off"), rules.Failed, 1},
		{"no failover on shutdown", FailoverOnShutdown, running("4.6.1", "failover_on_backend_shutdown", "off"), rules.Passed, 0},
		{"search for ever", PrimarySearch, running("4.6.1", "search_primary_node_timeout", "0"), rules.Failed, 1},
		{"list without blanks", ResetQuery, running("4.6.1", "reset_query_list", "ABORT;DISCARD ALL"), rules.Passed, 0},
		{"superuser", ReplicationCheck, running("4.6.1", "sr_check_user", "postgres"), rules.Failed, 1},
		{"flags", BackendFlags, running("4.6.1", "backend_flag0", "ALLOW_TO_FAILOVER", "backend_flag1", "ALLOW_TO_FAILOVER"), rules.Passed, 0},
		{"two names alike", ApplicationNames, running("4.6.1", "backend_application_name0", "pg-0", "backend_application_name1", "pg-0"), rules.Failed, 1},
		{"alone", Redundancy, running("4.6.1", "use_watchdog", "off"), rules.Failed, 1},
		{"one of several", Redundancy, running("4.6.1", "use_watchdog", "on"), rules.Passed, 0},
		{"nothing declared", BackendNodes, running("4.6.1", "load_balance_mode", "off"), rules.Skipped, 0},
		{"nothing declared", Authentication, running("4.6.1", "enable_pool_hba", "off"), rules.Skipped, 0},
		{"nothing declared", PCPExposed, running("4.6.1", "pcp_listen_addresses", "*", "pcp_port", "9898"), rules.Skipped, 0},
		{"nothing declared", RequiredSettings, running("4.6.1", "load_balance_mode", "off"), rules.Skipped, 0},
		{"nothing declared", SettingValue, running("4.6.1", "load_balance_mode", "off"), rules.Skipped, 0},
		{"nothing declared", OverriddenSetting, running("4.6.1", "load_balance_mode", "off"), rules.Skipped, 0},
	} {
		t.Run(c.rule.ID+" "+c.name, func(t *testing.T) {
			t.Parallel()
			result := rules.Run(c.deployment, []*rules.Rule{c.rule})[0]
			if result.Outcome != c.want || len(result.Findings) != c.findings {
				t.Errorf("%s: %s with %d findings, want %s with %d", result.Outcome, result.Reason, len(result.Findings), c.want, c.findings)
			}
			for _, finding := range result.Findings {
				if finding.At.Query() == "" || finding.Help == "" || finding.Fix != nil {
					t.Errorf("a measured value has a query, a help and no fix: %+v", finding)
				}
			}
		})
	}
}

// TestRunningIsNoSecondInstance sees to it that the one Pgpool-II that is declared and measured stays one.
func TestRunningIsNoSecondInstance(t *testing.T) {
	t.Parallel()
	deployment := running("4.6.1", "use_watchdog", "off")
	off := facts.Setting{Key: "use_watchdog", Text: "off", Norm: "off", State: facts.Default}
	deployment.Pgpools = []*facts.Pgpool{{Settings: facts.Layers{Own: facts.Settings{"use_watchdog": off}}}}
	if result := rules.Run(deployment, []*rules.Rule{Redundancy})[0]; result.Outcome != rules.Failed {
		t.Errorf("%s: %s", result.Outcome, result.Reason)
	}
	deployment.Pgpools = append(deployment.Pgpools, deployment.Pgpools[0])
	if result := rules.Run(deployment, []*rules.Rule{Redundancy})[0]; result.Outcome != rules.Passed {
		t.Errorf("two: %s: %s", result.Outcome, result.Reason)
	}
}

// TestStillRead: a pgpool.conf that does not say for which release it is written is held against the one that runs.
func TestStillRead(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]rules.Outcome{"4.3.5": rules.Passed, "4.4.0": rules.Failed, "": rules.Failed} {
		deployment := running(version)
		deployment.Pgpools = []*facts.Pgpool{{Notes: map[string]facts.VariableNote{
			"socket_dir": {Kind: facts.NoteRemoved, Since: "4.4", Replacement: "unix_socket_directories", Origin: facts.Origin{Format: facts.PgpoolConf}},
		}}}
		if got := rules.RunAll([]*facts.Deployment{deployment}, []*rules.Rule{UnknownSetting})[0].Outcome; got != want {
			t.Errorf("with Pgpool-II %q running: %v, want %v", version, got, want)
		}
	}
}
