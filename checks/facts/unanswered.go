package facts

import (
	"fmt"
	"strings"
	"time"
)

// unansweredTopic heads what a probe set out to find and did not.
const unansweredTopic = "not found out"

// Unanswered tells what a probe set out to find behind a login and did not. Without it the rules would skip what nobody
// answered, and the run would end as if all were well. Of a login that failed the rules tell themselves.
func (s *Snapshot) Unanswered() []Problem {
	if s == nil || !s.Login.OK {
		return nil
	}
	var problems []Problem
	missing := func(format string, args ...any) {
		problems = append(problems, Problem{Message: RedactText(fmt.Sprintf(format, args...)), Topic: unansweredTopic})
	}
	switch {
	case len(s.Queries) == 0: // no probe is without a log; this one holds a part for somebody to look at
	case s.Server.Kind == "":
		missing("the login succeeds, and then nothing is answered%s: nothing behind the login was judged. With Pgpool-II that is a primary that hangs: look at its host, and promote the standby if it does not come back", s.failure("SHOW pool_version"))
	case s.Server.Kind == KindPgpool:
		if len(s.Pgpool) == 0 {
			missing("Pgpool-II did not tell its parameters%s: they were not judged", s.failure("PGPOOL SHOW"))
		}
		if s.PostgreSQL == nil {
			missing("the primary did not answer%s: database and role were not judged", s.failure("/*NO LOAD BALANCE*/"))
		}
		if s.PoolNodes == nil {
			missing("SHOW pool_nodes was not answered%s: the backend nodes were not judged. Pgpool-II logs in to each node to answer it, and waits for one that hangs, even for one that is detached: give it more time with --timeout", s.failure("SHOW pool_nodes"))
		}
	case s.Server.Kind == KindPostgreSQL:
		if s.PostgreSQL == nil {
			missing("PostgreSQL did not answer%s: database and role were not judged", s.failure("/*NO LOAD BALANCE*/"))
		}
	}
	if s.Admin != nil && !s.Admin.OK && !s.anyNodeTold() {
		missing("the role of --admin-user could not log in (%s): what only it may see was not judged", s.Admin.Cause)
	}
	if s.Capacity != nil && s.Capacity.Unasked {
		missing("--probe-capacity opened no connections: %s", s.Capacity.Declined)
	}
	return problems
}

func (s *Snapshot) anyNodeTold() bool {
	for _, node := range s.Nodes {
		if node.Login.OK {
			return true
		}
	}
	return false
}

// failure is why the last statement that begins like this was not answered, in parentheses.
func (s *Snapshot) failure(statement string) string {
	for i := len(s.Queries) - 1; i >= 0; i-- {
		query := s.Queries[i]
		if !strings.HasPrefix(query.Statement, statement) || query.Node != "" {
			continue
		}
		if query.Error == nil {
			break
		}
		return fmt.Sprintf(" (%s, after %s)", query.Error.Message, query.Took.Round(time.Millisecond))
	}
	return ""
}
