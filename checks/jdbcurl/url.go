// Package jdbcurl reads a JDBC URL exactly as the PostgreSQL driver (org.postgresql.Driver) does: which URLs it accepts,
// and which hosts, ports, database and parameters it makes of them, each with its place in the text. It also knows the
// driver's parameters, and what the driver does with their values.
//
// What it says was compared with the driver's own classes, releases 42.2.15, 42.5.5, 42.7.7 and 42.7.14: see
// fixtures/oracle/jdbcurl.
package jdbcurl

// Span is a half-open range of byte offsets [Start, End) in the URL's text.
type Span struct{ Start, End int }

// Driver selects which generation of the driver reads the URL.
type Driver string

// The two algorithms that exist: the one since pgjdbc 42.3.2, and the one before it.
const (
	Driver427  Driver = "42.7"    // 42.3.2 and later; identical outcome up to 42.7.14
	Driver4215 Driver = "42.2.15" // up to 42.3.1
)

// URL is what the driver makes of a text.
type URL struct {
	Text   string
	Driver Driver
	// Accepted says that the driver would try to connect.
	Accepted bool
	// Refusal says for an administrator why it would not and what to write instead, and RefusedAt where; empty when
	// Accepted. The other fields then hold what could be read all the same, which the driver never uses. Refusal quotes no
	// value of a parameter and nothing that could be a password in front of a host.
	Refusal   string
	RefusedAt Span
	// Hosts are the addresses in their order, defaults filled in ("localhost", "5432").
	Hosts []Host
	// Database is what the URL names, percent-decoded; empty if nothing (the driver then takes the user's name).
	Database     string
	DatabaseSpan Span
	// Parameters are all name=value pairs behind the first "?", known or not, in their order, those that set host, port or
	// database included. Of a repeated name the last is the effective one.
	Parameters []Parameter
	// Question is the offset of the first "?", or -1.
	Question int
	// HasService says that the URL names a section of pg_service.conf, a file on Bitbucket's machine: what the URL leaves
	// open (host, port, database, any parameter) comes from there, and if the file or the section is missing the driver
	// refuses the URL after all. Accepted takes the section for granted. Service is its name.
	HasService bool
	Service    string
}

// Host is one address.
type Host struct {
	// Name and Port are kept as the driver keeps them: brackets of an IPv6 address stay, and so do a sign and leading
	// zeros of the port. An empty name ("jdbc:postgresql:///bitbucket") is the loopback address.
	Name, Port         string
	NameSpan, PortSpan Span // empty span at the place where it would stand, when a default was filled in
	// Span covers name and port where they stand together; the name where they are two parameters.
	Span Span
	// PortNumber is the port as the driver reads it; 0 if it is no number from 1 to 65535.
	PortNumber int
}

// Parameter is one name=value pair.
type Parameter struct {
	// Name is taken literally: the driver never decodes it.
	Name string
	// Value is percent-decoded; a value that cannot be decoded (the URL is then refused) is as it stands in the text.
	Value string
	// Span covers name, "=" and value, without the "&" or "?" beside it.
	Span, NameSpan, ValueSpan Span
	// HasValue is false for a bare name without "=".
	HasValue bool
}

// Effective gives the parameter of that exact name that counts: the last one.
func (u URL) Effective(name string) (Parameter, bool) {
	for i := len(u.Parameters) - 1; i >= 0; i-- {
		if u.Parameters[i].Name == name {
			return u.Parameters[i], true
		}
	}
	return Parameter{}, false
}

// All gives every parameter of that exact name, in their order.
func (u URL) All(name string) []Parameter {
	var found []Parameter
	for _, parameter := range u.Parameters {
		if parameter.Name == name {
			found = append(found, parameter)
		}
	}
	return found
}
