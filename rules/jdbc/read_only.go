package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ReadOnly guards that Bitbucket's connections may write.
var ReadOnly = &rules.Rule{
	ID:       "jdbc/read-only",
	Title:    "jdbc.url does not make connections read-only",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		fail := func(parameter jdbcurl.Parameter, consequence string) {
			p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "%s in %s: %s", asWritten(url, parameter), rules.NameOf(url.Setting), consequence).
				Helpf("Remove the parameter; Bitbucket must write.")
		}
		mode, _ := url.Parsed.Effective("readOnlyMode")
		if parameter, ok := url.Parsed.Effective("readOnly"); ok && strings.EqualFold(parameter.Value, "true") && !strings.EqualFold(mode.Value, "ignore") {
			fail(parameter, "every connection starts read-only, and Bitbucket cannot write")
		}
		if strings.EqualFold(mode.Value, "always") {
			fail(mode, "a connection that was set read-only once is a read-only session in PostgreSQL, and Bitbucket cannot write in it")
		}
		if parameter, ok := url.Parsed.Effective("options"); ok && startsReadOnly(parameter.Value) {
			fail(parameter, "PostgreSQL makes every transaction read-only, and Bitbucket cannot write")
		}
	},
}

// startsReadOnly says whether the command-line options that a session starts with make its transactions read-only. Of
// several the last wins, as in PostgreSQL.
func startsReadOnly(options string) bool {
	readOnly := false
	words := optionWords(options)
	for i := 0; i < len(words); i++ {
		assignment, ok := strings.CutPrefix(words[i], "--")
		if !ok {
			if assignment, ok = strings.CutPrefix(words[i], "-c"); !ok {
				continue
			}
			if assignment == "" && i+1 < len(words) {
				i++
				assignment = words[i]
			}
		}
		name, value, _ := strings.Cut(assignment, "=")
		switch strings.ToLower(strings.ReplaceAll(name, "-", "_")) {
		case "default_transaction_read_only", "transaction_read_only":
			readOnly = isOn(value)
		}
	}
	return readOnly
}

// optionWords splits options as PostgreSQL's pg_split_opts does: at white space, and a backslash takes the next character
// as it is.
func optionWords(options string) []string {
	var words []string
	var word strings.Builder
	inWord := false
	for i := 0; i < len(options); i++ {
		switch c := options[i]; {
		case strings.IndexByte(" \t\n\v\f\r", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		case c == '\\' && i+1 < len(options):
			i++
			word.WriteByte(options[i])
			inWord = true
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// isOn reads a boolean as PostgreSQL does: "on", "1", and every beginning of "true" and "yes", in any case.
func isOn(value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	return value != "" && (value == "on" || value == "1" || strings.HasPrefix("true", value) || strings.HasPrefix("yes", value))
}
