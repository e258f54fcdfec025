package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func pgpoolSays(severity, code, message, detail, file string) *pgconn.PgError {
	return &pgconn.PgError{Severity: severity, Code: code, Message: message, Detail: detail, File: file, Line: 1}
}

func postgresSays(code, message, file, routine string) *pgconn.PgError {
	return &pgconn.PgError{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: code, Message: message, File: file, Line: 1, Routine: routine}
}

func poolerSays(message string) *pgconn.PgError {
	return &pgconn.PgError{Severity: "FATAL", Code: "08P01", Message: message}
}

// TestCauseOfMessage has what Pgpool-II 4.1.4, 4.3.5, 4.6.1 and 4.7.3, PostgreSQL 15 and PgBouncer 1.18 said when it was
// tried, letter for letter.
func TestCauseOfMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  *pgconn.PgError
		want facts.LoginCause
	}{
		{"wrong password", pgpoolSays("ERROR", "XX000", "authentication failed", `username "bitbucketuser" or password does not exist in backend`, "pool_auth.c"), facts.CauseWrongPassword},
		{"wrong password, md5", pgpoolSays("ERROR", "XX000", "md5 authentication failed", "password does not match", "pool_auth.c"), facts.CauseWrongPassword},
		{"wrong password, relayed", pgpoolSays("FATAL", "XX000", `password authentication failed for user "u"`, "", "pool_auth.c"), facts.CauseWrongPassword},
		{"not in pool_passwd", pgpoolSays("FATAL", "XX000", "SCRAM authentication failed", `pool_passwd file does not contain an entry for "nosuch"`, "pool_hba.c"), facts.CauseNotInPoolPasswd},
		{"md5 entry", pgpoolSays("FATAL", "XX000", "SCRAM authentication failed", `pool_passwd file does not contain valid SCRAM entry for "md5er"`, "pool_hba.c"), facts.CauseNotInPoolPasswd},
		{"md5, no entry", pgpoolSays("FATAL", "XX000", "md5 authentication failed", `pool_passwd file does not contain an entry for "u"`, "pool_hba.c"), facts.CauseNotInPoolPasswd},
		{"AES entry, wrong key", pgpoolSays("ERROR", "XX000", "SCRAM authentication failed", "unable to decrypt password from pool_passwd", "pool_auth.c"), facts.CauseNotInPoolPasswd},
		{"no pool_hba, not in pool_passwd", pgpoolSays("ERROR", "XX000", "failed to authenticate with backend using SCRAM", "valid password not found", "pool_auth.c"), facts.CauseNotInPoolPasswd},
		{"another password in the node", pgpoolSays("ERROR", "XX000", "failed to authenticate with backend", "SCRAM authentication failed in slot [0].", "pool_auth.c"), facts.CauseBackendPassword},
		{"not in PostgreSQL, or expired", pgpoolSays("ERROR", "XX000", "backend authentication failed", "backend response with kind 'E' when expecting 'R'", "pool_auth.c"), facts.CauseBackendPassword},
		{"pool_hba", pgpoolSays("FATAL", "XX000", "client authentication failed", `no pool_hba.conf entry for host "127.0.0.1", user "bitbucketuser", database "bitbucket", SSL off`, "pool_hba.c"), facts.CausePoolHBA},
		{"the port of PCP", pgpoolSays("FATAL", "XX000", "invalid PCP packet", "incorrect packet length (2052)", "pcp_con/pcp_child.c"), facts.CauseNotPostgreSQL},
		{"one node rejects", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between main(52) slot[1] (45)", "pool_proto_modules.c"), facts.CauseBackendRefuses},
		{"one node rejects, 4.1", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between master(53) slot[1] (45)", "pool_auth.c"), facts.CauseBackendRefuses},
		{"the standby warns", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between main(53) slot[1] (4e)", "pool_proto_modules.c"), facts.CauseBackendWarns},
		{"the primary warns", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between main(4e) slot[1] (53)", "pool_proto_modules.c"), facts.CauseBackendWarns},
		{"the standby warns, 4.1", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between master(53) slot[1] (4e)", "pool_auth.c"), facts.CauseBackendWarns},
		{"one warns, one rejects", pgpoolSays("ERROR", "XX000", "unable to read message kind", "kind does not match between main(4e) slot[1] (45)", "pool_proto_modules.c"), facts.CauseBackendRefuses},
		{"whatever, 4.6.1", pgpoolSays("FATAL", "XX000", "unable to get session context", "", "pool_session_context.c"), facts.CauseBackendRefuses},
		{"full", pgpoolSays("FATAL", "53300", "Sorry, too many clients already", "", "protocol/child.c"), facts.CausePgpoolFull},
		{"all down", pgpoolSays("ERROR", "08S01", "pgpool is not accepting any new connections", "all backend nodes are down, pgpool requires at least one valid node", "protocol/child.c"), facts.CauseAllBackendsDown},
		{"all down, later", pgpoolSays("ERROR", "XX000", "all backend nodes are down, pgpool requires at least one valid node", "", "protocol/child.c"), facts.CauseAllBackendsDown},
		{"node lost", pgpoolSays("FATAL", "XX000", "failed to create a backend 0 connection", "not executing failover because failover_on_backend_error is off", "pool_connection_pool.c"), facts.CauseBackendLost},
		{"node lost, failover", pgpoolSays("FATAL", "XX000", "failed to create a backend connection", "executing failover on backend", "pool_connection_pool.c"), facts.CauseBackendLost},
		{"new words", pgpoolSays("FATAL", "XX000", "the moon is full", "", "child.c"), facts.CauseUnknown},

		{"PostgreSQL: password", postgresSays("28P01", `password authentication failed for user "bitbucketuser"`, "auth.c", "auth_failed"), facts.CauseWrongPassword},
		{"PostgreSQL: database", postgresSays("3D000", `database "nosuchdb" does not exist`, "postinit.c", "InitPostgres"), facts.CauseNoDatabase},
		{"PostgreSQL: role limit", postgresSays("53300", `too many connections for role "limited"`, "miscinit.c", "InitializeSessionUserId"), facts.CauseRoleLimit},
		{"PostgreSQL: role limit, in German", postgresSays("53300", "zu viele Verbindungen von Rolle »limited«", "miscinit.c", "InitializeSessionUserId"), facts.CauseRoleLimit},
		{"PostgreSQL: database limit", postgresSays("53300", `too many connections for database "fulldb"`, "postinit.c", "CheckMyDatabase"), facts.CauseDatabaseLimit},
		{"PostgreSQL: full", postgresSays("53300", "sorry, too many clients already", "proc.c", "InitProcess"), facts.CauseServerFull},
		{"PostgreSQL: reserved", postgresSays("53300", "remaining connection slots are reserved for non-replication superuser connections", "postinit.c", "InitPostgres"), facts.CauseServerFull},
		{"PostgreSQL: no connections", postgresSays("55000", `database "noconn" is not currently accepting connections`, "postinit.c", "CheckMyDatabase"), facts.CauseNoConnectRight},
		{"PostgreSQL: no right", postgresSays("42501", `permission denied for database "privdb"`, "postinit.c", "CheckMyDatabase"), facts.CauseNoConnectRight},
		{"PostgreSQL: NOLOGIN", postgresSays("28000", `role "nologin" is not permitted to log in`, "miscinit.c", "InitializeSessionUserId"), facts.CauseNoRole},
		{"PostgreSQL: pg_hba rejects", postgresSays("28000", `pg_hba.conf rejects connection for host "127.0.0.1", user "bitbucketuser", database "bitbucket", no encryption`, "auth.c", "ClientAuthentication"), facts.CausePgHBA},
		{"PostgreSQL: no pg_hba line", postgresSays("28000", `no pg_hba.conf entry for host "127.0.0.1", user "bitbucketuser", database "bitbucket", no encryption`, "auth.c", "ClientAuthentication"), facts.CausePgHBA},
		{"PostgreSQL: starting", postgresSays("57P03", "the database system is starting up", "postmaster.c", "ProcessStartupPacket"), facts.CauseStarting},

		{"PgBouncer: password", poolerSays("SASL authentication failed"), facts.CauseWrongPassword},
		{"PgBouncer: database", poolerSays(`database "nosuchdb" does not exist`), facts.CauseNoDatabase},
		{"PgBouncer: full", poolerSays("no more connections allowed (max_client_conn)"), facts.CauseServerFull},
	} {
		if got := causeOf(messageIn(fmt.Errorf("failed SASL auth: %w", c.err)), true); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	wrong := messageIn(pgpoolSays("ERROR", "XX000", "authentication failed", `username "u" or password does not exist in backend`, "pool_auth.c"))
	if got := causeOf(wrong, false); got != facts.CauseNoPassword {
		t.Errorf("without a password: %q", got)
	}
}

func TestOriginOfMessage(t *testing.T) {
	t.Parallel()
	for want, err := range map[bool]*pgconn.PgError{
		true:  pgpoolSays("ERROR", "XX000", "authentication failed", "", "pool_auth.c"),
		false: postgresSays("28P01", "password authentication failed", "auth.c", "auth_failed"),
	} {
		if got := serverError(err).FromPgpool; got != want {
			t.Errorf("%s: from Pgpool-II %t", err.File, got)
		}
	}
	if serverError(poolerSays("SASL authentication failed")).FromPgpool {
		t.Error("PgBouncer is taken for Pgpool-II")
	}
}

type slow struct{ error }

func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

func TestCauseOfBehaviour(t *testing.T) {
	t.Parallel()
	dialled := func(first string, refused int) *line {
		return &line{wire: &wire{first: []byte(first)}, refused: refused}
	}
	for _, c := range []struct {
		name string
		err  error
		line *line
		want facts.LoginCause
	}{
		{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, &line{}, facts.CauseRefused},
		{"no host", &net.DNSError{Err: "no such host", Name: "nosuch.invalid", IsNotFound: true}, &line{}, facts.CauseNoHost},
		{"no route", &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, &line{}, facts.CauseUnreachable},
		{"no answer to the TCP connection", slow{errors.New("i/o timeout")}, &line{}, facts.CauseUnreachable},
		{"silence", slow{errors.New("i/o timeout")}, dialled("", 0), facts.CauseSilence},
		{"silence behind a refusal of TLS", slow{errors.New("i/o timeout")}, dialled("N", 1), facts.CauseHang},
		{"silence behind TLS", slow{errors.New("i/o timeout")}, &line{wire: &wire{first: []byte("S")}, secured: true}, facts.CauseHang},
		{"silence behind a request for a password", slow{errors.New("i/o timeout")}, dialled("R", 0), facts.CauseHang},
		{"closed", io.ErrUnexpectedEOF, dialled("", 0), facts.CauseClosed},
		{"reset", syscall.ECONNRESET, dialled("", 0), facts.CauseClosed},
		{"closed when asked for TLS", fmt.Errorf("%w: %w", errTLSClosed, io.EOF), dialled("", 0), facts.CauseClosed},
		{"HTTP", errors.New("invalid body length"), dialled("HTTP/1.1 400 Bad", 0), facts.CauseNotPostgreSQL},
		{"memcached", errors.New("invalid body length"), dialled("ERROR\r\n", 0), facts.CauseNotPostgreSQL},
		{"MySQL", io.ErrUnexpectedEOF, dialled("J\x00\x00\x00\x0a8.0", 0), facts.CauseNotPostgreSQL},
		{"TLS refused", errTLSRefused, dialled("N", 0), facts.CauseTLSRefused},
		{"handshake", fmt.Errorf("%w: %w", errTLSHandshake, errors.New("bad certificate")), dialled("S", 0), facts.CauseTLSFailed},
		{"handshake without an end", fmt.Errorf("%w: %w", errTLSHandshake, slow{errors.New("i/o timeout")}), &line{wire: &wire{first: []byte("S")}, encryption: whenServer}, facts.CauseSilence},
		{"no port", fmt.Errorf("%w: %q is no port", errSetup, "x"), &line{}, facts.CauseUnknown},
	} {
		if got := causeOfFailure(t.Context(), c.err, c.line, true); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := causeOfFailure(ended, io.EOF, dialled("", 0), true); got != facts.CauseCancelled {
		t.Errorf("after Ctrl-C: %q", got)
	}
}

func TestSecondAttempt(t *testing.T) {
	t.Parallel()
	asked := &line{encryption: whenServer, wire: &wire{}}
	strict := &line{encryption: encrypted, wire: &wire{}}
	inTLS := &line{encryption: whenServer, wire: &wire{}, secured: true}
	for _, c := range []struct {
		mode  string
		cause facts.LoginCause
		line  *line
		want  attempt
		again bool
	}{
		{"disable", facts.CauseClosed, &line{}, attempt{}, false},
		{"prefer", facts.CauseClosed, asked, attempt{encryption: plain}, true},
		{"prefer", facts.CausePoolHBA, inTLS, attempt{encryption: plain}, true},
		{"prefer", facts.CauseWrongPassword, inTLS, attempt{}, false},
		{"prefer", facts.CausePgpoolFull, asked, attempt{}, false},
		{"prefer", facts.CauseSilence, asked, attempt{}, false},
		{"allow", facts.CausePoolHBA, &line{}, attempt{encryption: encrypted}, true},
		{"require", facts.CauseClosed, strict, attempt{encryption: plain, silently: true}, true},
		{"require", facts.CauseTLSRefused, strict, attempt{}, false},
		{"verify-full", facts.CauseClosed, strict, attempt{encryption: plain, silently: true}, true},
		{"verify-full", facts.CauseTLSFailed, strict, attempt{}, false},
		{"require", facts.CauseClosed, inTLS, attempt{}, false},
	} {
		got, again := second(c.mode, c.cause, c.line)
		if again != c.again || again && got != c.want {
			t.Errorf("%s after %q: %+v %t", c.mode, c.cause, got, again)
		}
	}
}
