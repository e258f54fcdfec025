package pgpoolconf_test

import (
	"reflect"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

func TestEffective(t *testing.T) {
	t.Parallel()
	first := read("num_init_children = 10\nmax_pool = 2\nnum_init_children = 20\nDelegate_IP='x'\ndelegate_IP = '10.0.0.9'\nmaster_slave_mode = on\nbackend_port00=5432\n")
	second := read("num_init_children = 30\nload_balance_mode = nope\n")
	settings := pgpoolconf.Effective([]*facts.ConfFile{first, second}, "")
	children := settings["num_init_children"]
	if children.Norm != "30" || len(children.Overridden) != 2 || children.Overridden[0].Text != "20" || children.Overridden[1].Text != "10" || children.Overridden[1].Norm != "10" {
		t.Errorf("num_init_children: %+v", children)
	}
	if s := settings["max_pool"]; s.State != facts.Set || s.Norm != "2" || len(s.Overridden) != 0 {
		t.Errorf("max_pool: %+v", s)
	}
	if s := settings["load_balance_mode"]; s.Norm != "on" || s.Bad == "" {
		t.Errorf("load_balance_mode: %+v", s)
	}
	if s := settings["delegate_ip"]; s.Text != "10.0.0.9" || s.Origin.Key != "delegate_IP" || s.Key != "delegate_ip" {
		t.Errorf("delegate_ip: %+v", s)
	}
	if s := settings["backend_port0"]; s.Norm != "5432" || s.Origin.Key != "backend_port00" {
		t.Errorf("backend_port0: %+v", s)
	}
	if s := settings["master_slave_mode"]; s.Norm != "on" {
		t.Errorf("an unknown version may know master_slave_mode: %+v", s)
	}
	if s := settings["reserved_connections"]; s.State != facts.Default || s.Norm != "0" || s.Why != "pgpool's default" {
		t.Errorf("reserved_connections: %+v", s)
	}
	if s := settings["sr_check_period"]; s.Norm != "10" || s.Why != "pgpool's default since 4.3" {
		t.Errorf("sr_check_period: %+v", s)
	}
	if _, ok := settings["Delegate_IP"]; ok {
		t.Error("an unknown name is among the settings")
	}
	if s := pgpoolconf.Effective([]*facts.ConfFile{first}, "4.3.5"); s["master_slave_mode"].State != facts.Absent {
		t.Errorf("4.3.5 ignores master_slave_mode: %+v", s["master_slave_mode"])
	}
	old := pgpoolconf.Effective([]*facts.ConfFile{read("load_balance_mode = off\nunix_socket_directories='/x'\n")}, "4.1.4")
	if old["sr_check_period"].Norm != "0" || old["backend_clustering_mode"].State != facts.Absent || old["unix_socket_directories"].State != facts.Absent {
		t.Errorf("4.1.4: %+v", old)
	}
}

// TestUnreadInclude holds that nothing is taken for a default when a file could set it that nobody could read.
func TestUnreadInclude(t *testing.T) {
	t.Parallel()
	file := pgpoolconf.Read(facts.NewSource("pgpool.conf", []byte("max_pool = 2\ninclude '/etc/pgpool2/local.conf'\n")), input.Context{Files: tree{}})
	settings := pgpoolconf.Effective([]*facts.ConfFile{file}, "")
	if s := settings["max_pool"]; s.State != facts.Set {
		t.Errorf("max_pool: %+v", s)
	}
	if s := settings["num_init_children"]; s.State != facts.Unresolved || s.Why != "the included file /etc/pgpool2/local.conf could not be read: outside the inputs" {
		t.Errorf("num_init_children: %+v", s)
	}
}

func TestBackends(t *testing.T) {
	t.Parallel()
	file := read("backend_hostname10='c' backend_port10=5434\nbackend_hostname2='b' backend_port2=5433 backend_weight2=0\nbackend_hostname0='a'\nbackend_port0=5432\nbackend_hostname5='no port'\n")
	nodes := pgpoolconf.Instance("pgpool.conf", []*facts.ConfFile{file}, facts.Setting{}).Backends
	if len(nodes) != 3 || nodes[0].Index != "0" || nodes[1].Index != "2" || nodes[2].Index != "10" {
		t.Fatalf("%+v", nodes)
	}
	if n := nodes[1]; n.Host.Text != "b" || n.Port.Norm != "5433" || n.Weight.Norm != "0" || n.Flag.Norm != "ALLOW_TO_FAILOVER" || n.Flag.State != facts.Default {
		t.Errorf("%+v", n)
	}
}

func TestNote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, version string
		want          facts.VariableNote
	}{
		{"load_balancing_mode", "", facts.VariableNote{Kind: facts.NoteUnknown, Nearest: "load_balance_mode"}},
		{"max_connections", "", facts.VariableNote{Kind: facts.NoteUnknown}},
		{"master_slave_mode", "4.3.5", facts.VariableNote{Kind: facts.NoteRemoved, Replacement: "backend_clustering_mode", Since: "4.2"}},
		{"master_slave_mode", "", facts.VariableNote{Kind: facts.NoteRemoved, Replacement: "backend_clustering_mode", Since: "4.2"}},
		{"master_slave_mode", "4.1.4", facts.VariableNote{}},
		{"other_wd_port1", "", facts.VariableNote{Kind: facts.NoteRemoved, Replacement: "wd_port1", Since: "4.2"}},
		{"delegate_IP", "4.5.1", facts.VariableNote{Kind: facts.NoteDeprecated, Replacement: "delegate_ip", Since: "4.4"}},
		{"delegate_IP", "4.3.5", facts.VariableNote{}},
		{"delegate_ip", "4.3.5", facts.VariableNote{Kind: facts.NoteTooNew, Since: "4.4"}},
		{"replication_mode", "4.3.5", facts.VariableNote{Kind: facts.NoteIneffective, Replacement: "backend_clustering_mode", Since: "4.2", Why: "superseded by backend_clustering_mode"}},
		{"parallel_mode", "", facts.VariableNote{Kind: facts.NoteRemoved, Since: "4.0"}},
		{"backend_hostname", "", facts.VariableNote{Kind: facts.NoteRefused, Why: "the number of the node is missing behind the name: pgpool does not start"}},
		{"health_check_period", "", facts.VariableNote{}},
		{"connect_timeout_ms", "", facts.VariableNote{Kind: facts.NoteRefused, Why: "only a number may follow connect_timeout: pgpool does not start"}},
	} {
		got, ok := pgpoolconf.Note(c.name, c.version)
		if !reflect.DeepEqual(got, c.want) || ok != (c.want.Kind != "") {
			t.Errorf("%s in %q:\n got %+v\nwant %+v", c.name, c.version, got, c.want)
		}
	}
}

// BenchmarkInstance is the cost of one pgpool.conf of ordinary size.
func BenchmarkInstance(b *testing.B) {
	text := []byte(sample)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		file := pgpoolconf.Read(facts.NewSource("pgpool.conf", text), input.Context{})
		pgpoolconf.Instance("pgpool.conf", []*facts.ConfFile{file}, facts.Setting{})
	}
}

const sample = `
# pgpool.conf of a primary and a standby
backend_clustering_mode = 'streaming_replication'
listen_addresses = '*'
port = 9999
num_init_children = 100
max_pool = 1
reserved_connections = 1
backend_hostname0 = '10.0.0.1'
backend_port0 = 5432
backend_weight0 = 1
backend_data_directory0 = '/data'
backend_flag0 = 'ALLOW_TO_FAILOVER'
backend_hostname1 = '10.0.0.2'
backend_port1 = 5432
backend_weight1 = 0
backend_data_directory1 = '/data'
backend_flag1 = 'ALLOW_TO_FAILOVER'
load_balance_mode = off
client_idle_limit = 0          # never
health_check_period = 10
health_check_user = 'pgpool'
sr_check_period = 10
sr_check_user = 'pgpool'
failover_command = '/etc/pgpool2/failover.sh %d %h %p'
enable_pool_hba = on
pool_passwd = 'pool_passwd'
`
