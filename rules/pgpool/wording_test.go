package pgpool

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestWritten(t *testing.T) {
	t.Parallel()
	source := facts.NewSource("pgpool.env", []byte("PGPOOL_ENABLE_LOAD_BALANCING=\n"))
	for want, setting := range map[string]facts.Setting{
		"PGPOOL_MAX_POOL=4":        {Key: "max_pool", Text: "4", State: facts.Set, Origin: facts.Origin{Source: source, Key: "PGPOOL_MAX_POOL"}},
		"PGPOOL_MAX_POOL is empty": {Key: "max_pool", State: facts.Set, Origin: facts.Origin{Source: source, Key: "PGPOOL_MAX_POOL"}},
		"PGPOOL_ENABLE_LOAD_BALANCING is empty, which means yes": {
			Key: "load_balance_mode", Text: "yes", State: facts.Default, Origin: facts.Origin{Source: source, Key: "PGPOOL_ENABLE_LOAD_BALANCING"},
		},
		"PGPOOL_AUTO_FAILBACK=on (neither yes nor no)": {
			Key: "auto_failback", Text: "on", State: facts.Set, Bad: "neither yes nor no", Origin: facts.Origin{Source: source, Key: "PGPOOL_AUTO_FAILBACK"},
		},
		"load_balance_mode is not set, which means on (pgpool's default since 4.3)": {
			Key: "load_balance_mode", Text: "on", State: facts.Default, Why: "pgpool's default since 4.3",
		},
		"search_primary_node_timeout=0 (the image sets it)": {
			Key: "search_primary_node_timeout", Text: "0", State: facts.Default, Why: "the image sets it",
		},
		"sr_check_user is not set, which means none (pgpool's default)": {Key: "sr_check_user", State: facts.Default, Why: "pgpool's default"},
		"sr_check_password=***": {Key: "sr_check_password", Text: "Zt9-spring-Tapir", State: facts.Set},
	} {
		if got := written(setting); got != want {
			t.Errorf("written is %q, want %q", got, want)
		}
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ variable, value, want string }{
		{"PGPOOL_ENABLE_LOAD_BALANCING", "off", "no"},
		{"PGPOOL_AUTO_FAILBACK", "on", "yes"},
		{"PGPOOL_FAILOVER_ON_BACKEND_SHUTDOWN", "off", "off"},
		{"PGPOOL_HEALTH_CHECK_PERIOD", "30", "30"},
	} {
		if got := word(c.variable, c.value); got != c.want {
			t.Errorf("word(%s, %s) = %s, want %s", c.variable, c.value, got, c.want)
		}
	}
}

func TestConfLine(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"on": "p = on", "30": "p = 30", "": "p = ''", "ABORT; DISCARD ALL": "p = 'ABORT; DISCARD ALL'", "10.0.0.1": "p = '10.0.0.1'",
	} {
		if got := confLine("p", value); got != want {
			t.Errorf("confLine(%q) = %q, want %q", value, got, want)
		}
	}
}
