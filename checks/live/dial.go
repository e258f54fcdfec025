package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// The ends of an attempt before the server was told who wants to log in.
var (
	errTLSRefused   = errors.New("the server does not do TLS")
	errTLSClosed    = errors.New("the server closed the connection when it was asked for TLS")
	errTLSHandshake = errors.New("TLS handshake")
	errForeign      = errors.New("what answers is no PostgreSQL server")
	errSetup        = errors.New("nothing was sent")
	errSpent        = errors.New("the one connection of this session has been made")
)

// encryption is how one attempt uses TLS.
type encryption uint8

const (
	plain      encryption = iota
	encrypted             // or not at all
	whenServer            // in clear if the server does not do TLS, on the same connection
)

// line makes the one TCP connection of a session, and asks for TLS. pgconn would connect a second time when TLS is refused,
// and a third time to cancel a statement; each takes a child process of Pgpool-II.
type line struct {
	host, port string
	encryption encryption
	config     *tls.Config
	limit      time.Duration // of the TCP connection

	wire    *wire
	secured bool
	refused int // bytes of the answer to SSLRequest that stand in front of the rest
	spent   bool
}

// dial is a pgconn.DialFunc.
func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if l.spent {
		return nil, errSpent
	}
	l.spent = true
	// No keep-alive: pgjdbc sends none, and it would hide a firewall that forgets idle connections.
	dialer := net.Dialer{Timeout: l.limit, KeepAlive: -1}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(l.host, l.port))
	if err != nil {
		return nil, err
	}
	l.wire = newWire(conn)
	if l.encryption == plain {
		return l.wire, nil
	}
	secured, err := l.secure(ctx)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

func (l *line) secure(ctx context.Context) (net.Conn, error) {
	stop := context.AfterFunc(ctx, func() { _ = l.wire.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := l.wire.Write(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 8}, 80877103)); err != nil {
		return nil, closedWhenAsked(err)
	}
	var answer [1]byte
	if _, err := io.ReadFull(l.wire, answer[:]); err != nil {
		return nil, closedWhenAsked(err)
	}
	switch answer[0] {
	case 'S':
		conn := tls.Client(l.wire, l.config)
		if err := conn.HandshakeContext(ctx); err != nil {
			if first := l.wire.began(0); len(first) > 1 && first[1] != 0x15 && first[1] != 0x16 {
				return nil, errForeign // no record of TLS: "SSH-2.0-" begins like consent
			}
			return nil, fmt.Errorf("%w: %w", errTLSHandshake, err)
		}
		l.secured = true
		return conn, nil
	case 'N':
		if l.encryption == whenServer {
			l.refused = 1
			return l.wire, nil
		}
		return nil, errTLSRefused
	case 'E':
		// Pgpool-II refuses a client that is one too many before it has read what the client wants.
		return nil, l.refusal()
	}
	return nil, errForeign
}

// closedWhenAsked tells a server that closes the connection from one that does not answer in time.
func closedWhenAsked(err error) error {
	if timedOut(err) {
		return err
	}
	return fmt.Errorf("%w: %w", errTLSClosed, err)
}

// refusal reads the rest of an ErrorResponse whose first byte has been read.
func (l *line) refusal() error {
	var size [4]byte
	if _, err := io.ReadFull(l.wire, size[:]); err != nil {
		return err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length < 5 || length > 1<<16 {
		return errForeign
	}
	body := make([]byte, length-4)
	if _, err := io.ReadFull(l.wire, body); err != nil {
		return err
	}
	var message pgproto3.ErrorResponse
	if err := message.Decode(body); err != nil {
		return errForeign
	}
	return pgconn.ErrorResponseToPgError(&message)
}

// tlsConfig is what libpq and pgjdbc make of an sslmode: only the verify modes look at the certificate.
func tlsConfig(mode, host, rootCert string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if mode != "verify-ca" && mode != "verify-full" {
		config.InsecureSkipVerify = true
		return config, nil
	}
	if rootCert != "" {
		text, err := os.ReadFile(rootCert)
		if err != nil {
			return nil, fmt.Errorf("%w: the root certificate: %w", errTLSHandshake, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%w: %s has no certificate", errTLSHandshake, rootCert)
		}
	}
	if mode == "verify-full" {
		return config, nil
	}
	roots := config.RootCAs
	config.InsecureSkipVerify = true // replaced by what follows, which leaves the name of the host out
	config.VerifyConnection = func(state tls.ConnectionState) error {
		options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
		for _, certificate := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(certificate)
		}
		_, err := state.PeerCertificates[0].Verify(options)
		return err
	}
	return config, nil
}
