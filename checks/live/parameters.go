package live

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

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

// parameters asks for the running parameters: in one statement where that is safe, else each by its own statement and all of
// them in one round trip.
func (s *session) parameters(ctx context.Context, snapshot *facts.Snapshot) {
	version := snapshot.Server.Version
	if !showAllIsSafe(version) {
		snapshot.Pgpool = s.parametersOneByOne(ctx, version, len(snapshot.HealthChecks))
		return
	}
	answer, err := s.timed(ctx, snapshot, showAll)
	if err != nil {
		return
	}
	snapshot.Pgpool = make([]facts.Measured, 0, len(answer.rows))
	for i := range answer.rows {
		if name := answer.at(i, "item"); name != "" {
			snapshot.Pgpool = append(snapshot.Pgpool, parameter(name, answer.at(i, "value"), version))
		}
	}
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

// names are the statements to send one by one: what the release knows. nodes is how many backend nodes there are; 0 means that
// nobody knows.
func names(version string, nodes int) []string {
	if nodes == 0 {
		nodes = 3
	}
	var list []string
	for _, name := range oneByOne {
		if parameter, ok := pgpoolconf.Parameter(name); ok && parameter.Exists(version) {
			list = append(list, name)
		}
	}
	for _, name := range oneByOneOfNode {
		if parameter, ok := pgpoolconf.Parameter(name); ok && parameter.Exists(version) {
			for i := range min(nodes, mostNodes) {
				list = append(list, name+strconv.Itoa(i))
			}
		}
	}
	return list
}

func (s *session) parametersOneByOne(ctx context.Context, version string, nodes int) []facts.Measured {
	start := time.Now()
	asked := names(version, nodes)
	list, err := s.flight(ctx, asked, version)
	s.log = append(s.log, facts.Query{
		Statement: fmt.Sprintf("PGPOOL SHOW of %d parameters, one by one", len(asked)), Node: s.node,
		Rows: len(list), Took: time.Since(start), Error: serverError(err),
	})
	return list
}

// flight sends all the statements and then reads all the answers. Pgpool-II takes them from its buffer one after another,
// and answers each itself.
func (s *session) flight(ctx context.Context, asked []string, version string) ([]facts.Measured, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	s.line.wire.expect(mostAnswer)
	stop := context.AfterFunc(ctx, func() { _ = s.line.wire.SetDeadline(time.Unix(1, 0)) })
	frontend := s.conn.Frontend()
	for _, name := range asked {
		frontend.SendQuery(&pgproto3.Query{String: "PGPOOL SHOW " + name})
	}
	err := frontend.Flush()
	stop()
	list := make([]facts.Measured, 0, len(asked))
	for range asked {
		var items [][2]string
		if err == nil {
			items, err = s.oneAnswer(ctx)
		}
		for _, item := range items {
			list = append(list, parameter(item[0], item[1], version))
		}
	}
	if err != nil {
		// Answers may be under way that nobody would read.
		s.close()
	}
	return list, err
}

// oneAnswer reads the answer to one statement, as names and values. It has one column called like the parameter; for a
// parameter that each node can have its own of, item, value and description. An error of the server leaves it empty.
func (s *session) oneAnswer(ctx context.Context) (items [][2]string, err error) {
	var columns []string
	for {
		message, err := s.conn.ReceiveMessage(ctx)
		if err != nil {
			return nil, err
		}
		switch m := message.(type) {
		case *pgproto3.RowDescription:
			columns = columns[:0]
			for _, field := range m.Fields {
				columns = append(columns, string(field.Name))
			}
		case *pgproto3.DataRow:
			switch {
			case len(items) == mostItems:
				return nil, errTable
			case len(columns) == 1 && len(m.Values) == 1:
				items = append(items, [2]string{columns[0], string(m.Values[0])})
			case len(columns) >= 2 && len(m.Values) >= 2 && columns[0] == "item" && columns[1] == "value":
				items = append(items, [2]string{string(m.Values[0]), string(m.Values[1])})
			}
		case *pgproto3.ErrorResponse:
			if m.Severity == "FATAL" || m.Severity == "PANIC" {
				return nil, pgconn.ErrorResponseToPgError(m)
			}
		case *pgproto3.ReadyForQuery:
			return items, nil
		}
	}
}

// mostItems bounds the answer to one PGPOOL SHOW; there are 128 nodes at most.
const mostItems = 200
