package jdbcurl

import "strings"

// Outcome is what the driver does with a value.
type Outcome uint8

const (
	// Fine is a value that the driver takes for what it says, or one that nothing is known against.
	Fine Outcome = iota
	// Misread is a value that the driver silently takes for something else, or that its releases do not agree on.
	Misread
	// Refused is a value for which the driver throws an exception instead of connecting.
	Refused
)

// Verdict is what becomes of a value when the driver connects.
type Verdict struct {
	Outcome Outcome
	// As is what the driver takes the value for: "true", "false", one of the choices, milliseconds for socketTimeout,
	// connectTimeout and loginTimeout. Empty when the value is Refused, and where nothing is known.
	As string
	// Reason tells what the driver does and why, as the end of a sentence that begins with the parameter. It does not
	// repeat the value. Empty when Fine.
	Reason string
	// Write says what to write instead, as the end of a sentence that begins with "write". Empty when Fine.
	Write string
}

// surroundings are the things in the URL beside a value that decide what becomes of it.
type surroundings struct {
	severalHosts        bool
	hasSSLMode          bool
	sslmode, gssEncMode string // in lower case; empty if absent
}

// CheckValue says what the driver does with a parameter's value in a URL with one host and no other parameter. A name that
// the driver does not know is Fine: it is ignored. [URL.Check] takes the whole URL into account.
//
// Driver427 stands for all releases since 42.3.2: a value is Refused if every release that knows the parameter refuses it,
// and Misread if only some of them do. The driver's own classes were asked about every one of these values, releases
// 42.2.15, 42.5.5, 42.7.7 and 42.7.14: see fixtures/oracle/jdbcurl.
func CheckValue(driver Driver, name, value string) Verdict {
	return check(driver, name, value, surroundings{})
}

// Check says what the driver does with the value of one of the URL's parameters. A parameter whose name comes once more is
// Fine: the driver does not look at it.
func (u URL) Check(parameter Parameter) Verdict {
	effective, ok := u.Effective(parameter.Name)
	if !ok || effective.Span != parameter.Span {
		return Verdict{}
	}
	return u.surroundings().check(u.Driver, parameter)
}

// CheckAll gives what [URL.Check] says of each of the parameters, in their order. It is the faster way to ask for all.
func (u URL) CheckAll() []Verdict {
	last := make(map[string]int, min(len(u.Parameters), 64))
	for i, parameter := range u.Parameters {
		last[parameter.Name] = i
	}
	around := u.surroundings()
	verdicts := make([]Verdict, len(u.Parameters))
	for i, parameter := range u.Parameters {
		if last[parameter.Name] == i {
			verdicts[i] = around.check(u.Driver, parameter)
		}
	}
	return verdicts
}

func (u URL) surroundings() surroundings {
	around := surroundings{severalHosts: len(u.Hosts) > 1}
	if mode, ok := u.Effective("sslmode"); ok {
		around.sslmode, around.hasSSLMode = strings.ToLower(mode.Value), true
	}
	if mode, ok := u.Effective("gssEncMode"); ok {
		around.gssEncMode = strings.ToLower(mode.Value)
	}
	return around
}

func (s surroundings) check(driver Driver, parameter Parameter) Verdict {
	if parameter.Name == "ssl" && s.hasSSLMode {
		return Verdict{} // sslmode wins
	}
	return check(driver, parameter.Name, parameter.Value, s)
}

func check(driver Driver, name, value string, around surroundings) Verdict {
	property, ok := properties(driver)[name]
	if !ok || !property.ReadByDriver {
		return Verdict{}
	}
	if choice, ok := enforced[name]; ok {
		return choice.check(value)
	}
	switch name {
	case "ssl":
		return checkSSL(value)
	case "loginTimeout":
		return checkLoginTimeout(value)
	case "targetServerType":
		return checkTargetServerType(driver, value)
	case "protocolVersion":
		return checkProtocolVersion(driver, value)
	case "requireAuth":
		return checkRequireAuth(value)
	case "maxResultBuffer":
		return checkMaxResultBuffer(value)
	case "assumeMinServerVersion":
		return checkServerVersion(value)
	case "binaryTransferEnable", "binaryTransferDisable":
		return checkTypeNames(driver, value)
	case "socketFactory":
		if value == "" {
			return Verdict{Outcome: Refused, Reason: "the driver does not connect: an empty name is no class", Write: "the name of a class, or take the parameter away"}
		}
	}
	switch property.Type {
	case Boolean:
		return checkBoolean(value)
	case Int:
		return checkInt(driver, name, value, around)
	}
	return Verdict{}
}

// checkBoolean is PGProperty.getBoolean: "true" in any case is true and everything else is false.
func checkBoolean(value string) Verdict {
	switch {
	case equalFold(value, "true"):
		return Verdict{As: "true"}
	case meansNo(value):
		return Verdict{As: "false"}
	}
	return Verdict{Outcome: Misread, As: "false", Reason: "only \"true\" turns it on, the driver takes everything else for false", Write: "true or false"}
}

// meansNo says whether whoever writes the value wants it off.
func meansNo(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "false", "f", "no", "n", "off", "0", "disable", "disabled":
		return true
	}
	return false
}

// checkSSL is SslMode.of without an sslmode.
func checkSSL(value string) Verdict {
	switch {
	case value == "", equalFold(value, "true"):
		return Verdict{As: "verify-full"}
	case meansNo(value), equalFold(value, "prefer"):
		return Verdict{As: "prefer"}
	}
	return Verdict{Outcome: Misread, As: "prefer", Reason: "only \"true\" demands TLS, the driver takes everything else for sslmode=prefer, which allows plaintext", Write: "sslmode=require, verify-ca or verify-full in its place"}
}

// equalFold is Java's equalsIgnoreCase with a text of ASCII letters: the long s and the Kelvin sign are equal to s and k,
// the dotless i and the dotted I to i.
func equalFold(value, ascii string) bool {
	if strings.EqualFold(value, ascii) {
		return true
	}
	return strings.ContainsAny(value, "ıİ") && strings.EqualFold(strings.NewReplacer("ı", "i", "İ", "i").Replace(value), ascii)
}
