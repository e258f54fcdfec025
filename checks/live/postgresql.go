package live

import (
	"context"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// catalogue is the one statement that asks everything of PostgreSQL. It runs as any role on 12 and later: a function or a
// column that not every version has is named only in text that is looked at when it is there. The leading comment makes
// Pgpool-II send it to the primary (allow_sql_comments = off), and so do the volatile functions in it.
//
//go:embed postgresql.sql
var catalogue string

// settingNames are the parameters of PostgreSQL that rules ask for. One that a version does not have is not in the answer.
var settingNames = []string{
	"client_connection_check_interval", "client_encoding", "default_transaction_isolation", "default_transaction_read_only",
	"idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout", "max_connections", "max_replication_slots",
	"max_wal_senders", "password_encryption", "reserved_connections", "server_encoding", "ssl", "statement_timeout",
	"superuser_reserved_connections", "synchronous_commit", "synchronous_standby_names", "tcp_keepalives_count",
	"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout", "TimeZone", "transaction_timeout", "wal_level",
}

var catalogueStatement = sync.OnceValue(func() string {
	return strings.NewReplacer("$SETTINGS", strings.Join(settingNames, ","), "$APPLICATION", applicationName, "\n", " ").
		Replace(strings.TrimSpace(catalogue))
})

// catalogueName stands for the statement in the log.
const catalogueName = "/*NO LOAD BALANCE*/ SELECT the settings, the database and the role"

// catalogueAnswer is the JSON of the statement where it is not as a snapshot has it.
type catalogueAnswer struct {
	facts.PostgreSQL
	PID      int64       `json:"pid"`
	Settings [][4]string `json:"settings"`
	Database struct {
		facts.Database
		Lock *string `json:"lock"`
	} `json:"database"`
	Role struct {
		facts.Role
		Settings [][2]string `json:"settings"`
	} `json:"role"`
}

// postgresql asks the primary, and gives what it says. pid is the server process of the session.
func postgresql(keep func(p *facts.PostgreSQL, pid int64)) question {
	return question{step: "ask PostgreSQL", name: catalogueName, statements: []string{catalogueStatement()}, take: func(t *table) error {
		var answer catalogueAnswer
		if err := oneJSON(t, &answer); err != nil {
			return err
		}
		keep(answer.postgresql(), answer.PID)
		return nil
	}}
}

func (answer *catalogueAnswer) postgresql() *facts.PostgreSQL {
	p := answer.PostgreSQL
	p.Version, p.Now = clean(p.Version), clean(p.Now)
	p.LocalNow = time.Now().UTC().Format(time.RFC3339)
	p.Settings = measured(answer.Settings)
	p.Database = answer.Database.Database
	cleanAll(&p.Database.Name, &p.Database.Encoding, &p.Database.Collate, &p.Database.Ctype, &p.Database.Provider,
		&p.Database.CollationVersion, &p.Database.ActualVersion, &p.Database.Owner, &p.Database.SearchPath,
		&p.Database.CurrentSchema, &p.Database.SchemaOwner)
	// Whoever owns the database is a member of this role without being granted it (PostgreSQL 14 and later).
	if p.Database.SchemaOwner == "pg_database_owner" && p.Database.OwnedByRole {
		p.Database.SchemaOwnedByRole = true
	}
	if answer.Database.Lock != nil {
		p.Database.ChangeLogLock = changeLogLock(*answer.Database.Lock)
	}
	p.Role = answer.Role.Role
	cleanAll(&p.Role.Name, &p.Role.ValidUntil)
	for _, names := range [][]string{p.Role.MemberOf, p.Role.Members, p.Role.OtherDatabases, p.Role.OwnsElsewhere} {
		for i := range names {
			names[i] = clean(names[i])
		}
	}
	for i := range p.Role.Applications {
		a := &p.Role.Applications[i]
		cleanAll(&a.Name, &a.Database, &a.Client)
	}
	p.Role.Settings = roleSettings(answer.Role.Settings, answer.Settings)
	return &p
}

// askJSON asks a statement that answers with one cell of JSON. name stands for the statement in the log.
func (s *session) askJSON(ctx context.Context, statement, name string, into any) error {
	_, err := s.flight(ctx, question{name: name, statements: []string{statement}, take: func(t *table) error { return oneJSON(t, into) }})
	return err
}

func oneJSON(t *table, into any) error {
	if len(t.rows) != 1 || len(t.rows[0]) != 1 {
		return errors.New("one value was expected as the answer")
	}
	if err := json.Unmarshal([]byte(t.rows[0][0]), into); err != nil {
		return fmt.Errorf("the answer is not understood: %w", err)
	}
	return nil
}

func cleanAll(texts ...*string) {
	for _, text := range texts {
		*text = clean(*text)
	}
}

// measured turns rows of name, value as SHOW writes it, value in the parameter's unit, unit.
func measured(rows [][4]string) []facts.Measured {
	settings := make([]facts.Measured, 0, len(rows))
	for _, row := range rows {
		m := facts.Measured{Name: clean(row[0]), Value: clean(row[1]), Norm: clean(normal(row[2], row[3]))}
		m.Query = "SELECT current_setting('" + m.Name + "')"
		settings = append(settings, m)
	}
	return settings
}

// normal is a value of PostgreSQL with time in milliseconds, whatever the parameter's own unit is.
func normal(value, unit string) string {
	factor := int64(0)
	switch unit {
	case "s":
		factor = 1000
	case "min":
		factor = 60_000
	case "h":
		factor = 3_600_000
	case "d":
		factor = 86_400_000
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if factor == 0 || err != nil || n <= 0 {
		return value
	}
	return strconv.FormatInt(n*factor, 10)
}

// roleSettings turns the words of ALTER ROLE and ALTER DATABASE. The unit of a number without one is the parameter's own,
// which only the session's settings tell.
func roleSettings(rows [][2]string, settings [][4]string) []facts.RoleSetting {
	result := make([]facts.RoleSetting, 0, len(rows))
	for _, row := range rows {
		name, value, _ := strings.Cut(row[1], "=")
		unit := ""
		for _, setting := range settings {
			if strings.EqualFold(setting[0], name) {
				unit = setting[3]
			}
		}
		r := facts.RoleSetting{Scope: clean(row[0]), Name: clean(name), Value: clean(value)}
		if facts.SensitiveName(name) {
			r.Value = "***"
		} else {
			r.Norm = clean(milliseconds(value, unit))
		}
		result = append(result, r)
	}
	return result
}

// milliseconds reads a time as a person writes it: "30s", "5 min", or a number in the parameter's own unit. What is no time
// stays as it is.
func milliseconds(value, unit string) string {
	switch unit {
	case "ms", "s", "min", "h", "d":
	default:
		return value
	}
	text := strings.TrimSpace(value)
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' })
	if end < 0 {
		return normal(text, unit)
	}
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return value
	}
	factor, known := map[string]float64{"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}[strings.TrimSpace(text[end:])]
	if !known {
		return value
	}
	return strconv.FormatFloat(number*factor, 'f', 0, 64)
}

// changeLogLock reads the row of Liquibase's table, which came as JSON in hexadecimal digits.
func changeLogLock(digits string) *facts.ChangeLogLock {
	text, err := hex.DecodeString(digits)
	if err != nil {
		return nil
	}
	var row struct {
		Locked  bool    `json:"locked"`
		By      *string `json:"lockedby"`
		Granted *string `json:"lockgranted"`
	}
	if json.Unmarshal(text, &row) != nil {
		return nil
	}
	lock := &facts.ChangeLogLock{Locked: row.Locked}
	if row.By != nil {
		lock.By = clean(*row.By)
	}
	if row.Granted != nil {
		lock.Since = clean(*row.Granted)
	}
	return lock
}
