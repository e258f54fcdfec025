package pgpoolconf_test

import (
	"strconv"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

const refused = "(refused)"

// values lists what Pgpool-II 4.3.5 makes of values; TestValuesOfPgpool has the program itself say so.
var values = []struct{ name, text, want string }{
	{"load_balance_mode", "on", "on"}, {"load_balance_mode", "OFF", "off"}, {"load_balance_mode", "of", "off"},
	{"load_balance_mode", "o", "on!"}, {"load_balance_mode", "yes", "on"}, {"load_balance_mode", "n", "off"},
	{"load_balance_mode", "nO", "off"}, {"load_balance_mode", "tru", "on"}, {"load_balance_mode", "f", "off"},
	{"load_balance_mode", "0", "off"}, {"load_balance_mode", "1", "on"}, {"load_balance_mode", "00", "on!"},
	{"load_balance_mode", "2", "on!"}, {"load_balance_mode", "disabled", "on!"}, {"load_balance_mode", "none", "on!"},
	{"load_balance_mode", "", "on!"}, {"load_balance_mode", " off", "on!"}, {"load_balance_mode", "off ", "on!"},
	{"load_balance_mode", "falsey", "on!"}, {"load_balance_mode", "\n", "on!"}, {"load_balance_mode", "offf", "on!"},

	{"client_idle_limit", "600", "600"}, {"client_idle_limit", "10min", "600"}, {"client_idle_limit", "10 min", "600"},
	{"client_idle_limit", "1h", "3600"}, {"client_idle_limit", "1d", "86400"}, {"client_idle_limit", "1500ms", "2"},
	{"client_idle_limit", "500ms", "0"}, {"client_idle_limit", "2500ms", "2"}, {"client_idle_limit", "1.5min", "90"},
	{"client_idle_limit", "0.5", "0"}, {"client_idle_limit", "1.5", "2"}, {"client_idle_limit", "2.5", "2"},
	{"client_idle_limit", "010", "8"}, {"client_idle_limit", "08", refused}, {"client_idle_limit", "0x10", "16"},
	{"client_idle_limit", "0X1f", "31"}, {"client_idle_limit", "0x", refused}, {"client_idle_limit", " 7 ", "7"},
	{"client_idle_limit", "+7", "7"}, {"client_idle_limit", "-1", refused}, {"client_idle_limit", "", refused},
	{"client_idle_limit", "ten", refused}, {"client_idle_limit", "10m", refused}, {"client_idle_limit", "10Min", refused},
	{"client_idle_limit", "10 MIN", refused}, {"client_idle_limit", "10minutes", refused}, {"client_idle_limit", "10MB", refused},
	{"client_idle_limit", "2147483647", "2147483647"}, {"client_idle_limit", "2147483648", refused},
	{"client_idle_limit", "99999999999999999999", refused}, {"client_idle_limit", "1e3", "1000"}, {"client_idle_limit", "1e2min", "6000"},
	{"client_idle_limit", "1e400", refused}, {"client_idle_limit", ".5min", "30"}, {"client_idle_limit", " .5min", refused},
	{"client_idle_limit", "-.5", refused}, {"client_idle_limit", "-0.4", "0"}, {"client_idle_limit", "1,5", refused},
	{"client_idle_limit", "30s", "30"}, {"client_idle_limit", "30 s x", refused}, {"client_idle_limit", "1000000us", "1"},
	{"client_idle_limit", "\n", refused}, {"client_idle_limit", "1e-400", refused}, {"client_idle_limit", "e5", refused},
	{"client_idle_limit", "1.s", "1"}, {"client_idle_limit", "0x1.8p1", "3"}, {"client_idle_limit", "0x1.8", "2"},

	{"max_pool", "15", "15"}, {"max_pool", "0", "0"}, {"max_pool", "15s", refused}, {"max_pool", "1.4", "1"},
	{"num_init_children", "0", refused}, {"num_init_children", "-5", refused}, {"num_init_children", "3", "3"},
	{"connect_timeout", "10s", refused}, {"connect_timeout0", "10s", "10000"}, {"connect_timeout", "1.5", "2"},
	{"log_rotation_age", "1d", "1440"}, {"log_rotation_age", "90s", "2"}, {"log_rotation_size", "1MB", "1024"},
	{"log_rotation_size", "1536B", "2"}, {"log_rotation_size", "1kb", refused},
	{"delay_threshold", "1GB", "1073741824"}, {"delay_threshold", "99999999999", "99999999999"},
	{"relcache_expire", "1h", "3600"}, {"memqcache_total_size", "0x7fffffffffffffff", refused}, {"memqcache_total_size", "1GB", "1073741824"},

	{"backend_clustering_mode", "streaming_replication", "streaming_replication"},
	{"backend_clustering_mode", "Streaming_Replication", "streaming_replication"},
	{"backend_clustering_mode", "slony", refused}, {"backend_clustering_mode", "stream", refused}, {"backend_clustering_mode", "1", refused},
	{"disable_load_balance_on_write", "dml_adaptive", "dml_adaptive"}, {"disable_load_balance_on_write", "on", refused},
	{"client_min_messages", "WARNING", "warning"}, {"client_min_messages", "debug", "debug"}, {"client_min_messages", "warn", refused},
	{"syslog_facility", "local0", "local0"},

	{"backend_port0", "5432", "5432"}, {"backend_port0", "80", refused}, {"backend_port0", "65536", refused}, {"backend_port0", "5432x", refused},
	{"backend_port", "5432", refused}, {"backend_portx", "5432", refused}, {"backend_port128", "5432", "5432!"}, {"backend_port129", "5432", refused}, {"backend_port007", "5432", "5432"},
	{"backend_weight0", "1", "1"}, {"backend_weight0", "0.5", "0.5"}, {"backend_weight0", "/data", "0!"}, {"backend_weight0", "-1", refused},
	{"backend_weight0", "1x", "1!"}, {"backend_weight0", "", "0!"}, {"backend_weight0", "1e9", refused}, {"backend_weight0", "inf", refused},
	{"backend_flag0", "ALLOW_TO_FAILOVER", "ALLOW_TO_FAILOVER"},
	{"backend_flag0", "DISALLOW_TO_FAILOVER|ALWAYS_PRIMARY", "DISALLOW_TO_FAILOVER|ALWAYS_PRIMARY"},
	{"backend_flag0", "ALLOW_TO_FAILOVER|DISALLOW_TO_FAILOVER", refused}, {"backend_flag0", "ALWAYS_MASTER", refused},
	{"backend_flag0", "allow_to_failover", refused}, {"backend_flag0", "", "ALLOW_TO_FAILOVER"}, {"backend_flag0", "|ALLOW_TO_FAILOVER|", "ALLOW_TO_FAILOVER"},
	{"backend_flag0", "ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER", "DISALLOW_TO_FAILOVER|ALWAYS_PRIMARY"},
	{"backend_flag0", "ALLOW_TO_FAILOVER | ALWAYS_PRIMARY", "ALLOW_TO_FAILOVER|ALWAYS_PRIMARY"},
	{"health_check_period", "30", "30"}, {"health_check_period3", "30s", "30"}, {"health_check_period", "30s", refused}, {"health_check_period_x", "30", refused},
	{"hostname0", "a", "a"}, {"hostnames", "a", refused},
	{"log_destination", "stderr", "stderr"}, {"log_destination", "stderr,syslog", "stderr,syslog"}, {"log_destination", "file", refused}, {"log_destination", "stderr, syslog", "stderr, syslog"},
	{"failover_command", " x ", " x "}, {"no_such_parameter", "x", "x"},
}

// shown is Normalise's result in one text: "!" behind what is not a proper value.
func shown(name, text, version string) string {
	norm, bad, isRefused := pgpoolconf.Normalise(name, text, version)
	switch {
	case isRefused && (norm != "" || bad == ""):
		return "norm " + norm + " although refused: " + bad
	case isRefused:
		return refused
	case bad != "":
		return norm + "!"
	}
	return norm
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for _, c := range values {
		if got := shown(c.name, c.text, ""); got != c.want {
			t.Errorf("%s = %q: got %s, want %s", c.name, c.text, got, c.want)
		}
	}
}

func TestNormaliseByVersion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, version, want string }{
		{"client_idle_limit", "10min", "4.1.4", "10!"}, {"client_idle_limit", "10", "4.1", "10"}, {"client_idle_limit", "x", "4.0.5", "0!"},
		{"client_idle_limit", "010", "4.1.4", "10"}, {"client_idle_limit", "10min", "4.2.0", "600"}, {"client_idle_limit", "10min", "4.7-debian-12", "600"},
		{"num_init_children", "x", "4.1.4", refused}, {"client_idle_limit", "2147483648", "4.1.4", refused}, {"delay_threshold", "99999999999", "4.1.4", "99999999999"},
		{"backend_flag0", "ALLOW_TO_FAILOVER | ALWAYS_PRIMARY", "4.3.5", refused}, {"backend_flag0", "ALLOW_TO_FAILOVER | ALWAYS_PRIMARY", "4.6.1", "ALLOW_TO_FAILOVER|ALWAYS_PRIMARY"},
		{"backend_flag0", "ALWAYS_MASTER", "4.1.4", "ALLOW_TO_FAILOVER|ALWAYS_MASTER"}, {"backend_flag0", "ALWAYS_PRIMARY", "4.1.4", refused}, {"backend_flag0", "", "4.1.4", refused},
		{"disable_load_balance_on_write", "dml_adaptive", "4.1.4", refused}, {"log_destination", "stderr, syslog", "4.3.5", refused},
		{"backend_clustering_mode", "slony", "4.6.7", "slony"}, {"backend_clustering_mode", "slony", "4.7.0", refused},
		{"wd_port", "9000", "4.1.4", "9000"}, {"wd_port", "9000", "4.2.1", refused},
	} {
		if got := shown(c.name, c.text, c.version); got != c.want {
			t.Errorf("%s = %q in %s: got %s, want %s", c.name, c.text, c.version, got, c.want)
		}
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, version, want string }{
		{"load_balance_mode", "", "on"}, {"load_balance_mode", "4.2.24", "off"}, {"load_balance_mode", "4.3", "on"}, {"load_balance_mode", "4.2", "off"},
		{"failover_on_backend_shutdown", "4.3.8", "on"}, {"failover_on_backend_shutdown", "4.3.9", "off"}, {"failover_on_backend_shutdown", "4.3", "off"},
		{"failover_on_backend_shutdown", "4.4.5", "on"}, {"failover_on_backend_shutdown", "4.5.0", "on"}, {"failover_on_backend_shutdown", "4.5.1", "off"},
		{"failover_on_backend_shutdown", "4.5.99", "off"}, {"failover_on_backend_shutdown", "4.9.1", "off"},
		{"pcp_listen_addresses", "4.2.8", "*"}, {"pcp_listen_addresses", "4.2.9-debian-11-r1", "localhost"}, {"pcp_listen_addresses", "4.3.1", "*"},
		{"sr_check_user", "4.5.12", "nobody"}, {"sr_check_user", "4.6.0", ""}, {"sr_check_period", "4.1", "0"},
		{"log_line_prefix", "4.3.0", "%t: pid %p: "}, {"if_up_cmd", "4.0.9", "ip addr add $_IP_$/24 dev eth0 label eth0:0"},
		{"num_init_children", "3.7", "32"}, {"no_such_parameter", "", ""}, {"backend_weight7", "", "0"},
	} {
		if got := pgpoolconf.Default(c.name, c.version); got != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.name, c.version, got, c.want)
		}
	}
}

// TestTable goes through the whole table: every default must be a value that pgpool takes, every replacement must exist.
func TestTable(t *testing.T) {
	t.Parallel()
	names := pgpoolconf.Names()
	if len(names) != 224 {
		t.Errorf("%d parameters", len(names))
	}
	versions := []string{"", "4.0.25", "4.1.23", "4.2.24", "4.3.0", "4.3.20", "4.4.17", "4.5.12", "4.6.7", "4.7.2"}
	for _, name := range names {
		p, ok := pgpoolconf.Parameter(name)
		if !ok || p.Name != name {
			t.Errorf("%s: not found by its name", name)
		}
		if p.Replacement != "" {
			if r, ok := pgpoolconf.Parameter(p.Replacement); !ok || r.Fate != pgpoolconf.Current || !r.Exists("") {
				t.Errorf("%s: replaced by %s, which is none", name, p.Replacement)
			}
		}
		switch p.Type {
		case pgpoolconf.Int, pgpoolconf.Long:
			low, err1 := strconv.ParseInt(p.Min, 10, 64)
			high, err2 := strconv.ParseInt(p.Max, 10, 64)
			if err1 != nil || err2 != nil || low > high {
				t.Errorf("%s: bounds %q and %q", name, p.Min, p.Max)
			}
		case pgpoolconf.Enum:
			if len(p.Values("")) == 0 {
				t.Errorf("%s: no words", name)
			}
		case pgpoolconf.Bool, pgpoolconf.Double, pgpoolconf.String, pgpoolconf.List:
		default:
			t.Errorf("%s: type %q", name, p.Type)
		}
		full := name
		if p.Index == pgpoolconf.IndexRequired {
			full += "0"
		}
		for _, version := range versions {
			if !p.Exists(version) {
				continue
			}
			text := pgpoolconf.Default(full, version)
			if _, bad, _ := pgpoolconf.Normalise(full, text, version); bad != "" && p.Index == pgpoolconf.NoIndex && p.Min != "1024" {
				t.Errorf("%s: default %q in %q: %s", name, text, version, bad)
			}
		}
	}
}

func TestExists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, version string
		want          bool
	}{
		{"master_slave_mode", "4.1.23", true}, {"master_slave_mode", "4.2.0", false}, {"master_slave_mode", "", false},
		{"backend_clustering_mode", "4.1", false}, {"backend_clustering_mode", "4.2", true}, {"num_init_children", "4.0.0", true},
		{"notice_per_node_statement", "4.3.11", false}, {"notice_per_node_statement", "4.3.12", true}, {"notice_per_node_statement", "4.3", true},
		{"notice_per_node_statement", "4.4.8", false}, {"notice_per_node_statement", "4.5.0", true},
		{"wd_listen_port", "4.7.0", false}, {"wd_listen_port", "4.7", true}, {"track_table_mutation_table_size", "", false},
		{"unix_socket_directories", "4.3.5", false}, {"socket_dir", "4.3.5", true}, {"socket_dir", "4.4.0", false}, {"parallel_mode", "4.0.1", false},
	} {
		p, _ := pgpoolconf.Parameter(c.name)
		if got := p.Exists(c.version); got != c.want {
			t.Errorf("%s in %q: %v", c.name, c.version, got)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"num_init_childern": "num_init_children", "load_balancing_mode": "load_balance_mode", "Port": "port", "\uFEFFport": "port",
		"backend_hostnam0": "backend_hostname0", "backend_host_name1": "backend_hostname1", "listen_address": "listen_addresses",
		"max_pools": "max_pool", "max_connections": "", "": "", "foo": "", "shared_buffers": "", "healthcheck_period": "health_check_period",
	} {
		if got := pgpoolconf.Nearest(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, c := range values {
		f.Add(c.name, c.text, "4.3.5")
		f.Add(c.name, c.text, "")
	}
	f.Add("client_idle_limit", "10min", "4.1")
	f.Fuzz(func(t *testing.T, name, text, version string) {
		norm, bad, isRefused := pgpoolconf.Normalise(name, text, version)
		if isRefused != (norm == "" && bad != "") {
			t.Fatalf("%q=%q in %q: norm %q, bad %q, refused %v", name, text, version, norm, bad, isRefused)
		}
		if isRefused {
			return
		}
		// What pgpool uses is a proper value of the same meaning.
		p, ok := pgpoolconf.Parameter(name)
		if !ok || bad != "" && p.Type == pgpoolconf.String {
			return
		}
		again, badAgain, refusedAgain := pgpoolconf.Normalise(name, norm, version)
		if again != norm || badAgain != "" && badAgain != bad || refusedAgain {
			t.Fatalf("%q=%q in %q is %q, but that is %q (%s)", name, text, version, norm, again, badAgain)
		}
	})
}
