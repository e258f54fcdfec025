package live

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// session is one connection, and the log of what was asked on it.
type session struct {
	conn *pgconn.PgConn
	line *line
	// node is the backend node when it was reached directly, "host:port".
	node string
	// limit bounds one statement.
	limit time.Duration
	log   []facts.Query
	// progress is told which question is waited for; nil means nobody wants to know.
	progress func(step string)
}

// statuses are what a server reports with a login, of all versions.
var statuses = []string{
	"DateStyle", "IntervalStyle", "TimeZone", "application_name", "client_encoding", "default_transaction_read_only",
	"in_hot_standby", "integer_datetimes", "is_superuser", "scram_iterations", "search_path", "server_encoding",
	"server_version", "session_authorization", "standard_conforming_strings",
}

func (s *session) parameterStatus() map[string]string {
	reported := map[string]string{}
	for _, name := range statuses {
		if value := s.conn.ParameterStatus(name); value != "" {
			reported[name] = clean(value)
		}
	}
	return reported
}

// close ends the session as a client should, so that Pgpool-II takes its child process back at once.
func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx) // whoever does not take the farewell has gone
	// After a failure pgconn keeps the socket to wait for the server's farewell.
	_ = s.line.wire.Close()
}

func (s *session) alive() bool { return !s.conn.IsClosed() }
