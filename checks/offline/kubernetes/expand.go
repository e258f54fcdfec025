package kubernetes

import (
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// expand puts variables into a value as the kubelet does (k8s.io/kubernetes/third_party/forked/golang/expansion): $(NAME)
// is the variable if lookup has it and stays as it is if not, $$ is a dollar sign.
func (r *reader) expand(written facts.Setting, lookup func(string) (facts.Setting, bool)) facts.Setting {
	if strings.IndexByte(written.Text, '$') < 0 || !written.Known() {
		return written
	}
	whole := traced.Text{Bytes: []byte(written.Text)}
	whole.Runs, whole.Lost = traced.Runs(written)
	text, out, done := written.Text, traced.Text{}, 0
	take := func(from, to int) { out.Add(whole.Slice(from, to)) }
	for at := 0; at < len(text); at++ {
		if text[at] != '$' || at+1 == len(text) {
			continue
		}
		take(done, at)
		switch next := text[at+1]; {
		case next == '$':
			take(at, at+1)
			done = at + 2
		case next == '(':
			end := strings.IndexByte(text[at+2:], ')')
			if end < 0 {
				take(at, at+2)
				done = at + 2
				break
			}
			end += at + 2
			if value, ok := lookup(text[at+2 : end]); ok {
				out.Value(value)
			} else {
				take(at, end+1)
			}
			done = end + 1
		default:
			_, size := utf8.DecodeRuneInString(text[at+1:])
			take(at, at+1+size)
			done = at + 1 + size
		}
		at = done - 1
		if len(out.Bytes) > traced.MaxExpanded || r.expanded.Load() > maxExpanded {
			out.Unknown("variables make it longer than 64 KiB")
			done = len(text)
			break
		}
	}
	take(done, len(text))
	r.expanded.Add(int64(len(out.Bytes)))
	value := out.Setting(written.Origin, written.Text)
	value.Key = written.Key
	value.Via = append(value.Via[:len(value.Via):len(value.Via)], written.Via...)
	return value
}
