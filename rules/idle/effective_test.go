package idle

import "testing"

func TestQuoteIdentifier(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"bitbucketuser": "bitbucketuser", "_a1": "_a1", "1a": `"1a"`, "Bitbucket": `"Bitbucket"`, "bit-bucket": `"bit-bucket"`,
		`a"; DROP ROLE b`: `"a""; DROP ROLE b"`, "": `""`, "é": `"é"`,
	} {
		if got := quoteIdentifier(name); got != want {
			t.Errorf("quoteIdentifier(%q) = %s, want %s", name, got, want)
		}
	}
}
