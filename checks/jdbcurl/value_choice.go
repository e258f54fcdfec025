package jdbcurl

import (
	"slices"
	"strings"
)

// choice is a parameter of which the driver knows some values only.
type choice struct {
	values      []string
	caseMatters bool
	// otherwise is what the driver takes any other value for; empty when it refuses them.
	otherwise string
}

// enforced has what the driver's code takes, which is not always what PGProperty.getChoices tells: gssEncMode=allow is
// taken by 42.2.15 too.
var enforced = map[string]choice{
	"autosave":             {values: []string{"never", "always", "conservative"}},
	"channelBinding":       {values: []string{"disable", "prefer", "require"}, caseMatters: true},
	"classLoaderStrategy":  {values: []string{"driver", "driver-first", "context-first"}},
	"escapeSyntaxCallMode": {values: []string{"select", "callIfNoReturn", "call"}, caseMatters: true, otherwise: "select"},
	"gssEncMode":           {values: []string{"disable", "allow", "prefer", "require"}},
	"preferQueryMode":      {values: []string{"extended", "extendedForPrepared", "extendedCacheEverything", "simple"}, caseMatters: true, otherwise: "extended"},
	"readOnlyMode":         {values: []string{"ignore", "transaction", "always"}, otherwise: "transaction"},
	"sslmode":              {values: []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
	"sslNegotiation":       {values: []string{"postgres", "direct"}, caseMatters: true, otherwise: "postgres"},
	"stringtype":           {values: []string{"unspecified", "varchar"}},
}

func (c choice) check(value string) Verdict {
	onlyCase := ""
	for _, known := range c.values {
		if value == known || !c.caseMatters && equalFold(value, known) {
			return Verdict{As: known}
		}
		if strings.EqualFold(value, known) {
			onlyCase = known
		}
	}
	write := oneOf(c.values)
	reason := "the driver does not know this value"
	if onlyCase != "" {
		reason, write = "the driver knows it only with other capital letters", onlyCase
	}
	if c.otherwise == "" {
		return Verdict{Outcome: Refused, Reason: reason + " and does not connect", Write: write}
	}
	if onlyCase == c.otherwise {
		return Verdict{As: c.otherwise}
	}
	return Verdict{Outcome: Misread, As: c.otherwise, Reason: reason + " and takes it for " + c.otherwise, Write: write}
}

// oneOf writes "a, b or c".
func oneOf(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// checkTargetServerType is HostRequirement.getTargetServerType: old names are replaced, then case matters.
func checkTargetServerType(driver Driver, value string) Verdict {
	known := []string{"any", "primary", "secondary", "preferSecondary", "preferPrimary"}
	if driver == Driver4215 {
		known = known[:4]
	}
	name := strings.ReplaceAll(strings.ReplaceAll(value, "lave", "econdary"), "master", "primary")
	if slices.Contains(known, name) {
		return Verdict{As: name}
	}
	return Verdict{Outcome: Refused, Reason: "the driver does not know this value (capital letters matter) and does not connect", Write: "any, or take the parameter away"}
}

// checkProtocolVersion: the releases know different spellings.
func checkProtocolVersion(driver Driver, value string) Verdict {
	switch value {
	case "3":
		return Verdict{As: "3"}
	case "":
		if driver == Driver4215 {
			return Verdict{As: "3"}
		}
		return Verdict{Outcome: Misread, Reason: "42.7 does not connect with an empty value, older releases do", Write: "3, or take the parameter away"}
	case "3.0", "3.2":
		if driver != Driver4215 {
			return Verdict{Outcome: Misread, Reason: "only 42.7 knows this value, releases before it do not connect", Write: "3, or take the parameter away"}
		}
	}
	return Verdict{Outcome: Refused, Reason: "the driver does not speak this protocol and does not connect", Write: "3, or take the parameter away"}
}

// authenticationMethods are those of requireAuth.
var authenticationMethods = []string{"password", "md5", "gss", "sspi", "scram-sha-256", "none"}

// checkRequireAuth is the list of methods that 42.7.14 takes: names in small letters, all with "!" in front or none.
func checkRequireAuth(value string) Verdict {
	var seen []string
	negative := 0
	list := value
	for strings.HasSuffix(list, ",") {
		list = strings.TrimSuffix(list, ",")
	}
	for method := range strings.SplitSeq(list, ",") {
		method = strings.TrimFunc(method, func(r rune) bool { return r <= ' ' })
		if strings.HasPrefix(method, "!") {
			method = method[1:]
			negative++
		}
		switch {
		case !slices.Contains(authenticationMethods, method):
			return Verdict{Outcome: Refused, Reason: "the driver does not know one of the methods (capital letters matter) and does not connect", Write: oneOf(authenticationMethods) + ", or several of them with commas between"}
		case slices.Contains(seen, method):
			return Verdict{Outcome: Refused, Reason: "one method stands there twice and the driver does not connect", Write: "each method once"}
		}
		seen = append(seen, method)
	}
	if negative != 0 && negative != len(seen) {
		return Verdict{Outcome: Refused, Reason: "the driver does not connect when only some methods have a \"!\"", Write: "either the methods that are allowed or, all with \"!\", those that are not"}
	}
	return Verdict{}
}

// The types that binaryTransferEnable and binaryTransferDisable know by name: the constants of org.postgresql.core.Oid.
const (
	typeNames = " BIT BIT_ARRAY BOOL BOOL_ARRAY BOX BPCHAR BPCHAR_ARRAY BYTEA BYTEA_ARRAY CHAR CHAR_ARRAY DATE DATE_ARRAY FLOAT4 FLOAT4_ARRAY FLOAT8 FLOAT8_ARRAY INT2 INT2_ARRAY INT4 INT4_ARRAY INT8 INT8_ARRAY INTERVAL INTERVAL_ARRAY JSON JSONB_ARRAY JSON_ARRAY MONEY MONEY_ARRAY NAME NAME_ARRAY NUMERIC NUMERIC_ARRAY OID OID_ARRAY POINT POINT_ARRAY REF_CURSOR REF_CURSOR_ARRAY TEXT TEXT_ARRAY TIME TIMESTAMP TIMESTAMPTZ TIMESTAMPTZ_ARRAY TIMESTAMP_ARRAY TIMETZ TIMETZ_ARRAY TIME_ARRAY UNSPECIFIED UUID UUID_ARRAY VARBIT VARBIT_ARRAY VARCHAR VARCHAR_ARRAY VOID XML XML_ARRAY "
	// Since 42.5.5.
	typeNames425 = " BOX_ARRAY CIDR CIRCLE INET JSONB LINE LSEG MACADDR MACADDR8 PATH POLYGON TSQUERY TSVECTOR "
	// Since 42.7.14.
	typeNames427 = " CIRCLE_ARRAY LINE_ARRAY LSEG_ARRAY PATH_ARRAY POLYGON_ARRAY RECORD RECORD_ARRAY REFCURSOR REFCURSOR_ARRAY "
)

// checkTypeNames is the list of types that Oid.valueOf takes: their names in any case, or numbers.
func checkTypeNames(driver Driver, value string) Verdict {
	const write = "names such as timestamptz or numbers of types, with commas and no blanks between"
	verdict := Verdict{}
	for name := range strings.SplitSeq(value, ",") {
		word := " " + strings.ToUpper(name) + " "
		switch {
		case name == "", isLong(name), !strings.Contains(name, " ") && strings.Contains(typeNames, word):
		case strings.Contains(name, " "), driver == Driver4215, !strings.Contains(typeNames425+typeNames427, word):
			return Verdict{Outcome: Refused, Reason: "the driver does not know one of the types and does not connect", Write: write}
		case strings.Contains(typeNames427, word):
			verdict = Verdict{Outcome: Misread, Reason: "releases before 42.7.14 do not know one of the types and do not connect", Write: write}
		}
	}
	return verdict
}
