package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nasty is text that means something in one of the formats: the end of CDATA, a workflow command, a cell of a table, code,
// HTML, a template, an entity, and characters that move cursors or turn the direction of writing. The last two are no
// characters in XML.
const nasty = "]]>::error::%0A|`x`<script>alert(1)</script>{{.}}&lt;@all#1\x1b[31m\u202e\u200b\u2028\ufffe\uffff"

// hostile is an installation in which names, values and files that cannot be read are nasty.
func hostile(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "site\n"+strings.ReplaceAll(nasty, "/", "∕"))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skipf("the file system does not take the name: %v", err)
	}
	var escaped strings.Builder
	for _, r := range nasty {
		if r < 0x20 || r > 0x7e {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		} else {
			escaped.WriteRune(r)
		}
	}
	files := map[string]string{
		"bitbucket.properties": "jdbc.driver=" + escaped.String() + "\n" +
			"jdbc.url=jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=" + escaped.String() + "&" + escaped.String() + "=1\n" +
			"jdbc.user=" + escaped.String() + "\njdbc.password=Kx7-winter-Okapi\ndb.pool.size.max=" + escaped.String() + "\n",
		"pgpool.sh": "docker run --name '" + strings.ReplaceAll(nasty, "\x1b", "") + "' -e 'PGPOOL_NUM_INIT_CHILDREN=" + nasty + "' \\\n" +
			"  -e 'PGPOOL_BACKEND_NODES=0:" + nasty + ":5432,1:pg-1:x' -e 'PGPOOL_" + nasty + "=1' \\\n" +
			"  -e PGPOOL_PASSWORD=Ng3-velvet-Fjord registry.example.com/db/pgpool:4.6.7\n",
		"broken " + strings.ReplaceAll(nasty, "/", "∕") + ".yml": "services:\n  pgpool:\n    environment: {PGPOOL_BACKEND_NODES: \"0:pg-0\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestHostileInEveryFormat: whatever stands in the inputs, every format stays what it is.
func TestHostileInEveryFormat(t *testing.T) {
	t.Parallel()
	code, texts := formatsOf(t, hostile(t))
	if code != exitIncomplete {
		t.Errorf("code %d", code)
	}
	validate := validators(t)
	for format, text := range texts {
		if err := validate[format](text); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if strings.Contains(text, "Kx7-winter") || strings.Contains(text, "Ng3-velvet") {
			t.Errorf("%s shows a password", format)
		}
		if format == "html" && strings.Contains(text, "<script") {
			t.Errorf("%s holds a script", format)
		}
		if !strings.Contains(text, "alert(1)") && format != "openmetrics" {
			t.Errorf("%s does not show the value that it is about", format)
		}
	}
}

// TestManyFindings: thousands of findings stay within every limit.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("jdbc.driver=org.postgresql.Driver\njdbc.url=jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=primary")
	for n := range 5_000 {
		fmt.Fprintf(&text, "&unknown%d=%d", n, n)
	}
	text.WriteString("\n")
	if err := os.WriteFile(filepath.Join(dir, "bitbucket.properties"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, texts := formatsOf(t, dir, "--only", "jdbc/target-server-type,jdbc/unknown-parameter")
	if code != exitFindings {
		t.Errorf("code %d", code)
	}
	if n := strings.Count(texts["short"], "\n"); n < 5_000 {
		t.Errorf("only %d findings", n)
	}
	validate := validators(t)
	for format, text := range texts {
		if err := validate[format](text); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
	if !strings.Contains(texts["code-insights"], "targetServerType=primary") || !strings.Contains(texts["markdown"], "targetServerType=primary") {
		t.Error("the error is not among the findings that are kept")
	}
	if !strings.Contains(texts["code-insights"], "more are left out") || !strings.Contains(texts["markdown"], "more do not fit here") {
		t.Error("nobody says that findings are left out")
	}
}
