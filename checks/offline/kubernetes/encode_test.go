package kubernetes

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		style facts.Style
		text  string
		want  string // empty when it cannot be written
	}{
		{facts.Plain, "pg-0:5432", "pg-0:5432"},
		{facts.Plain, "a # b", ""},
		{facts.SingleQuoted, "it's", "it''s"},
		{facts.DoubleQuoted, `a"b\c`, `a\"b\\c`},
		{facts.Literal, "on", "on"},
		// $(NAME) and $$ are the kubelet's, and a $ at the end may come to stand before a parenthesis.
		{facts.DoubleQuoted, "$(HOST)", ""},
		{facts.DoubleQuoted, "a$$b", ""},
		{facts.SingleQuoted, "cash$", ""},
		{facts.SingleQuoted, "$HOME", "$HOME"},
	} {
		got, ok := Encode(test.style, test.text)
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%q in style %q: %q, %v, want %q", test.text, test.style, got, ok, test.want)
		}
	}
}

func TestEncodeWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		style facts.Style
		text  string
		want  string
	}{
		// A file is no value that the kubelet expands.
		{facts.Literal, "a = '$(b)'", "a = '$(b)'"},
		{facts.SingleQuoted, "a = 'b'", "a = ''b''"},
		{facts.Literal, "a\nb", ""},
		{facts.DoubleQuoted, "a\r\nb", ""},
	} {
		got, ok := EncodeWithin(test.style, test.text)
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%q in style %q: %q, %v, want %q", test.text, test.style, got, ok, test.want)
		}
	}
}
