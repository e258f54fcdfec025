package live

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// scrub takes the passwords that were used out of what servers said, whatever words they stand among. Names and values stay:
// a password that is also the name of a role would take that along.
func scrub(s *facts.Snapshot, t *Target) {
	const shortest = 3 // what is shorter is in too many words
	var pairs []string
	for _, password := range []string{t.Password, t.AdminPassword} {
		if len(password) >= shortest {
			pairs = append(pairs, password, "***")
		}
	}
	if pairs == nil {
		return
	}
	replacer := strings.NewReplacer(pairs...)
	said := func(e *facts.ServerError) {
		if e != nil {
			e.Message, e.Detail, e.Hint = replacer.Replace(e.Message), replacer.Replace(e.Detail), replacer.Replace(e.Hint)
		}
	}
	said(s.Login.Error)
	if s.Admin != nil {
		said(s.Admin.Error)
	}
	for _, node := range s.Nodes {
		said(node.Login.Error)
	}
	if s.Capacity != nil {
		said(s.Capacity.Error)
	}
	if s.Idle != nil {
		said(s.Idle.Error)
	}
	for _, query := range s.Queries {
		said(query.Error)
	}
	s.RepmgrError, s.Server.Text = replacer.Replace(s.RepmgrError), replacer.Replace(s.Server.Text)
}
