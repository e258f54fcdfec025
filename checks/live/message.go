package live

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// mostText bounds one piece of text that a server sent, in bytes.
const mostText = 2000

// clean makes text from elsewhere fit to be kept and shown: redacted, valid UTF-8, no control characters but line ends and
// tabs, not endless.
func clean(text string) string {
	if len(text) > mostText {
		text = text[:mostText]
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, r < ' ' && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0:
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return facts.RedactText(plain)
}

// message is an ErrorResponse with the fields that tell who raised it and where, which a snapshot does not keep.
type message struct {
	facts.ServerError
	localized     bool // the non-localised severity is missing
	file, routine string
}

// messageIn is the server's message in an error; nil if there is none.
func messageIn(err error) *message {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return nil
	}
	m := &message{
		ServerError: facts.ServerError{
			Severity: clean(pgErr.Severity), Code: clean(pgErr.Code), Message: clean(pgErr.Message),
			Detail: clean(pgErr.Detail), Hint: clean(pgErr.Hint),
		},
		localized: pgErr.SeverityUnlocalized == "",
		file:      pgErr.File, routine: pgErr.Routine,
	}
	// PostgreSQL sends all three, PgBouncer none, Pgpool-II the file only.
	m.FromPgpool = m.localized && m.routine == "" && m.file != ""
	return m
}

// serverError is an error as a snapshot keeps it.
func serverError(err error) *facts.ServerError {
	if err == nil {
		return nil
	}
	if m := messageIn(err); m != nil {
		return &m.ServerError
	}
	return &facts.ServerError{Message: clean(reason(err))}
}

// reason is what an error says, without what pgconn puts in front of it: role, database and address.
func reason(err error) string {
	text := err.Error()
	if _, said, found := strings.Cut(text, "("+hostName+"): "); found {
		return said
	}
	return text
}
