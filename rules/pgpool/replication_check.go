package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const checkUser = facts.Key("sr_check_user")

// ReplicationCheck guards the role with which Pgpool-II looks which node is the primary and whether the others stream.
var ReplicationCheck = &rules.Rule{
	ID:       "pgpool/replication-check",
	Title:    "the replication check has a role of its own that may see replication",
	Severity: rules.Error,
	Needs:    []facts.Key{checkUser, autoFailback, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools(checkUser) {
			user := i.Get(checkUser)
			name := user.Text
			switch {
			case name == "" || name == "nobody" && user.State == facts.Default:
				p.Failf(i.At(user), "%s: Pgpool-II cannot ask which node is the primary, and writes go to the node with the lowest number", subject(i, user)).
					Helpf("Create a role with LOGIN and pg_monitor, then write %s and its password.", line(i, user, "pgpool_check"))
			case name == "nobody":
				p.Failf(i.At(user), "%s: that is the placeholder of Pgpool-II's sample file, and unless there is a role of that name Pgpool-II cannot ask which node is the primary", subject(i, user)).
					As(rules.Warning).Helpf("Create a role with LOGIN and pg_monitor, then write %s and its password.", line(i, user, "pgpool_check"))
			case name == "postgres" || repmgrRole(p, name) != nil:
				finding := p.Failf(i.At(user), "%s: the replication check logs in as a superuser", subject(i, user)).
					As(rules.Warning).Helpf("Create a role with LOGIN and pg_monitor, then write %s and its password.", line(i, user, "pgpool_check"))
				if node := repmgrRole(p, name); node != nil {
					finding.Also(node.Environment.Get("REPMGR_USERNAME").Origin, "repmgr's role, which the image makes a superuser")
				}
			default:
				if node := blindRole(p, name); node != nil {
					failBlind(p, i, user, node)
				}
			}
		}
	},
}

// repmgrRole finds a node whose repmgr role, a superuser, has the name.
func repmgrRole(p *rules.Pass, name string) *facts.Node {
	for _, node := range p.AnyNodes() {
		if role := node.Environment.Get("REPMGR_USERNAME"); node.Image && role.Known() && role.Text == name {
			return node
		}
	}
	return nil
}

// blindRole finds a node whose image creates the role for the check. It gives the role LOGIN and CONNECT and nothing
// else, so that the state in pg_stat_replication is hidden from it.
func blindRole(p *rules.Pass, name string) *facts.Node {
	for _, node := range p.AnyNodes() {
		role, created := node.Environment.Get("POSTGRESQL_SR_CHECK_USERNAME"), node.Environment.Get("POSTGRESQL_SR_CHECK")
		if role.Known() && role.Text == name && on(created) {
			return node
		}
	}
	return nil
}

func failBlind(p *rules.Pass, i rules.Instance, user facts.Setting, node *facts.Node) {
	effect := "SHOW pool_nodes cannot tell whether a standby streams"
	if on(i.Get(autoFailback)) {
		effect = "automatic failback never attaches a standby"
	}
	finding := p.Failf(i.At(user), "%s: the image creates that role without the right to see the state in pg_stat_replication, so %s", subject(i, user), effect).
		Helpf("Run GRANT pg_monitor TO \"%s\"; on the primary.", user.Shown()).
		Also(node.Environment.Get("POSTGRESQL_SR_CHECK_USERNAME").Origin, "the role is created here")
	if !on(i.Get(autoFailback)) {
		finding.As(rules.Warning)
	}
}
