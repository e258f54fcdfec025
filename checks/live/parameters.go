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

// names are the parameters to ask for one by one: all that the release has, but backend_flag, and the lists of watchdog and
// heartbeat. Parameters of a backend node are asked for as many nodes as there are; 0 means that nobody knows.
func names(version string, nodes int) []string {
	if nodes == 0 {
		nodes = 3
	}
	nodes = min(nodes, 16)
	var list []string
	for _, name := range pgpoolconf.Names() {
		parameter, ok := pgpoolconf.Parameter(name)
		if !ok || !parameter.Exists(version) || name == "backend_flag" || facts.SensitiveName(name) {
			continue
		}
		switch {
		case parameter.Index == pgpoolconf.NoIndex, parameter.Index == pgpoolconf.IndexOptional:
			list = append(list, name)
		case len(name) > 8 && name[:8] == "backend_":
			for i := range nodes {
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
	s.line.wire.left = mostAnswer
	stop := context.AfterFunc(ctx, func() { s.line.wire.SetDeadline(time.Unix(1, 0)) })
	frontend := s.conn.Frontend()
	for _, name := range asked {
		frontend.SendQuery(&pgproto3.Query{String: "PGPOOL SHOW " + name})
	}
	err := frontend.Flush()
	stop()
	var list []facts.Measured
	for _, name := range asked {
		if err != nil {
			break
		}
		var value string
		var found bool
		if value, found, err = s.oneValue(ctx); found {
			list = append(list, parameter(name, value, version))
		}
	}
	if err != nil {
		// Answers may be under way that nobody would read.
		s.close()
	}
	return list, err
}

// oneValue reads the answer to one statement: its first cell, if it has one. An error of the server leaves it without.
func (s *session) oneValue(ctx context.Context) (value string, found bool, err error) {
	for {
		message, err := s.conn.ReceiveMessage(ctx)
		if err != nil {
			return "", false, err
		}
		switch m := message.(type) {
		case *pgproto3.DataRow:
			if !found && len(m.Values) > 0 {
				value, found = string(m.Values[0]), true
			}
		case *pgproto3.ErrorResponse:
			if m.Severity == "FATAL" || m.Severity == "PANIC" {
				return "", false, pgconn.ErrorResponseToPgError(m)
			}
		case *pgproto3.ReadyForQuery:
			return value, found, nil
		}
	}
}
