package live_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

func TestCatalogueFacts(t *testing.T) {
	t.Parallel()
	since(t, 14)
	c := cluster.New(t, cluster.Options{
		WithoutRepmgr: true, Encoding: "SQL_ASCII",
		Role:     []string{"SET idle_session_timeout = '90s'", "SET app.password = 'geheim'", "CONNECTION LIMIT 70", "VALID UNTIL '2100-01-01'"},
		Database: []string{"SET statement_timeout = '30s'"},
		SQL: []cluster.Statement{
			{Database: "postgres", SQL: "CREATE DATABASE other OWNER bitbucketuser"},
			{Database: "postgres", SQL: "CREATE DATABASE granted"},
			{Database: "postgres", SQL: "GRANT CONNECT ON DATABASE granted TO bitbucketuser"},
			{Database: "postgres", SQL: "CREATE ROLE team"},
			{Database: "postgres", SQL: "GRANT team TO bitbucketuser"},
			{Database: "postgres", SQL: "GRANT bitbucketuser TO customuser"},
			{Database: "other", SQL: "CREATE TABLE t (); ALTER TABLE t OWNER TO bitbucketuser"},
			{Database: "bitbucket", SQL: "CREATE TABLE databasechangeloglock (id int, locked boolean, lockgranted timestamp, lockedby text)"},
			{Database: "bitbucket", SQL: "INSERT INTO databasechangeloglock VALUES (1, true, '2026-11-23 04:23:40', 'bb-1 (10.0.0.7)')"},
			{Database: "bitbucket", SQL: "ALTER TABLE databasechangeloglock OWNER TO bitbucketuser"},
		},
	})
	config, err := pgconn.ParseConfig(c.DSN(cluster.Bitbucket, "bitbucket"))
	check(t, err)
	config.RuntimeParams["application_name"] = "PostgreSQL JDBC Driver"
	other, err := pgconn.ConnectConfig(t.Context(), config)
	check(t, err)
	defer other.Close(t.Context())
	s := ask(t, through(c))
	p := s.PostgreSQL
	if p == nil {
		t.Fatalf("%+v", s.Queries)
	}
	if p.Database.Encoding != "SQL_ASCII" || p.Database.ChangeLogLock == nil || !p.Database.ChangeLogLock.Locked || p.Database.ChangeLogLock.By != "bb-1 (10.0.0.7)" {
		t.Errorf("database %+v", p.Database)
	}
	r := p.Role
	if r.ConnectionLimit != 70 || !strings.HasPrefix(r.ValidUntil, "2100-01-01") || r.ValidFor < 1e9 {
		t.Errorf("role %+v", r)
	}
	names := func(list []string) string { return strings.Join(list, ",") }
	if names(r.OtherDatabases) != "granted,other" || names(r.OwnsElsewhere) != "other" || names(r.MemberOf) != "team" || names(r.Members) != "customuser" {
		t.Errorf("role %+v", r)
	}
	if len(r.Applications) != 1 || r.Applications[0].Name != "PostgreSQL JDBC Driver" || r.Applications[0].Sessions != 1 || r.Applications[0].Database != "bitbucket" {
		t.Errorf("applications %+v", r.Applications)
	}
	settings := map[string]facts.RoleSetting{}
	for _, line := range r.Settings {
		settings[line.Name] = line
	}
	if got := settings["idle_session_timeout"]; got.Scope != "role" || got.Norm != "90000" {
		t.Errorf("%+v", got)
	}
	if got := settings["statement_timeout"]; got.Scope != "database" || got.Norm != "30000" {
		t.Errorf("%+v", got)
	}
	if got := settings["app.password"]; got.Value != "***" || got.Norm != "" {
		t.Errorf("%+v", got)
	}
	if setting(p.Settings, "idle_session_timeout") != "90000" || setting(p.Settings, "statement_timeout") != "30000" {
		t.Errorf("settings %+v", p.Settings)
	}
}
