package offline

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/compose"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
	"github.com/bbdoctor/bbdoctor/checks/offline/shell"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
)

// writer is how values are written in files of one format.
type writer struct {
	// encode gives the bytes that put text inside a value, at a place with that quoting that a run of the value gives. ok
	// is false when the text cannot be written there.
	encode func(style facts.Style, text string) (encoded string, ok bool)
	// insert gives the place and the text of a new setting in the surroundings of another one of the same file, whose
	// KeySpan says where it is named. ok is false where there is no clean place. Nil for a format without.
	insert func(sibling facts.Setting, name, value string, parsed *edit.Parsed) (insertion edit.Insertion, ok bool)
	// replace, when not nil, takes the place of encode for a format whose writer must see all of the value.
	replace func(setting facts.Setting, start, end int, text string) ([]properties.Edit, error)
}

// writers has the formats that are written. What is in any other is only read.
var writers = map[facts.Format]writer{
	facts.Properties: {replace: properties.Replace},
	facts.DockerEnv:  {encode: envEncoder(facts.DockerEnv), insert: dotenv.Insert},
	facts.ComposeEnv: {encode: envEncoder(facts.ComposeEnv), insert: dotenv.Insert},
	facts.Shell:      {encode: shell.Encode, insert: shell.Insert},
	facts.Compose:    {encode: compose.Encode, insert: compose.Insert},
	facts.Helm:       {encode: helm.Encode},
	facts.Kubernetes: {encode: kubernetes.Encode, insert: kubernetes.Insert},
	facts.Systemd:    {encode: systemdEncoder(facts.Systemd), insert: systemd.Insert},
	facts.SystemdEnv: {encode: systemdEncoder(facts.SystemdEnv), insert: systemd.InsertEnvironment},
	facts.PgpoolConf: {encode: pgpoolconf.Encode, insert: pgpoolconf.Insert},
}

func envEncoder(dialect facts.Format) func(facts.Style, string) (string, bool) {
	return func(style facts.Style, text string) (string, bool) { return dotenv.Encode(dialect, style, text) }
}

func systemdEncoder(format facts.Format) func(facts.Style, string) (string, bool) {
	return func(style facts.Style, text string) (string, bool) { return systemd.Encode(format, style, text) }
}

// within gives the encoder for a text that stands inside a value of another file: encoded for the one, then for the other.
// atStart says that the text begins the value, and before is what stands there until now.
func within(origin facts.Origin, atStart bool, before string) func(style facts.Style, text string) (encoded string, ok bool) {
	return func(style facts.Style, text string) (encoded string, ok bool) {
		switch encode := writers[origin.Format].encode; {
		case origin.Format == facts.Properties:
			encoded, ok = properties.Encode(text, atStart), true
		case origin.Format == origin.Within:
			// A manifest inside a manifest: how it is quoted there is not known, so only what needs no quotes is written.
			encoded, ok = text, strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=?&") == ""
		case origin.Format == facts.Helm && (before == "true" || before == "false"):
			if encoded, ok = encode(facts.YesNo, text); !ok {
				encoded, ok = encode(facts.Plain, text)
			}
		case encode != nil:
			encoded, ok = encode(facts.Plain, text)
		}
		if !ok {
			return "", false
		}
		return kubernetes.EncodeWithin(style, encoded)
	}
}
