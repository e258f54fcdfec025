package facts

import (
	"strings"
	"unicode/utf8"
)

// State says how much is known of a value.
type State uint8

// The states. A rule judges Default and Set; it skips on Unresolved and Secret, because an unknown value is not a wrong
// one.
const (
	Absent     State = iota // written nowhere, and nothing fills it in
	Default                 // written nowhere; the image, Pgpool-II or Bitbucket fills it in
	Set                     // written, and known
	Unresolved              // written, but depends on something that is not among the inputs
	Secret                  // kept elsewhere on purpose: a secret store, an encrypted value, a file not among the inputs
)

// String is the state's name in JSON.
func (s State) String() string {
	return [...]string{"absent", "default", "set", "unresolved", "secret"}[s]
}

// Setting is one value, with where it came from and what it hides.
type Setting struct {
	// Key is the canonical name: "jdbc.url", or in pgpool.conf's vocabulary "num_init_children". A variable of the image
	// that stands for no parameter keeps its own name: "PGPOOL_POSTGRES_CUSTOM_USERS".
	Key Key
	// Text is the value as its reader decodes it.
	Text string
	// Norm is the value in the parameter's normal form: an integer in decimal and in the parameter's own unit, a boolean
	// as "on" or "off", an enumeration in lower case; any other value equals Text. Filled for pgpool and PostgreSQL
	// parameters, and for yes/no variables of the image.
	Norm string
	// Bad says why Text is no value of the parameter ("not an integer"). Norm is then what the program makes of it all the
	// same, or empty when it refuses to start.
	Bad   string
	State State
	// Why is the reason of Unresolved or Secret, and the source of a Default: "the image's default".
	Why    string
	Origin Origin
	// Via is the way that the value took, nearest first: the variable that was interpolated, the env_file that was named.
	Via []Origin
	// Overridden are the values of the same key that this one hides, the strongest first.
	Overridden []Setting
}

// Known says whether the value can be judged.
func (s Setting) Known() bool { return s.State == Set || s.State == Default }

// Sensitive says whether the value must not be shown.
func (s Setting) Sensitive() bool {
	return SensitiveName(string(s.Key)) || (s.Origin.Key != "" && SensitiveName(s.Origin.Key))
}

// Hide marks in the sources what must not be shown of the value, wherever it was written: all of one that is sensitive, or
// the password inside a URL.
func (s Setting) Hide() {
	if s.Sensitive() {
		s.Origin.Hide(0, len(s.Text))
		return
	}
	for _, span := range SecretsInURL(s.Text) {
		s.Origin.Hide(span.Start, span.End)
	}
}

// Shown is the value for messages: on one line, and secrets are replaced by "***", also those inside a JDBC URL.
func (s Setting) Shown() string {
	return OneLine(s.redacted())
}

// redacted is the value without what must not be shown.
func (s Setting) redacted() string {
	if s.Sensitive() {
		return "***"
	}
	return RedactURL(s.Text)
}

// OneLine writes line breaks as \n and \r, for what must stay on one line of a message.
func OneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(text)
}

// SensitiveName says whether a variable, property or parameter of that name holds something that must not be shown.
func SensitiveName(name string) bool {
	if !maybeSensitive(name) {
		return false
	}
	upper := strings.ToUpper(name)
	for _, exempt := range []string{"_FILE", "CLASSNAME", "ENABLE_POOL_PASSWD", "USE_PASSFILE", "PASSFILE_PATH", "PASSWORD_ENCRYPTION", "ALLOW_EMPTY_PASSWORD", "POOL_PASSWD", "SSL_KEY"} {
		if strings.HasSuffix(upper, exempt) {
			return false
		}
	}
	for _, word := range sensitiveWords {
		if strings.Contains(upper, word) {
			return true
		}
	}
	return strings.HasSuffix(upper, "PASS") || strings.HasSuffix(upper, "_PW")
}

var sensitiveWords = []string{"PASSWORD", "PASSWD", "SECRET", "TOKEN", "AES_KEY", "PASSPHRASE", "CREDENTIAL", "AUTHKEY", "API_KEY", "PRIVATE_KEY"}

// maybeSensitive is false for most names, and lines, that hold nothing secret: each word that SensitiveName looks for has
// PAS, PW at its end, ECR, OKE, KEY or CRE in it.
func maybeSensitive(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return true // it may have a letter in it that is an ASCII one in upper case
		}
		if i < 2 {
			continue
		}
		first, second := name[i-2]|0x20, name[i-1]|0x20
		switch c := name[i] | 0x20; c {
		case 's':
			if first == 'p' && second == 'a' {
				return true
			}
		case 'w':
			if second == 'p' {
				return true
			}
		case 'r':
			if first == 'e' && second == 'c' {
				return true
			}
		case 'e':
			if first == 'o' && second == 'k' || first == 'c' && second == 'r' {
				return true
			}
		case 'y':
			if first == 'k' && second == 'e' {
				return true
			}
		}
	}
	return false
}

// Assignment is one name given one value, as a file writes it, before anything is made of it.
type Assignment struct {
	// Name is the variable's or parameter's name as the program sees it.
	Name string
	// Value has Text, State, Why, Origin and Via; Origin.Key and Origin.KeySpan say how the name is written.
	Value Setting
}

// Settings are values by canonical name.
type Settings map[Key]Setting
