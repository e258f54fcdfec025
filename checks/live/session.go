package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// The most of a table that is kept.
const (
	mostRows    = 20_000
	mostColumns = 100
)

var errTable = fmt.Errorf("the answer has more than %d columns or %d rows: it was cut off", mostColumns, mostRows)

// table is an answer: cells by column name.
type table struct {
	columns map[string]int
	rows    [][]string
}

// at is a cell; empty if the version has no such column.
func (t *table) at(row int, column string) string {
	if i, ok := t.columns[column]; ok && i < len(t.rows[row]) {
		return t.rows[row][i]
	}
	return ""
}

// ask runs one statement, and logs it. The error of a session that has ended is of the network, else it is the server's.
func (s *session) ask(ctx context.Context, statement string) (*table, error) {
	start := time.Now()
	answer, err := s.query(ctx, statement)
	entry := facts.Query{Statement: statement, Node: s.node, Took: time.Since(start), Error: serverError(err)}
	if answer != nil {
		entry.Rows = len(answer.rows)
	}
	s.log = append(s.log, entry)
	return answer, err
}

func (s *session) query(ctx context.Context, statement string) (*table, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	s.line.wire.expect(mostAnswer)
	results := s.conn.Exec(ctx, statement)
	var answer *table
	var cut error
	for results.NextResult() {
		reader := results.ResultReader()
		answer, cut = read(reader)
		if cut != nil {
			_ = s.line.wire.Close() // reading on to the end of it could take for ever
		}
		_, _ = reader.Close() // results tells
	}
	err := results.Close()
	switch {
	case cut != nil:
		err = cut
	case err == nil && answer == nil:
		err = errors.New("the server gave no answer")
	case err != nil:
		err = s.why(err)
	}
	if err != nil {
		if !s.alive() {
			_ = s.line.wire.Close()
		}
		return nil, err
	}
	return answer, nil
}

// why finds the reason of a failure that pgconn forgets: when the first message of an answer does not come, it only says that
// the connection is closed.
func (s *session) why(err error) error {
	if s.alive() || messageIn(err) != nil || !strings.HasSuffix(err.Error(), "conn closed") {
		return err
	}
	if failure := s.line.wire.failure(); failure != nil {
		return fmt.Errorf("the server ended the connection: %w", failure)
	}
	return errors.New("what came is no message of the protocol")
}

// read takes one answer. It comes back early with an error if that is too large.
func read(reader *pgconn.ResultReader) (*table, error) {
	fields := reader.FieldDescriptions()
	if len(fields) > mostColumns {
		return nil, errTable
	}
	answer := &table{columns: make(map[string]int, len(fields))}
	for i, field := range fields {
		answer.columns[field.Name] = i
	}
	for reader.NextRow() {
		values := reader.Values()
		if len(answer.rows) == mostRows || len(values) > mostColumns {
			return nil, errTable
		}
		row := make([]string, len(values))
		for i, value := range values {
			row[i] = string(value)
		}
		answer.rows = append(answer.rows, row)
	}
	return answer, nil
}
