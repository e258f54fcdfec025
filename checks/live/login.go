package live

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// account is who logs in where.
type account struct {
	host, port, database, user, password string
	sslMode, rootCert                    string
	limit                                time.Duration // of one attempt
}

func (t *Target) account() account {
	return account{t.Host, t.Port, t.Database, t.User, t.Password, t.sslMode(), t.RootCert, t.loginTime()}
}

// applicationName is how the doctor's sessions are called in pg_stat_activity.
const applicationName = "bbdoctor"

// hostName stands for the endpoint in pgconn's errors; [line] knows where it is.
const hostName = "endpoint"

// template is what pgconn needs to have parsed. Everything that the environment could have put into it is replaced; the
// values here only keep it from looking for them.
var template = sync.OnceValues(func() (*pgconn.Config, error) {
	config, err := pgconn.ParseConfig("host=localhost port=1 user=x database=x password=x sslmode=disable connect_timeout=0 " +
		"target_session_attrs=any sslcertmode=disable sslnegotiation=postgres channel_binding=disable require_auth='' " +
		"min_protocol_version=3.0 max_protocol_version=3.0")
	if err != nil {
		return nil, fmt.Errorf("the environment (PGSERVICE, PGSERVICEFILE): %w", err)
	}
	return config, nil
})

// config is pgconn's view of an attempt: one host, no name resolution, no TLS of its own, nothing from the environment.
func (a account) config(l *line) (*pgconn.Config, error) {
	parsed, err := template()
	if err != nil {
		return nil, err
	}
	config := parsed.Copy()
	config.Host, config.Database, config.User, config.Password = hostName, a.database, a.user, a.password
	config.TLSConfig, config.Fallbacks, config.ValidateConnect, config.AfterConnect = nil, nil, nil, nil
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = l.dial
	config.MaxProtocolMessageBodyLen = mostMessage
	// Pgpool-II keeps the connection to the nodes for the next client with the same parameters, so there are few of them.
	config.RuntimeParams = map[string]string{"application_name": applicationName, "client_encoding": "UTF8"}
	return config, nil
}

// attempt is one way to try.
type attempt struct {
	encryption encryption
	// silently says that no request for a password is answered: the attempt is only made to hear what the server says.
	silently bool
}

// first is the attempt that an sslmode begins with.
func first(mode string) attempt {
	switch mode {
	case "disable", "allow":
		return attempt{encryption: plain}
	case "prefer":
		return attempt{encryption: whenServer}
	}
	return attempt{encryption: encrypted}
}

// second is what follows a failure, if anything does. libpq and pgjdbc try the other kind of connection where the mode
// leaves both open and the server's access rules may tell them apart. Beyond that Pgpool-II without a backend node closes
// the connection of whoever asks for TLS, and only tells the others why; there no mode lets a password go.
func second(mode string, cause facts.LoginCause, l *line) (attempt, bool) {
	beforeLogin := cause == facts.CauseClosed && l.encryption != plain && !l.secured && l.refused == 0
	switch mode {
	case "allow":
		return attempt{encryption: encrypted}, cause == facts.CausePoolHBA || cause == facts.CausePgHBA || cause == facts.CauseClosed
	case "prefer":
		rules := l.secured && (cause == facts.CausePoolHBA || cause == facts.CausePgHBA || cause == facts.CauseClosed)
		return attempt{encryption: plain}, beforeLogin || rules || cause == facts.CauseTLSFailed
	case "disable":
		return attempt{}, false
	}
	return attempt{encryption: plain, silently: true}, beforeLogin
}

// login logs in, with the second attempt that some failures call for. session is nil when it failed.
func login(ctx context.Context, a account) (*session, facts.Login) {
	start := time.Now()
	try := first(a.sslMode)
	s, l, err := a.try(ctx, try)
	result := outcome(ctx, s, l, err, a)
	if try, again := second(a.sslMode, result.Cause, l); again && ctx.Err() == nil {
		other, otherLine, err := a.try(ctx, try)
		instead := outcome(ctx, other, otherLine, err, a)
		switch {
		case try.silently && other != nil:
			other.close() // it lets everybody in without a password; that is not what was asked
		case other != nil:
			s, result = other, instead
		case instead.Error != nil && instead.Error.Code != "":
			result, result.WithoutTLS = instead, try.encryption == plain
		}
	}
	result.Attempts = 1
	result.Took = time.Since(start)
	return s, result
}

func (a account) try(ctx context.Context, how attempt) (*session, *line, error) {
	l := &line{host: a.host, port: a.port, encryption: how.encryption, limit: a.limit}
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	if how.encryption != plain {
		config, err := tlsConfig(a.sslMode, a.host, a.rootCert)
		if err != nil {
			return nil, l, err
		}
		l.config = config
	}
	if n, err := strconv.Atoi(a.port); err != nil || n < 1 || n > 65535 {
		return nil, l, fmt.Errorf("%w: %q is no port", errSetup, a.port)
	}
	config, err := a.config(l)
	if err != nil {
		return nil, l, fmt.Errorf("%w: %w", errSetup, err)
	}
	if how.silently {
		config.RequireAuth = "none"
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		if l.wire != nil {
			_ = l.wire.Close()
		}
		return nil, l, err
	}
	return &session{conn: conn, line: l}, l, nil
}

func outcome(ctx context.Context, s *session, l *line, err error, a account) facts.Login {
	if s != nil {
		return facts.Login{OK: true, ParameterStatus: s.parameterStatus()}
	}
	return facts.Login{Cause: causeOfFailure(ctx, err, l, a.password != ""), Error: serverError(err)}
}

// passing says that a failure can go away by itself, so that waiting for the endpoint makes sense.
func passing(cause facts.LoginCause) bool {
	switch cause {
	case facts.CauseNoHost, facts.CauseRefused, facts.CauseUnreachable, facts.CauseSilence, facts.CauseHang, facts.CauseClosed,
		facts.CauseAllBackendsDown, facts.CauseBackendLost, facts.CauseBackendRefuses, facts.CauseStarting,
		facts.CauseServerFull, facts.CausePgpoolFull:
		return true
	}
	return false
}

// pause is between two attempts of a wait.
const pause = 500 * time.Millisecond

// loginWaiting logs in, again and again for as long as the target says while the failure can pass.
func loginWaiting(ctx context.Context, t *Target) (*session, facts.Login) {
	start := time.Now()
	deadline := start.Add(t.Wait)
	for attempts := 1; ; attempts++ {
		t.progress("log in to " + t.Host + ":" + t.Port)
		s, result := login(ctx, t.account())
		result.Attempts, result.Took = attempts, time.Since(start)
		if s != nil || !passing(result.Cause) || !time.Now().Add(pause).Before(deadline) {
			return s, result
		}
		t.progress("wait for " + t.Host + ":" + t.Port + ": " + string(result.Cause))
		select {
		case <-ctx.Done():
			result.Cause = facts.CauseCancelled
			return nil, result
		case <-time.After(pause):
		}
	}
}
