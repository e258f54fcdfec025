package pgpool

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	authMethod  = facts.Key("PGPOOL_AUTHENTICATION_METHOD")
	enablePoolP = facts.Key("PGPOOL_ENABLE_POOL_PASSWD")
	ownHBA      = facts.Key("PGPOOL_USER_HBA_FILE")
	poolHBA     = facts.Key("enable_pool_hba")
	poolPasswd  = facts.Key("pool_passwd")

	passwordEncryption = facts.Key("password_encryption") // PostgreSQL's
)

// Authentication guards how clients log in to Pgpool-II, and Pgpool-II to the nodes: so that Bitbucket gets in and others
// do not.
var Authentication = &rules.Rule{
	ID:       "pgpool/authentication",
	Title:    "clients log in with scram-sha-256",
	Severity: rules.Error,
	Needs:    []facts.Key{authMethod, enablePoolP, ownHBA, poolHBA, poolPasswd, passwordEncryption, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.DeclaredInstances() {
			judgeHBA(p, i)
			if i.Image() {
				judgeMethod(p, i)
			} else {
				judgePasswordFile(p, i)
			}
		}
	},
}

func judgeHBA(p *rules.Pass, i rules.Instance) {
	hba, ok := i.Known(poolHBA)
	if ok && !on(hba) {
		p.Failf(i.At(hba), "%s: no pool_hba.conf is read, so nothing says who may log in from where, and versions before 4.6.1, 4.5.7, 4.4.12 and 4.3.15 may let clients in without a password (CVE-2025-46801)", subject(i, hba)).
			Helpf("Write %s.", line(i, hba, "on"))
	}
}

// judgeMethod is for the image, which makes pool_hba.conf and pool_passwd by PGPOOL_AUTHENTICATION_METHOD.
func judgeMethod(p *rules.Pass, i rules.Instance) {
	method, ok := i.KnownVariable(authMethod)
	if !ok {
		return
	}
	own := i.Variable(ownHBA)
	switch method.Norm {
	case "trust":
		if own.State != facts.Absent && (!own.Known() || own.Text != "") {
			p.Skipf("%s replaces the rules that the method makes, and the file is not read", ownHBA)
			return
		}
		p.Failf(i.At(method), "%s: whoever reaches Pgpool-II is logged in as any role, Bitbucket's and the superuser's too, without a password", subject(i, method)).
			Helpf("Write %s.", i.Assign(method, string(authMethod), "scram-sha-256"))
	case "md5":
		judgeMD5(p, i, method)
	case "scram-sha-256":
		if passwd := i.Variable(enablePoolP); passwd.Known() && passwd.Norm == "off" {
			p.Failf(i.At(passwd), "%s with %s=scram-sha-256: Pgpool-II has no password to log in to the nodes with, and the image does not start", subject(i, passwd), authMethod).
				Helpf("Write %s.", i.Assign(passwd, string(enablePoolP), "yes")).Also(method.Origin, "the method")
		}
	}
}

// judgeMD5 is for MD5 entries in pool_passwd, which do not serve a node that keeps passwords as scram-sha-256.
func judgeMD5(p *rules.Pass, i rules.Instance, method facts.Setting) {
	for _, node := range dataNodes(p.Nodes()) {
		if at, reason := keepsSCRAM(p, node, written(method)); reason != "" {
			p.Failf(i.At(method), "%s, but %s keeps passwords as scram-sha-256: every login through Pgpool-II fails", written(method), node.Name).
				Helpf("Write %s.", i.Assign(method, string(authMethod), "scram-sha-256")).Also(at, "%s", reason)
			return
		}
	}
}

// judgePasswordFile is for a pgpool.conf of its own.
func judgePasswordFile(p *rules.Pass, i rules.Instance) {
	passwd, ok := i.Known(poolPasswd)
	if !ok || strings.TrimSpace(passwd.Text) != "" {
		return
	}
	for _, node := range dataNodes(p.Nodes()) {
		if at, reason := keepsSCRAM(p, node, "Pgpool-II without pool_passwd"); reason != "" {
			p.Failf(i.At(passwd), "%s, but %s keeps passwords as scram-sha-256: Pgpool-II has none to log in with, and every login fails", subject(i, passwd), node.Name).
				Helpf("Write %s, with an entry for Bitbucket's role.", line(i, passwd, "pool_passwd")).Also(at, "%s", reason)
			return
		}
	}
}

// keepsSCRAM says why a node keeps passwords as scram-sha-256, as PostgreSQL 14 and later do unless told otherwise; the
// reason is empty when it does not. When that is not known, it is noted that nobody knows whether what depends on it works.
func keepsSCRAM(p *rules.Pass, node *facts.Node, dependent string) (at facts.Origin, reason string) {
	encryption, ok := p.NodeSetting(node, passwordEncryption)
	major, known := majorOf(node.Version)
	switch {
	case !ok || encryption.Norm == "md5":
	case encryption.Norm == "":
		p.Skipf("%s of %s", written(encryption), node.Name)
	case encryption.State == facts.Set:
		return encryption.Origin, "the node's password encryption"
	case known:
		return node.Version.Origin, "PostgreSQL " + strconv.Itoa(major)
	default:
		p.Skipf("PostgreSQL's version of %s is not known, which decides whether %s works", node.Name, dependent)
	}
	return facts.Origin{}, ""
}

// majorOf reads PostgreSQL's major version.
func majorOf(version facts.Setting) (major int, ok bool) {
	if !version.Known() {
		return 0, false
	}
	digits := version.Text
	if end := strings.IndexFunc(digits, func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
		digits = digits[:end]
	}
	major, err := strconv.Atoi(digits)
	return major, err == nil
}
