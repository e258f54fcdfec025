package offline

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/compose"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/shell"
)

// encode gives the bytes that write text inside a value at a place: escaped as the format and the quoting there demand.
// ok is false when the text cannot be written there. Properties have a writer of their own, see [Replace].
func encode(format facts.Format, place facts.Place, text string) (encoded string, ok bool) {
	switch format {
	case facts.DockerEnv, facts.ComposeEnv:
		return dotenv.Encode(format, place.Style, text)
	case facts.Shell:
		return shell.Encode(place.Style, text)
	case facts.Compose:
		return compose.Encode(place.Style, text)
	case facts.PgpoolConf:
		// Words such as on and off need no quotes, and inside quotes nothing is escaped.
		for _, c := range []byte(text) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
				return "", false
			}
		}
		return text, true
	}
	return "", false
}
