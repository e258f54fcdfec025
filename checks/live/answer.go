package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// The most of a table that is kept.
const (
	mostRows    = 20_000
	mostColumns = 100
)

var (
	errLacks = errors.New("the server gave no answer")
	errTable = fmt.Errorf("the answer has more than %d columns or %d rows: it was cut off", mostColumns, mostRows)
)

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

// answer reads what comes for one statement, up to the end of it. refused is the server's error, or what the answer lacks;
// err ends the session.
func (s *session) answer() (answer *table, refused, err error) {
	for {
		// The deadline is on the wire; a context for every message would cost more than the message.
		received, err := s.conn.ReceiveMessage(context.Background())
		if err != nil {
			if messageIn(refused) != nil {
				err = refused // the server said why before it closed the connection
			}
			return nil, nil, err
		}
		switch m := received.(type) {
		case *pgproto3.RowDescription:
			if answer = newTable(m); answer == nil {
				return nil, nil, errTable
			}
		case *pgproto3.DataRow:
			if answer == nil {
				refused = errLacks
			} else if !answer.add(m) {
				return nil, nil, errTable
			}
		case *pgproto3.CommandComplete, *pgproto3.EmptyQueryResponse:
			if answer == nil {
				answer = &table{}
			}
		case *pgproto3.ErrorResponse:
			refused = pgconn.ErrorResponseToPgError(m)
		case *pgproto3.ReadyForQuery:
			if answer == nil && refused == nil {
				refused = errLacks
			}
			return answer, refused, nil
		}
	}
}

// newTable has the columns of an answer; nil if there are too many.
func newTable(m *pgproto3.RowDescription) *table {
	if len(m.Fields) > mostColumns {
		return nil
	}
	t := &table{columns: make(map[string]int, len(m.Fields))}
	for i, field := range m.Fields {
		t.columns[string(field.Name)] = i
	}
	return t
}

// add keeps a row, which the next message overwrites; false if it is too much.
func (t *table) add(m *pgproto3.DataRow) bool {
	if len(t.rows) == mostRows || len(m.Values) > mostColumns {
		return false
	}
	row := make([]string, len(m.Values))
	for i, value := range m.Values {
		row[i] = string(value)
	}
	t.rows = append(t.rows, row)
	return true
}
