package jdbc

import (
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestBefore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version        string
		state          facts.State
		earlier, known bool
	}{
		{"9.4", facts.Set, true, true},
		{"9", facts.Set, true, true},
		{"8.19.16", facts.Set, true, true},
		{"10.1.3", facts.Set, true, true},
		{"10.2", facts.Set, false, true},
		{"10.2.0-jdk21", facts.Set, false, true},
		{"10.10", facts.Set, false, true},
		{"11", facts.Set, false, true},
		{"v9.4", facts.Set, true, true},
		{"10", facts.Set, false, false}, // may be 10.0 or 10.2
		{"latest", facts.Set, false, false},
		{"10.x", facts.Set, false, false},
		{"", facts.Set, false, false},
		{"9.4", facts.Default, false, false},
	} {
		earlier, known := before(facts.Setting{Text: test.version, State: test.state}, 10, 2)
		if earlier != test.earlier || known != test.known {
			t.Errorf("before(%q, %v) = %t, %t, want %t, %t", test.version, test.state, earlier, known, test.earlier, test.known)
		}
	}
}

func TestStartsReadOnly(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]bool{
		"":                                     false,
		"-c default_transaction_read_only=on":  true,
		"-c default_transaction_read_only=off": false,
		"-cdefault_transaction_read_only=TRUE": true,
		"--default-transaction-read-only=1":    true,
		"--default_transaction_read_only=y":    true,
		"-c Default_Transaction_Read_Only=tr":  true,
		"-c transaction_read_only=on":          true,
		"-c default_transaction_read_only=on -c default_transaction_read_only=off": false,
		"-c default_transaction_read_only=off -c default_transaction_read_only=on": true,
		"-c search_path=default_transaction_read_only=on":                          false,
		`-c search_path=a\ -c\ default_transaction_read_only=on`:                   false,
		"-c statement_timeout=0  \t-c\tdefault_transaction_read_only=on":           true,
		"-c":                                 false,
		"-c default_transaction_read_only":   false,
		"-c default_transaction_read_only=":  false,
		"-c default_transaction_read_only=o": false,
		`\`:                                  false,
	} {
		if got := startsReadOnly(options); got != want {
			t.Errorf("startsReadOnly(%q) = %t, want %t", options, got, want)
		}
	}
}

func TestListed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                        nil,
		"bitbucketuser":           {"bitbucketuser"},
		"monitor,bitbucketuser":   {"monitor", "bitbucketuser"},
		"monitor; bitbucketuser,": {"monitor", "bitbucketuser"},
		" a  b\tc ":               {"a", "b", "c"},
		"first\nsecond":           {"first"},
	} {
		if got := listed(text); !slices.Equal(got, want) {
			t.Errorf("listed(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAdviceIn(t *testing.T) {
	t.Parallel()
	for refusal, want := range map[string][2]string{
		"there is no slash after the port: write //pgpool:5432/bitbucket": {"there is no slash after the port", "Write //pgpool:5432/bitbucket"},
		"the URL is none of PostgreSQL's: remove it: write x":             {"the URL is none of PostgreSQL's: remove it", "Write x"},
		"the URL does not begin with jdbc:postgresql: - write x":          {"the URL does not begin with jdbc:postgresql:", "Write x"},
		"something new": {"something new", "Write jdbc:postgresql://HOST:PORT/DATABASE with Pgpool-II's host and port"},
	} {
		if reason, advice := adviceIn(refusal); reason != want[0] || advice != want[1] {
			t.Errorf("adviceIn(%q) = %q, %q, want %q", refusal, reason, advice, want)
		}
	}
}

func TestPlainHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"PG-0.example.com.": "pg-0.example.com",
		"[::1]":             "::1",
		"[2001:DB8::1]":     "2001:db8::1",
		"::ffff:10.0.0.5":   "10.0.0.5",
		"10.0.0.5":          "10.0.0.5",
		"":                  "",
	} {
		if got := plainHost(host); got != want {
			t.Errorf("plainHost(%q) = %q, want %q", host, got, want)
		}
	}
	for host, want := range map[string]bool{"": true, "localhost": true, "db.localhost": true, "127.0.0.1": true, "127.1.2.3": true, "::1": true, "10.0.0.5": false, "pgpool": false} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %t, want %t", host, got, want)
		}
	}
}

func TestSeparator(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"jdbc:postgresql://h/d": "?", "jdbc:postgresql://h/d?": "", "jdbc:postgresql://h/d?a=b": "&", "jdbc:postgresql://h/d?a=b&": ""} {
		if got := separator(url); got != want {
			t.Errorf("separator(%q) = %q, want %q", url, got, want)
		}
	}
}

func TestHasPlaceholder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"${DB_PASSWORD}": true, "a${x}b": true, "a${b": false, "a}b": false, "}${": false, "$x": false, "": false} {
		if got := hasPlaceholder(text); got != want {
			t.Errorf("hasPlaceholder(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestOtherDatabase(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"jdbc:h2:": "H2", "JDBC:H2:mem:x": "H2", "jdbc:h2": "", "jdbc:postgresql://h/d": "", "": ""} {
		if got := otherDatabase(url); got != want {
			t.Errorf("otherDatabase(%q) = %q, want %q", url, got, want)
		}
	}
}
