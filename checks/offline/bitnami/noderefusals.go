package bitnami

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// nodeRefusals are the checks of repmgr_validate in librepmgr.sh and of postgresql_validate in libpostgresql.sh that are
// not passed.
func nodeRefusals(e *environment) []facts.Refusal {
	c := &checker{environment: e}
	c.required("", "REPMGR_PARTNER_NODES", "REPMGR_PRIMARY_HOST", "REPMGR_NODE_NETWORK_NAME", "REPMGR_USERNAME", "REPMGR_PASSWORD")
	c.nodeName()
	c.postgresPassword()
	if c.yes("POSTGRESQL_SR_CHECK") {
		c.required("and POSTGRESQL_SR_CHECK=yes needs it", "POSTGRESQL_SR_CHECK_USERNAME", "POSTGRESQL_SR_CHECK_DATABASE")
		if !c.yes("ALLOW_EMPTY_PASSWORD") {
			c.required("and POSTGRESQL_SR_CHECK=yes needs it", "POSTGRESQL_SR_CHECK_PASSWORD")
		}
	}
	if c.yes("POSTGRESQL_ENABLE_TLS") {
		c.required("and POSTGRESQL_ENABLE_TLS=yes needs it", "POSTGRESQL_TLS_CERT_FILE", "POSTGRESQL_TLS_KEY_FILE")
	}
	if mode := c.get("REPMGR_SSL_MODE"); mode.Known() && (mode.Text == "verify-ca" || mode.Text == "verify-full") {
		c.required("and REPMGR_SSL_MODE="+mode.Text+" needs it", "REPMGR_SSL_CA_FILE")
	}
	c.exclusive("POSTGRESQL_LDAP_URL", "POSTGRESQL_LDAP_SERVER", func(s facts.Setting) bool { return s.Known() && s.Text != "" })
	c.exclusive("ALLOW_EMPTY_PASSWORD", "POSTGRESQL_ENABLE_LDAP", func(s facts.Setting) bool { return s.Norm == "on" })
	if replicas := c.get("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS"); replicas.Known() && strings.HasPrefix(replicas.Text, "-") && greaterThanZero(replicas.Text[1:]) {
		c.value(replicas, "is negative")
	}
	if nodes := c.get("POSTGRESQL_REPLICATION_NODES"); nodes.Known() && nodes.Text != "" && !numberedNames(nodes.Text) {
		c.value(nodes, "is not a list of names that end in - and digits, with commas between")
	}
	sortRefusals(c.refusals)
	return c.refusals
}

func (c *checker) value(s facts.Setting, reason string) {
	c.refuse(facts.Refusal{Kind: facts.RefusalValue, Keys: []facts.Key{s.Key}, Reason: reason, Origin: c.place(s)})
}

// nodeName must end in a dash and digits with which the shell can compute, even where a number is given.
func (c *checker) nodeName() {
	name, id := c.get("REPMGR_NODE_NAME"), c.get("REPMGR_NODE_ID")
	switch {
	case name.State == facts.Unresolved && c.unknown == "" && !name.Origin.Known() && c.container.Hostname == "" && !c.container.HostNetwork && c.partial == "" && byDocker(c.container):
		c.refuse(facts.Refusal{
			Kind: facts.RefusalMissing, Keys: []facts.Key{"REPMGR_NODE_NAME"}, Origin: c.container.Origin,
			Reason: "is not set, and the host name that docker makes up in its place does not end in - and digits",
		})
	case name.State == facts.Unresolved:
		c.refuse(facts.Refusal{Kind: facts.RefusalValue, Keys: []facts.Key{"REPMGR_NODE_NAME"}, Origin: c.place(name), Reason: "is not known: " + name.Why, Undecided: true})
	case name.Known() && nodeNumber(name.Text) == "":
		c.value(name, "does not end in - and digits")
	case name.Known() && id.Bad != "":
		c.value(name, fmt.Sprintf("ends in -%s, which the shell takes for an octal number and cannot read", nodeNumber(name.Text)))
	}
}

// byDocker says whether docker makes up the host name. That of a pod is the pod's name, which for a stateful set ends in a
// dash and digits.
func byDocker(c *facts.Container) bool {
	switch c.Format {
	case facts.Compose, facts.Shell, 0: // 0 in tests
		return true
	}
	return false
}

// maxPassword is the longest password that the image takes, in characters.
const maxPassword = 100

func (c *checker) postgresPassword() {
	password := c.get("POSTGRESQL_PASSWORD")
	empty := c.get("ALLOW_EMPTY_PASSWORD")
	if empty.Known() && empty.Norm != "on" {
		c.required("", "POSTGRESQL_PASSWORD")
	}
	if password.Known() && utf8.RuneCountInString(password.Text) > maxPassword {
		c.value(password, fmt.Sprintf("is longer than %d characters", maxPassword))
	}
}

// exclusive refuses two settings that exclude each other.
func (c *checker) exclusive(first, second facts.Key, on func(facts.Setting) bool) {
	a, b := c.get(first), c.get(second)
	if on(a) && on(b) {
		c.refuse(facts.Refusal{
			Kind: facts.RefusalConflict, Keys: []facts.Key{first, second}, Origin: c.place(a), Reason: "and " + string(second) + " exclude each other",
		})
	}
}

// numberedNames says whether a text is names with dash and digits at their end, with commas between.
func numberedNames(text string) bool {
	for name := range strings.SplitSeq(text, ",") {
		if digits := nodeNumber(name); digits == "" || len(digits)+1 == len(name) {
			return false
		}
	}
	return true
}
