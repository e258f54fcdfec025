package systemd

import (
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// unitName is a unit's name taken apart: prefix@instance.type.
type unitName struct {
	full, prefix, instance string
	template               bool // without an instance, which nobody knows then
}

// newUnitName takes the name of a unit file apart. The service of a quadlet has the quadlet's name.
func newUnitName(file string) *unitName {
	base := path.Base(file)
	if name, ok := strings.CutSuffix(base, ".container"); ok {
		base = name + ".service"
	}
	u := &unitName{full: base}
	u.prefix = strings.TrimSuffix(base, path.Ext(base))
	if prefix, instance, ok := strings.Cut(u.prefix, "@"); ok {
		u.prefix, u.instance, u.template = prefix, instance, instance == ""
	}
	return u
}

// known are the specifiers of systemd.unit(5).
const known = "aAbBCdDEfgGhHiIjJlLmMnNopPqrsStTuUvVwWyY"

// specifier adds what stands for the percent sign at the next byte of the value and gives how many bytes it is long. ok is
// false for a specifier that there is not.
func (s *splitter) specifier(t *traced.Text, style facts.Style) (n int, ok bool) {
	at := s.next
	if at+1 == len(s.value) || strings.IndexByte(known+"%", s.value[at+1]) < 0 {
		s.copy(t, at, at+1, style)
		return 1, at+1 == len(s.value) || !isAlphanumeric(s.value[at+1])
	}
	span := s.spanOf(at, at+2)
	letter := s.value[at+1]
	text, found := s.unit.specifier(letter)
	switch {
	case letter == '%':
		t.Escape("%", s.source, span, style)
	case found:
		t.Escape(text, s.source, span, style)
	default:
		t.Unknown("systemd puts something in for %" + string(letter))
		// As written, so that what follows keeps its place.
		t.Escape("%"+string(letter), s.source, span, style)
	}
	return 2, true
}

func isAlphanumeric(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// specifier gives what a specifier stands for that the unit's name tells.
func (u *unitName) specifier(letter byte) (text string, ok bool) {
	if u.template && strings.IndexByte("niIN", letter) >= 0 {
		return "", false
	}
	switch letter {
	case 'n':
		return u.full, true
	case 'N':
		return strings.TrimSuffix(u.full, path.Ext(u.full)), true
	case 'p':
		return u.prefix, true
	case 'i':
		return u.instance, true
	}
	return "", false
}
