package postgresqlconf

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"
)

type kind uint8

const (
	text kind = iota
	boolean
	integer
	enumeration
)

// parameter is one parameter that rules look at, as src/backend/utils/misc/guc.c and guc_tables.c of PostgreSQL 9.6 to 18
// have it.
type parameter struct {
	name         facts.Key
	kind         kind
	unit         guc.Unit
	low, high    int64
	words        []string
	defaultValue string
	since        int // first major version that has it; 0 for all
}

const (
	// maxBackends is the bound of everything that counts server processes.
	maxBackends = 262143
	maxInt      = math.MaxInt32
)

// parameters are the ones that Effective fills in. Time-outs count in milliseconds.
var parameters = []parameter{
	{name: "max_connections", kind: integer, low: 1, high: maxBackends, defaultValue: "100"},
	{name: "superuser_reserved_connections", kind: integer, high: maxBackends, defaultValue: "3"},
	{name: "reserved_connections", kind: integer, high: maxBackends, defaultValue: "0", since: 16},
	{name: "idle_session_timeout", kind: integer, unit: guc.Millisecond, high: maxInt, defaultValue: "0", since: 14},
	{name: "idle_in_transaction_session_timeout", kind: integer, unit: guc.Millisecond, high: maxInt, defaultValue: "0"},
	{name: "statement_timeout", kind: integer, unit: guc.Millisecond, high: maxInt, defaultValue: "0"},
	{name: "transaction_timeout", kind: integer, unit: guc.Millisecond, high: maxInt, defaultValue: "0", since: 17},
	{name: "password_encryption", kind: enumeration, words: []string{"md5", "scram-sha-256"}, defaultValue: "scram-sha-256"},
	{name: "port", kind: integer, low: 1, high: 65535, defaultValue: "5432"},
	{name: "listen_addresses", defaultValue: "localhost"},
	{name: "wal_level", kind: enumeration, words: []string{"minimal", "replica", "logical"}, defaultValue: "replica"},
	{name: "hot_standby", kind: boolean, defaultValue: "on"},
	{name: "max_wal_senders", kind: integer, high: maxBackends, defaultValue: "10"},
	{name: "default_transaction_read_only", kind: boolean, defaultValue: "off"},
	{name: "synchronous_standby_names", defaultValue: ""},
	{name: "tcp_keepalives_idle", kind: integer, unit: guc.Second, high: maxInt, defaultValue: "0"},
	{name: "tcp_keepalives_interval", kind: integer, unit: guc.Second, high: maxInt, defaultValue: "0"},
	{name: "tcp_keepalives_count", kind: integer, high: maxInt, defaultValue: "0"},
	{name: "shared_preload_libraries", defaultValue: ""},
}

func find(name facts.Key) *parameter {
	for i := range parameters {
		if parameters[i].name == name {
			return &parameters[i]
		}
	}
	return nil
}

// exists says whether a major version ("17", "9.6", or "" for the newest) has the parameter.
func (p *parameter) exists(major string) bool {
	n := majorNumber(major)
	return n == 0 || n >= p.since
}

// majorNumber is 17 of "17", 9 of "9.6", 0 of anything that is no version.
func majorNumber(major string) int {
	major, _, _ = strings.Cut(major, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// Normalise gives what PostgreSQL makes of a value: an integer in decimal and in the parameter's own unit (milliseconds
// for the time-outs), a boolean as "on" or "off", an enumeration in lower case. bad says why the text is no value of the
// parameter; PostgreSQL then does not start, and norm is empty. A parameter that is not among those that rules look at
// takes every text.
func Normalise(name, text, major string) (norm, bad string) {
	p := find(facts.Key(lower(name)))
	if p == nil {
		return text, ""
	}
	return p.normalise(text, major)
}

func (p *parameter) normalise(value, major string) (norm, bad string) {
	switch p.kind {
	case boolean:
		on, ok := guc.Boolean(value)
		switch {
		case !ok:
			return "", "no boolean word: PostgreSQL does not start"
		case on:
			return "on", ""
		}
		return "off", ""
	case integer:
		n, err := guc.Integer(value, p.unit, maxInt)
		switch {
		case errors.Is(err, guc.ErrTakesNoUnit):
			return "", "not an integer, and the parameter takes no unit: PostgreSQL does not start"
		case errors.Is(err, guc.ErrUnknownUnit):
			return "", "not an integer with one of the units us, ms, s, min, h, d: PostgreSQL does not start"
		case errors.Is(err, guc.ErrRange):
			return "", "too large: PostgreSQL does not start"
		case err != nil:
			return "", "not an integer: PostgreSQL does not start"
		case n < p.low || n > p.high:
			return "", "outside " + strconv.FormatInt(p.low, 10) + " to " + strconv.FormatInt(p.high, 10) + ": PostgreSQL does not start"
		}
		return strconv.FormatInt(n, 10), ""
	case enumeration:
		return p.word(value, major)
	}
	return value, ""
}

// word reads one of the words of an enumeration, those included that stand for another.
func (p *parameter) word(value, major string) (norm, bad string) {
	lower := strings.ToLower(value)
	for _, word := range p.words {
		if lower == word {
			return word, ""
		}
	}
	switch p.name {
	case "wal_level":
		if lower == "archive" || lower == "hot_standby" {
			return "replica", ""
		}
	case "password_encryption":
		// Until 10 it was a boolean; the words for true meant md5 until 13.
		if n := majorNumber(major); n > 0 && n < 14 && (lower == "on" || lower == "true" || lower == "yes" || lower == "1") {
			return "md5", ""
		}
	}
	return "", "not one of " + strings.Join(p.words, ", ") + ": PostgreSQL does not start"
}

// DefaultSetting is a parameter as it is when nothing sets it in a major version of PostgreSQL ("" is the newest). Its
// State is Absent when the version has no such parameter, or when it is not among those that rules look at.
func DefaultSetting(name, major string) facts.Setting {
	p := find(facts.Key(lower(name)))
	if p == nil || !p.exists(major) {
		return facts.Setting{Key: facts.Key(name)}
	}
	value := p.defaultValue
	switch n := majorNumber(major); {
	case n == 0:
	case p.name == "password_encryption" && n < 14:
		value = "md5"
	case n < 10 && p.name == "wal_level":
		value = "minimal"
	case n < 10 && p.name == "hot_standby":
		value = "off"
	case n < 10 && p.name == "max_wal_senders":
		value = "0"
	}
	return facts.Setting{Key: p.name, Text: value, Norm: value, State: facts.Default, Why: "PostgreSQL's default"}
}
