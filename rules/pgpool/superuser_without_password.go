package pgpool

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const checkUserVariable = facts.Key("PGPOOL_SR_CHECK_USER")

// SuperuserWithoutPassword guards against CVE-2025-22248: the image's pool_hba.conf trusts whoever comes as the role of
// the replication check. On Atlassian's page that role is the superuser.
var SuperuserWithoutPassword = &rules.Rule{
	ID:       "pgpool/superuser-without-password",
	Title:    "nobody logs in as the role of the replication check without a password",
	Severity: rules.Error,
	Needs:    []facts.Key{checkUserVariable, facts.PgpoolImage, ownHBA, poolHBA},
	Check: func(p *rules.Pass) {
		for _, i := range p.Images() {
			user, ok := i.KnownVariable(checkUserVariable)
			if !ok {
				continue
			}
			if user.Text == "" {
				p.Skipf("%s (pgpool/required-settings)", subject(i, user))
				continue
			}
			if own := i.Variable(ownHBA); own.State != facts.Absent && (!own.Known() || own.Text != "") {
				p.Skipf("%s replaces the rules that the image makes, and the file is not read", rules.NameOf(own))
				continue
			}
			if hba := i.Get(poolHBA); hba.Known() && !on(hba) {
				p.Skipf("pool_hba.conf is off (pgpool/authentication)")
				continue
			}
			judgeTrust(p, i, user)
		}
	},
}

func judgeTrust(p *rules.Pass, i rules.Instance, user facts.Setting) {
	image := i.ImageReference()
	who := "the role of the replication check"
	if user.Text == "postgres" {
		who = "the superuser"
	}
	const fixed = "4.6.0-debian-12-r8"
	own := "a role of its own"
	if i.Chart() != nil {
		own += " (" + i.VariableName(string(checkUserVariable)) + ")"
	}
	advice := "Give the replication check " + own + " with LOGIN and pg_monitor, and run " + fixed + " or later."
	trusts, known := trustsCheckUser(image)
	switch {
	case trusts:
		p.Failf(user.Origin, "%s in image %s: whoever reaches Pgpool-II is logged in as %s, with any password or none (CVE-2025-22248)", subject(i, user), image.Shown(), who).
			Helpf("%s", advice).Also(image.Origin, "the image, older than "+fixed)
	case !known && user.Text == "postgres":
		p.Failf(user.Origin, "%s: in images before %s whoever reaches Pgpool-II is logged in as the superuser, with any password or none (CVE-2025-22248), and %s does not tell which this is", subject(i, user), fixed, imageName(image)).
			Helpf("%s", advice).Also(image.Origin, "the image")
	case !known:
		p.Skipf("%s does not tell whether it is older than %s, which fixes CVE-2025-22248", imageName(image), fixed)
	}
}

func imageName(image facts.Setting) string {
	if image.State == facts.Set {
		return "image " + image.Shown()
	}
	return "the configuration"
}

// trustsCheckUser says whether an image of Bitnami's is older than the fix, by its tag. A tag that moves with the
// releases ("4.6", "latest"), a digest and a rebuild by others tell nothing.
func trustsCheckUser(image facts.Setting) (trusts, known bool) {
	if !image.Known() {
		return false, false
	}
	name, _, _ := strings.Cut(image.Text, "@")
	path := strings.Split(name, "/")
	repository, tag, _ := strings.Cut(path[len(path)-1], ":")
	if len(path) < 2 || repository != "pgpool" || path[len(path)-2] != "bitnami" && path[len(path)-2] != "bitnamilegacy" {
		return false, false
	}
	r, ok := releaseOf(facts.Setting{Text: tag, State: facts.Set})
	switch {
	case !ok:
		return false, false
	case r.before(4, 6): // the branches before got no more images when the fix came
		return true, true
	case r.major > 4 || r.minor > 6 || r.patch > 0:
		return false, true
	case r.patch < 0:
		return false, false
	}
	_, revision, ok := strings.Cut(tag, "-r")
	n, err := strconv.Atoi(revision)
	if !ok || err != nil {
		return false, false
	}
	return n < 8, true
}
