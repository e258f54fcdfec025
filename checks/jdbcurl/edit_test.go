package jdbcurl

import "testing"

func TestWithout(t *testing.T) {
	t.Parallel()
	tests := []struct {
		arguments, remove string // every parameter whose name is one of the letters
		want, wantKept    string // without and with keepQuestion
	}{
		{"?a=1", "a", "", "?"},
		{"?a=1&b=2", "a", "?b=2", "?b=2"},
		{"?a=1&b=2", "b", "?a=1", "?a=1"},
		{"?a=1&b=2&c=3", "b", "?a=1&c=3", "?a=1&c=3"},
		{"?a=1&b=2&c=3", "bc", "?a=1", "?a=1"},
		{"?a=1&b=2&c=3", "ac", "?b=2", "?b=2"},
		{"?a=1&b=2&c=3", "abc", "", "?"},
		{"?a=1&b=2&a=3&c=4&a=5", "a", "?b=2&c=4", "?b=2&c=4"},
		{"?&a=1&&b=2&", "a", "?b=2&", "?b=2&"},
		{"?&a=1&&b=2&", "b", "?&a=1", "?&a=1"},
		{"?&a=1&", "a", "", "?"},
		{"?a&b", "a", "?b", "?b"},
		{"?b=2&", "a", "?b=2&", "?b=2&"},
		{"?", "a", "?", "?"},
		{"", "a", "", ""},
	}
	for _, test := range tests {
		text := "jdbc:postgresql://pgpool:5432/bitbucket" + test.arguments
		url := Parse(text, Driver427)
		var remove []Parameter
		for _, name := range test.remove {
			remove = append(remove, url.All(string(name))...)
		}
		for keep, want := range map[bool]string{false: test.want, true: test.wantKept} {
			got := Apply(text, url.Without(remove, keep))[len(text)-len(test.arguments):]
			if got != want {
				t.Errorf("%q without %s (keepQuestion %v) = %q, want %q", test.arguments, test.remove, keep, got, want)
			}
		}
	}
}
