package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// TestUnanswered: what the endpoint did not answer left rules without a verdict, which is no success, whether it is measured
// or read from a file.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	serve := func(boss bool, silentFor string) func(*wire.Session) {
		return func(s *wire.Session) {
			if !s.Startup('N') {
				return
			}
			if s.User == "boss" && !boss {
				s.Refuse(wire.Pgpool("FATAL", "XX000", "SCRAM authentication failed", `pool_passwd file does not contain an entry for "boss"`, "auth/pool_auth.c"))
				return
			}
			for ok := s.Ready(); ok; {
				statement, asked := s.Query()
				if asked && silentFor != "" && strings.HasPrefix(statement, silentFor) {
					_, _ = io.Copy(io.Discard, s.Conn)
					return
				}
				ok = asked && s.Reply(wire.Pgpool473.Answer(statement))
			}
		}
	}
	for name, c := range map[string]struct {
		serve func(*wire.Session)
		args  []string
		says  string
	}{
		"everything is answered": {serve(true, ""), nil, ""},
		"not which server":       {serve(true, "SHOW pool_version"), nil, "the login succeeds, and then nothing is answered (timeout: context deadline exceeded"},
		"no parameters":          {serve(true, "PGPOOL SHOW"), nil, "Pgpool-II did not tell its parameters"},
		"no primary":             {serve(true, "/*NO"), nil, "the primary did not answer"},
		"no nodes":               {serve(true, "SHOW pool_nodes"), nil, "SHOW pool_nodes was not answered"},
		"nobody to ask":          {serve(true, ""), []string{"--probe-capacity=9"}, "--probe-capacity opened no connections: 9 connections are more than half"},
		"not the administrator":  {serve(false, ""), []string{"--admin-user", "boss"}, "the role of --admin-user could not log in (not in pool_passwd)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.serve)
			dir := t.TempDir()
			kept := filepath.Join(dir, "kept.json")
			rules := []string{"--only", "endpoint/reachable,endpoint/login"}
			args := append([]string{"check", "--live", "--endpoint", net.JoinHostPort(server.Host, server.Port), "--database", "bitbucket", "--user", "bitbucketuser", "--timeout", "700ms", "--save-facts", kept, "--allow-empty"}, append(rules, c.args...)...)
			code, stdout, stderr := doctor(t, dir, args...)
			want := exitClean
			if c.says != "" {
				want = exitIncomplete
			}
			if code != want || !strings.Contains(stdout, c.says) || strings.Contains(stdout, "not found out") != (c.says != "") {
				t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
			}
			if _, err := os.Stat(kept); err != nil {
				t.Fatal(err)
			}
			again, replayed, stderr := doctor(t, dir, append([]string{"check", "--facts", kept, "--allow-empty"}, rules...)...)
			if again != code || replayed != stdout {
				t.Errorf("exit code %d from the file:\n%s%s\nmeasured:\n%s", again, replayed, stderr, stdout)
			}
		})
	}
}

// TestUnreadEndpoint: who gives a wrong path is told of the path, not only of what would have stood there.
func TestUnreadEndpoint(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--endpoint", "127.0.0.1:1"}} {
		code, _, stderr := doctor(t, t.TempDir(), append([]string{"check", "--live", "elsewhere"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, "elsewhere: no such file") {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
	}
}
