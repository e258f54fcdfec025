package jdbcurl

import (
	"strings"
	"unicode/utf8"
)

const example = "jdbc:postgresql://pgpool:5432/bitbucket"

// quoted gives a piece of the URL for a message if it is short and plain, so that no message carries a secret or something
// unreadable; else the word for it.
func quoted(text, otherwise string) string {
	if text == "" || len(text) > 60 {
		return otherwise
	}
	for _, char := range text {
		switch {
		case 'a' <= char && char <= 'z', 'A' <= char && char <= 'Z', '0' <= char && char <= '9':
		case strings.ContainsRune(".,:_-[]+", char):
		default:
			return otherwise
		}
	}
	return text
}

// refuseMissingSlash tells of a URL with "//" that has no slash behind the addresses.
func (r *reader) refuseMissingSlash(authority Span) {
	text := r.Text[authority.Start:authority.End]
	if backslash := strings.IndexByte(text, '\\'); backslash >= 0 {
		at := authority.Start + backslash
		r.refuse(Span{at, at + 1}, "a backslash does not separate the database from the port: write a slash, as in "+example)
		return
	}
	at, behind := authority, "port"
	if len(r.Hosts) > 0 {
		last := r.Hosts[len(r.Hosts)-1]
		if at = last.PortSpan; at.Start == at.End {
			at, behind = last.NameSpan, "host"
		}
	}
	if at.Start == at.End {
		at = authority
	}
	if cut := strings.IndexAny(text, "&;"); cut >= 0 {
		cut += authority.Start
		r.refuse(Span{cut, authority.End}, "there is no slash and no database behind the host and the port, and parameters follow a question mark: write "+example+"?name=value")
		return
	}
	r.refusef(at, "there is no slash after the %s: write //%s/bitbucket", behind, quoted(text, "pgpool:5432"))
}

// refusePrefix tells of a text that does not begin with "jdbc:postgresql:" before its first "?", which is at end.
func (r *reader) refusePrefix(end int) {
	text := r.Text[:end]
	same := 0
	for same < min(len(text), len(prefix)) && text[same] == prefix[same] {
		same++
	}
	// What stands where the prefix should: up to the slashes, or the whole.
	stop := len(text)
	if slashes := strings.Index(text, "//"); slashes >= 0 {
		stop = slashes
	} else if stop > same {
		_, size := utf8.DecodeRuneInString(text[same:])
		stop = same + size
	}
	at := Span{same, max(stop, same)}
	lower := strings.ToLower(text[:min(len(text), 64)])
	switch {
	case r.Text == "":
		r.refuse(at, "the URL is empty: write "+example)
	case strings.TrimLeft(text, " \t\n\v\f\r\u00A0\uFEFF") != text:
		at = Span{0, len(text) - len(strings.TrimLeft(text, " \t\n\v\f\r\u00A0\uFEFF"))}
		r.refuse(at, "a blank or a byte order mark stands in front of the URL: remove it")
	case text != "" && strings.ContainsRune("\"'`", rune(text[0])):
		r.refuse(Span{0, 1}, "the URL stands in quotation marks: remove them")
	case strings.HasPrefix(strings.ReplaceAll(lower, `\`, ""), prefix):
		r.refuse(Span{same, same + 1}, "a backslash in front of a colon is right only in a .properties file: write "+prefix)
		if text[same] != '\\' {
			r.Refusal = "the driver knows its prefix in small letters only: write " + prefix
		}
	case strings.HasPrefix(lower, "postgresql:"), strings.HasPrefix(lower, "postgres:"):
		r.refuse(at, "jdbc: is missing in front of the URL: write "+example)
	case strings.HasPrefix(lower, "jdbc:") && !strings.HasPrefix(lower, "jdbc:p"):
		r.refuse(at, "the URL is for another driver, those of PostgreSQL's begin with \"jdbc:postgresql:\": write "+example)
	default:
		r.refuse(at, "the URL does not begin with \"jdbc:postgresql:\": write "+example)
	}
}
