package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// saying is one thing that Pgpool-II says to a client that it does not let in. Message and detail are beginnings. Nearly all
// of it has SQLSTATE XX000, so the text is all there is to tell one from the other (src/auth/pool_auth.c, pool_hba.c,
// protocol/child.c, protocol/pool_connection_pool.c, protocol/pool_proto_modules.c of 4.1 to 4.7).
type saying struct {
	message, detail string
	cause           facts.LoginCause
}

var sayings = []saying{
	{"Sorry, too many clients already", "", facts.CausePgpoolFull},
	{"pgpool is not accepting any new connections", "", facts.CauseAllBackendsDown},
	{"all backend nodes are down", "", facts.CauseAllBackendsDown},
	{"failed to create a backend", "", facts.CauseBackendLost},
	{"unable to read data from DB node", "", facts.CauseBackendLost},
	{"connection to postmaster on DB node", "", facts.CauseBackendLost},
	{"SCRAM authentication failed", "pool_passwd file does not contain", facts.CauseNotInPoolPasswd},
	{"SCRAM authentication failed", "unable to decrypt password from pool_passwd", facts.CauseNotInPoolPasswd},
	{"md5 authentication failed", "pool_passwd file does not contain", facts.CauseNotInPoolPasswd},
	{"md5 authentication failed", "", facts.CauseWrongPassword},
	{"password authentication failed", "", facts.CauseWrongPassword},
	// It means that the password does not fit pool_passwd.
	{"authentication failed", "username ", facts.CauseWrongPassword},
	{"failed to authenticate with backend using SCRAM", "valid password not found", facts.CauseNotInPoolPasswd},
	{"failed to authenticate with backend using SCRAM", "unable to get the password", facts.CauseNotInPoolPasswd},
	{"failed to authenticate with backend", "", facts.CauseBackendPassword},
	// The role is missing or expired in PostgreSQL, or has another password there than in pool_passwd.
	{"backend authentication failed", "", facts.CauseBackendPassword},
	{"client authentication failed", "", facts.CausePoolHBA},
	{"invalid PCP packet", "", facts.CauseNotPostgreSQL}, // the port for pcp_node_info and its like
	{"unable to read message kind", "", facts.CauseBackendRefuses},
	{"invalid authentication packet from backend", "", facts.CauseBackendRefuses},
	{"failed to read kind from backend", "", facts.CauseBackendRefuses},
	{"authentication failed, backend node replied with an error", "", facts.CauseBackendRefuses},
	// 4.6 says so of whatever PostgreSQL refuses: no such database or role, a limit, no right to connect; and of a warning that
	// all nodes send.
	{"unable to get session context", "", facts.CauseBackendRefuses},
}

// causeOf tells from a server's message why a login failed.
func causeOf(m *message, withPassword bool) facts.LoginCause {
	var cause facts.LoginCause
	switch {
	case m.FromPgpool:
		cause = causeByPgpool(m)
	case !m.localized:
		cause = causeByPostgreSQL(m)
	default:
		cause = causeByPooler(m)
	}
	if cause == facts.CauseWrongPassword && !withPassword {
		return facts.CauseNoPassword
	}
	return cause
}

func causeByPgpool(m *message) facts.LoginCause {
	if strings.HasPrefix(m.Detail, "kind does not match between ") && strings.Contains(m.Detail, "(4e)") && !strings.Contains(m.Detail, "(45)") {
		return facts.CauseBackendWarns // N, a NoticeResponse, and nobody's E, an ErrorResponse
	}
	for _, s := range sayings {
		if strings.HasPrefix(m.Message, s.message) && strings.HasPrefix(m.Detail, s.detail) {
			return s.cause
		}
	}
	switch m.Code {
	case "53300":
		return facts.CausePgpoolFull
	case "08S01":
		return facts.CauseAllBackendsDown
	}
	return facts.CauseUnknown
}

// causeByPostgreSQL goes by SQLSTATE and by the function that raised the error, because the text is translated.
func causeByPostgreSQL(m *message) facts.LoginCause {
	switch m.Code {
	case "28P01":
		return facts.CauseWrongPassword
	case "3D000":
		return facts.CauseNoDatabase
	case "57P03":
		return facts.CauseStarting
	case "28000":
		if m.routine == "ClientAuthentication" || strings.Contains(m.Message, "pg_hba.conf") {
			return facts.CausePgHBA
		}
		return facts.CauseNoRole
	case "53300":
		switch {
		case m.routine == "InitializeSessionUserId" || strings.HasPrefix(m.Message, "too many connections for role"):
			return facts.CauseRoleLimit
		case m.routine == "CheckMyDatabase" || strings.HasPrefix(m.Message, "too many connections for database"):
			return facts.CauseDatabaseLimit
		}
		return facts.CauseServerFull
	case "55000", "42501":
		return facts.CauseNoConnectRight
	}
	return facts.CauseUnknown
}

// causeByPooler is for PgBouncer, all of whose messages have SQLSTATE 08P01 and no place in a source.
func causeByPooler(m *message) facts.LoginCause {
	text := strings.ToLower(m.Message)
	for _, s := range []struct {
		words string
		cause facts.LoginCause
	}{
		{"no such database", facts.CauseNoDatabase},
		{"no such user", facts.CauseNoRole},
		{"authentication failed", facts.CauseWrongPassword},
		{"auth failed", facts.CauseWrongPassword},
		{"no more connections allowed", facts.CauseServerFull},
		{"too many clients", facts.CauseServerFull},
		{"too many connections", facts.CauseServerFull},
		{"query_wait_timeout", facts.CauseServerFull},
		{"login rejected", facts.CausePgHBA},
		{"server login", facts.CauseBackendLost},
		{"cannot connect to server", facts.CauseBackendLost},
		{"server conn crashed", facts.CauseBackendLost},
	} {
		if strings.Contains(text, s.words) {
			return s.cause
		}
	}
	if strings.HasPrefix(text, "database ") && strings.HasSuffix(text, "does not exist") {
		return facts.CauseNoDatabase
	}
	return facts.CauseUnknown
}

// causeOfFailure tells why an attempt failed, by message, by behaviour, by where it got to. ctx is the user's, not the
// attempt's.
func causeOfFailure(ctx context.Context, err error, l *line, withPassword bool) facts.LoginCause {
	if ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled) {
		return facts.CauseCancelled
	}
	if m := messageIn(err); m != nil {
		return causeOf(m, withPassword)
	}
	var noHost *net.DNSError
	switch {
	case errors.Is(err, errSetup):
		return facts.CauseUnknown
	case errors.Is(err, errTLSRefused):
		return facts.CauseTLSRefused
	case errors.Is(err, errForeign):
		return facts.CauseNotPostgreSQL
	case isTLS(err):
		return facts.CauseTLSFailed
	case errors.As(err, &noHost):
		return facts.CauseNoHost
	case l.wire == nil:
		return causeOfDial(err)
	}
	return causeOfSession(err, l)
}

func causeOfDial(err error) facts.LoginCause {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return facts.CauseRefused
	}
	return facts.CauseUnreachable
}

func causeOfSession(err error, l *line) facts.LoginCause {
	if !l.secured && l.wire.foreign(l.refused) {
		return facts.CauseNotPostgreSQL
	}
	var tooLong *pgproto3.ExceededMaxBodyLenErr
	switch {
	case timedOut(err) && l.taken():
		return facts.CauseHang
	case timedOut(err):
		return facts.CauseSilence
	case errors.Is(err, errTLSClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return facts.CauseClosed
	case errors.Is(err, errFlood), errors.As(err, &tooLong), strings.Contains(err.Error(), "unknown message type"):
		return facts.CauseNotPostgreSQL
	}
	return facts.CauseUnknown
}

// taken says that a child process has answered the client, by more than a beginning of TLS. When all are busy, or a failover is
// under way, nobody does; one that has answered and is silent waits for a backend node.
func (l *line) taken() bool {
	return l.secured || l.refused > 0 || l.encryption == plain && len(l.wire.began(0)) > 0
}

func isTLS(err error) bool {
	var (
		record    tls.RecordHeaderError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	if errors.Is(err, errTLSHandshake) {
		return !timedOut(err)
	}
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid)
}
