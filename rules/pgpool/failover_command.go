package pgpool

import (
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	failoverCommand = facts.Key("failover_command")
	followPrimary   = facts.Key("follow_primary_command")
	followMaster    = facts.Key("follow_master_command") // up to 4.1
)

// FailoverCommand guards that only one program promotes. Where repmgr does, a command of Pgpool-II that promotes too can
// make a second primary.
var FailoverCommand = &rules.Rule{
	ID:       "pgpool/failover-command",
	Title:    "Pgpool-II leaves promotion to repmgr",
	Severity: rules.Warning,
	Needs:    []facts.Key{failoverCommand, followPrimary, followMaster, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools(failoverCommand) {
			if !repmgrPromotes(p) {
				p.Skipf("nothing among the inputs tells that repmgr promotes")
				continue
			}
			command := i.Get(failoverCommand)
			switch promotion(command.Text) {
			case promotes:
				p.Failf(i.At(command), "%s=%s: Pgpool-II promotes a standby and so does repmgr, which can leave two primaries", rules.NameOf(command), facts.RedactText(command.Text)).
					Helpf("Write %s; Pgpool-II still detaches the node and looks for the primary that repmgr makes.", line(i, command, ""))
			case unclear:
				p.Skipf("%s runs a program of which the inputs do not tell whether it promotes", rules.NameOf(command))
			}
			for _, key := range []facts.Key{followPrimary, followMaster} {
				follow := i.Get(key)
				if follow.Known() && strings.TrimSpace(follow.Text) != "" {
					p.Failf(i.At(follow), "%s is set: after a failover Pgpool-II takes every other node for down and runs the command on each, against repmgr, which has them follow the new primary itself", rules.NameOf(follow)).
						Helpf("Write %s.", line(i, follow, ""))
				}
			}
		}
	},
}

type promotionKind uint8

const (
	promotesNot promotionKind = iota // empty, or it only tells somebody
	promotes
	unclear // a program of which the name does not tell what it does
)

// tellers are programs that a failover_command runs to tell somebody and that change no node.
var tellers = []string{"echo", "printf", "true", ":", "logger", "date", "mail", "mailx", "sendmail", "curl", "wget"}

// promotion judges a failover_command by the words in it.
func promotion(command string) promotionKind {
	command = strings.TrimSpace(command)
	if command == "" {
		return promotesNot
	}
	program, _, _ := strings.Cut(command, " ")
	if slices.Contains(tellers, path.Base(program)) && !strings.ContainsAny(command, "&|;`$") {
		return promotesNot
	}
	// failover.sh is the name under which Pgpool-II's own packages bring the script that promotes.
	if path.Base(program) == "failover.sh" {
		return promotes
	}
	lower := strings.ToLower(command)
	for _, word := range []string{"promote", "pg_ctl", "trigger"} {
		if strings.Contains(lower, word) {
			return promotes
		}
	}
	return unclear
}
