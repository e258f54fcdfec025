package bitnami

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// checker gathers the start-up checks of an image that an environment does not pass. Checks of single values are not among
// them: those are told by the values' own Bad.
type checker struct {
	*environment
	refusals []facts.Refusal
}

func (c *checker) refuse(refusal facts.Refusal) { c.refusals = append(c.refusals, refusal) }

// emptyValue says how a variable that must have a value lacks one: missing when it is not set or empty, undecided when it
// is not known whether it is.
func emptyValue(s facts.Setting) (reason string, missing, undecided bool) {
	switch {
	case s.State == facts.Absent:
		return "is not set", true, false
	case s.State == facts.Unresolved:
		return "is not known: " + s.Why, false, true
	case s.Known() && s.Text == "":
		return "is empty", true, false
	}
	return "", false, false
}

// required asks for a value of each of the variables.
func (c *checker) required(why string, keys ...facts.Key) {
	for _, key := range keys {
		set := c.get(key)
		reason, missing, undecided := emptyValue(set)
		if !missing && !undecided {
			continue
		}
		if why != "" && missing {
			reason += ", " + why
		}
		c.missing(set, reason, undecided, key)
	}
}

// missing notes that a variable has no value. Where a variable may be given elsewhere, that is undecided.
func (c *checker) missing(s facts.Setting, reason string, undecided bool, keys ...facts.Key) {
	if s.State == facts.Absent && c.partial != "" {
		reason, undecided = reason+" here; "+c.partial, true
	}
	c.refuse(facts.Refusal{Kind: facts.RefusalMissing, Keys: keys, Reason: reason, Origin: c.place(s), Undecided: undecided})
}

// place is where a message about a variable points: its value, or the container when it is not there.
func (c *checker) place(s facts.Setting) facts.Origin {
	if s.Origin.Known() {
		return s.Origin
	}
	return c.container.Origin
}

// yes says whether a yes/no variable means yes. When it is not known, that is noted as undecided with the variables that
// depend on it.
func (c *checker) yes(key facts.Key) bool { return c.get(key).Norm == "on" }

// undecidedUnless notes that a check cannot be decided when the variable on which it hangs is not known.
func (c *checker) undecidedUnless(key facts.Key, kind facts.RefusalKind, about ...facts.Key) (known bool) {
	set := c.get(key)
	if set.State != facts.Unresolved && set.State != facts.Secret {
		return true
	}
	c.refuse(facts.Refusal{
		Kind: kind, Keys: append(about, key), Reason: "may be needed: " + string(key) + " is not known: " + set.Why,
		Origin: c.place(set), Undecided: true,
	})
	return false
}

// sameLength compares two lists that belong together.
func (c *checker) sameLength(first, second facts.Key) {
	a, b := c.get(first), c.get(second)
	for _, set := range []facts.Setting{a, b} {
		if set.State == facts.Unresolved || set.State == facts.Secret {
			if a.State != facts.Absent && b.State != facts.Absent {
				c.refuse(facts.Refusal{
					Kind: facts.RefusalCount, Keys: []facts.Key{first, second}, Undecided: true, Origin: c.place(set),
					Reason: "cannot be counted: " + string(set.Key) + " is not known: " + set.Why,
				})
			}
			return
		}
	}
	if n, m := len(List(a)), len(List(b)); n != m {
		at := a
		if a.State == facts.Absent {
			at = b
		}
		c.refuse(facts.Refusal{
			Kind: facts.RefusalCount, Keys: []facts.Key{first, second}, Origin: c.place(at),
			Reason: fmt.Sprintf("has %d, %s has %d", n, second, m),
		})
	}
}

// pgpoolRefusals are the checks of pgpool_validate in libpgpool.sh that are not passed.
func pgpoolRefusals(e *environment, entries []facts.BackendEntry) []facts.Refusal {
	c := &checker{environment: e}
	c.required("", "PGPOOL_ADMIN_USERNAME", "PGPOOL_ADMIN_PASSWORD")
	c.checkCredentials()
	c.ldap()
	if c.undecidedUnless("PGPOOL_ENABLE_POOL_PASSWD", facts.RefusalMissing, "PGPOOL_POSTGRES_PASSWORD") && c.yes("PGPOOL_ENABLE_POOL_PASSWD") {
		c.required("", "PGPOOL_POSTGRES_USERNAME", "PGPOOL_POSTGRES_PASSWORD")
	}
	c.required("", "PGPOOL_BACKEND_NODES")
	for _, entry := range entries {
		if fields := taken(entry); len(fields) < 2 {
			missing := "number and host"
			if len(fields) == 1 {
				missing = "number or host"
			}
			c.refuse(facts.Refusal{
				Kind: facts.RefusalEntry, Keys: []facts.Key{"PGPOOL_BACKEND_NODES"}, Origin: entry.Origin,
				Reason: fmt.Sprintf("has the entry %q without %s", entry.Text, missing),
			})
		}
	}
	if c.yes("PGPOOL_AUTO_FAILBACK") {
		before := len(c.refusals)
		c.required("and PGPOOL_AUTO_FAILBACK=yes needs it", "PGPOOL_BACKEND_APPLICATION_NAMES")
		if nodes := c.get("PGPOOL_BACKEND_NODES"); len(c.refusals) == before && (nodes.State != facts.Absent) {
			c.sameLength("PGPOOL_BACKEND_APPLICATION_NAMES", "PGPOOL_BACKEND_NODES")
		}
	}
	if c.yes("PGPOOL_ENABLE_TLS") {
		c.required("and PGPOOL_ENABLE_TLS=yes needs it", "PGPOOL_TLS_CERT_FILE", "PGPOOL_TLS_KEY_FILE")
	}
	c.authenticationMethod()
	c.sameLength("PGPOOL_POSTGRES_CUSTOM_USERS", "PGPOOL_POSTGRES_CUSTOM_PASSWORDS")
	sortRefusals(c.refusals)
	return c.refusals
}

// checkCredentials are those of the streaming replication check, and of the health check, which takes them over.
func (c *checker) checkCredentials() {
	period := c.get("PGPOOL_SR_CHECK_PERIOD")
	on := !period.Known() || greaterThanZero(period.Text)
	if on {
		c.required("", "PGPOOL_SR_CHECK_USER", "PGPOOL_SR_CHECK_PASSWORD")
	}
	for _, pair := range [][2]facts.Key{
		{"PGPOOL_HEALTH_CHECK_USER", "PGPOOL_SR_CHECK_USER"}, {"PGPOOL_HEALTH_CHECK_PASSWORD", "PGPOOL_SR_CHECK_PASSWORD"},
	} {
		own, inherited := c.get(pair[0]), c.get(pair[1])
		reason, missing, _ := emptyValue(own)
		// What is inherited and missing has been told already.
		if _, told, _ := emptyValue(inherited); !missing || on && told {
			continue
		}
		c.missing(own, reason+", nor is "+string(pair[1])+", from which it would be taken", false, pair[0], pair[1])
	}
}

// ldap are the checks of PGPOOL_ENABLE_LDAP=yes.
func (c *checker) ldap() {
	if !c.yes("PGPOOL_ENABLE_LDAP") {
		return
	}
	c.required("and PGPOOL_ENABLE_LDAP=yes needs it", "LDAP_URI", "LDAP_BASE", "LDAP_BIND_DN", "LDAP_BIND_PASSWORD")
	for _, key := range []facts.Key{"PGPOOL_ENABLE_POOL_HBA", "PGPOOL_ENABLE_POOL_PASSWD"} {
		if set := c.get(key); set.Known() && set.Norm == "off" {
			c.refuse(facts.Refusal{
				Kind: facts.RefusalConflict, Keys: []facts.Key{key, "PGPOOL_ENABLE_LDAP"}, Origin: c.place(set),
				Reason: "is " + set.Text + ", but PGPOOL_ENABLE_LDAP=yes needs it",
			})
		}
	}
}

func (c *checker) authenticationMethod() {
	method, passwd := c.get("PGPOOL_AUTHENTICATION_METHOD"), c.get("PGPOOL_ENABLE_POOL_PASSWD")
	if method.Known() && method.Norm == "scram-sha-256" && passwd.Known() && passwd.Norm == "off" {
		c.refuse(facts.Refusal{
			Kind: facts.RefusalConflict, Keys: []facts.Key{"PGPOOL_ENABLE_POOL_PASSWD", "PGPOOL_AUTHENTICATION_METHOD"}, Origin: c.place(passwd),
			Reason: "is " + passwd.Text + ", but scram-sha-256 authentication needs it",
		})
	}
}
