package directive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// found writes the directives of a text as "line: first-last text".
func found(text string, format facts.Format) string {
	name := "file"
	if format == facts.Compose {
		name = "file.yml"
	}
	var out []string
	for _, d := range Find(facts.NewSource(name, []byte(text)), format) {
		line, _ := d.Origin.Source.Position(d.Origin.Span.Start)
		out = append(out, fmt.Sprintf("%d: %d-%d %s", line, d.First, d.Last, d.Text))
	}
	return strings.Join(out, "; ")
}

func TestFind(t *testing.T) {
	t.Parallel()
	const i = "bbdoctor:ignore x -- y"
	for title, c := range map[string]struct {
		format     facts.Format
		text, want string
	}{
		"properties":                     {facts.Properties, "a=1\n# " + i + "\nb=2\n", "2: 2-3 x -- y"},
		"properties, exclamation mark":   {facts.Properties, "a=1\n  !" + i + "\r\nb=\\\n 2\nc=3", "2: 2-4 x -- y"},
		"properties, first in the file":  {facts.Properties, "# owner: me\n#" + i + "\n\na=1\n", "2: 1-3 x -- y"},
		"properties, in a value":         {facts.Properties, "a=1 # " + i + "\n", ""},
		"properties, in a continuation":  {facts.Properties, "a=1\\\n# " + i + "\nb=2\n", ""},
		"properties, behind a backslash": {facts.Properties, "\\\n# " + i + "\nb=2\n", "2: 2-3 x -- y"},
		"properties, two backslashes":    {facts.Properties, "a=1\\\\\n# " + i + "\nb=2\n", "2: 2-3 x -- y"},
		"properties, several above":      {facts.Properties, "z=0\n#" + i + "\n# why\n#" + i + "\nb=2\n", "2: 2-5 x -- y; 4: 4-5 x -- y"},
		"properties, CR":                 {facts.Properties, "a=1\r#" + i + "\rb=2\r", "2: 2-3 x -- y"},
		"a word in front":                {facts.Properties, "a=1\n# see " + i + "\nb=2\n", ""},
		"docker env":                     {facts.DockerEnv, "A=1\n # " + i + "\nB='2\n", "2: 2-3 x -- y"},
		"docker env, in a value":         {facts.DockerEnv, "A=1 # " + i + "\nB='\n#" + i + "\n'", "3: 3-4 x -- y"},
		"compose env":                    {facts.ComposeEnv, "A=1\n# " + i + "\nexport B=\"2\n3\"\nC=1\n", "2: 2-4 x -- y"},
		"compose env, behind a value":    {facts.ComposeEnv, "A=1 # " + i + "\nB=2\n", "1: 1-1 x -- y"},
		"compose env, behind quotes":     {facts.ComposeEnv, "A='1' # " + i + "\nB=2\n", "1: 1-1 x -- y"},
		"compose env, in a value":        {facts.ComposeEnv, "A=1#" + i + "\nB=\"\n# " + i + "\n\"\nC='# " + i + "'\n", ""},
		"pgpool.conf":                    {facts.PgpoolConf, "a = 1\n# " + i + "\nmax_pool = 2\n", "2: 2-3 x -- y"},
		"pgpool.conf, behind a value":    {facts.PgpoolConf, "max_pool = 2 # " + i + "\nb = '#'\n", "1: 1-1 x -- y"},
		"pgpool.conf, in a value":        {facts.PgpoolConf, "a = 'x # " + i + "'\n", ""},
		"postgresql.conf":                {facts.PostgreSQLConf, "a = 'x # " + i + "' # " + i + "\n", "1: 1-1 x -- y"},
		"shell":                          {facts.Shell, "echo\n# " + i + "\ndocker run \\\n  -e A=1 \\\n  image\necho\n", "2: 2-5 x -- y"},
		"shell, behind a command":        {facts.Shell, "echo\ndocker run \\\n  -e A=1 \\\n  image # " + i + "\necho\n", "4: 2-4 x -- y"},
		"shell, in quotes":               {facts.Shell, "echo '\n# " + i + "\n' \"# " + i + "\" a#" + i + "\n", ""},
		"shell, in a here-document":      {facts.Shell, "cat <<E\n# " + i + "\nE\n", ""},
		"shell, above a here-document":   {facts.Shell, "echo\n# " + i + "\ncat <<E\nA=1\nE\necho\n", "2: 2-5 x -- y"},
		"shell, in a continued line":     {facts.Shell, "docker run \\\n # " + i + "\n image\n", "2: 2-3 x -- y"},
		"shell, in a block":              {facts.Shell, "if true; then\n  # " + i + "\n  A=1 \\\n  b\nfi\n", "2: 2-4 x -- y"},
		"shell, behind a mistake":        {facts.Shell, "echo )\n# " + i + "\ndocker run a \\\n b\n", "2: 2-4 x -- y"},
		"shell, a transcript":            {facts.Shell, "$ docker run \\\n>  a\n", ""},
		"yaml":                           {facts.Compose, "a: 1\n# " + i + "\nb: 2\n", "2: 2-3 x -- y"},
		"yaml, behind a value":           {facts.Compose, "a: 1 # " + i + "\nb: 'x'  #" + i + "\n", "1: 1-1 x -- y; 2: 2-2 x -- y"},
		"yaml, in quotes":                {facts.Compose, "a: 'x # " + i + "'\nb: \"\n  # " + i + "\n  \"\nc: a#" + i + "\n", ""},
		"yaml, in a block":               {facts.Compose, "a: |\n  # " + i + "\n  b\nc: >-\n  # " + i + "\n", ""},
		"yaml, above a block":            {facts.Compose, "x: 1\n# " + i + "\na: |\n  b\n\n  c\nd: 1\n", "2: 2-6 x -- y"},
		"yaml, behind a block's header":  {facts.Compose, "x: 1\na: | # " + i + "\n  b\n  c\n", "2: 2-4 x -- y"},
		"yaml, above a variable":         {facts.Compose, "env:\n  # " + i + "\n  - name: A\n    value: \"1\"\n  - name: B\n    value: 2\n", "2: 2-4 x -- y"},
		"yaml, above a service":          {facts.Compose, "services:\n  # " + i + "\n  pgpool:\n    image: a\n", "2: 2-3 x -- y"},
		"yaml, a document":               {facts.Compose, "---\n# " + i + "\na: 1\n", "2: 1-3 x -- y"},
		"yaml that is none":              {facts.Compose, "# " + i + "\na: [\n", ""},
		"a ConfigMap":                    {facts.Compose, "data:\n  bitbucket.properties: |\n    # " + i + "\n    jdbc.url=a\\\n      b\n  other.txt: |\n    # " + i + "\n", "3: 2-5 x -- y"},
		"a unit of systemd":              {facts.Systemd, "[Service]\n; " + i + "\nEnvironment=A=1 \\\n  B=2\nC=# " + i + "\n", "2: 2-4 x -- y"},
		"the very end":                   {facts.PgpoolConf, "a = 1\n# bbdoctor:ignore", "2: 2-3 "},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			if got := found(c.text, c.format); got != c.want {
				t.Errorf("%s\ngot  %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

// TestHostile says that no file makes the scanner work for long: each case has thousands of markers.
func TestHostile(t *testing.T) {
	t.Parallel()
	for title, text := range map[string]string{
		"comments":     strings.Repeat("# bbdoctor:ignore\n", 12_000),
		"one line":     strings.Repeat("#bbdoctor:ignore ", 12_000),
		"values":       strings.Repeat("a: bbdoctor:ignore\n", 12_000),
		"assignments":  strings.Repeat("a=1 #bbdoctor:ignore\n", 10_000),
		"list":         strings.Repeat("- a # bbdoctor:ignore\n", 10_000),
		"nested":       strings.Repeat("{a: ", 5000) + "# bbdoctor:ignore",
		"continuation": strings.Repeat("bbdoctor:ignore \\\n", 10_000),
	} {
		for _, format := range []facts.Format{facts.Properties, facts.DockerEnv, facts.ComposeEnv, facts.PgpoolConf, facts.PostgreSQLConf, facts.Shell, facts.Compose, facts.Format(0)} {
			if n := len(Find(facts.NewSource("f.yml", []byte(text)), format)); n > maxDirectives {
				t.Errorf("%s as %s: %d directives", title, format, n)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("a=1\n# bbdoctor:ignore x -- y\nb=2\n", uint8(0))
	f.Add("a: |\n  # bbdoctor:ignore x\n", uint8(6))
	f.Add("data:\n  a.properties: |\n    # bbdoctor:ignore x\n", uint8(6))
	formats := []facts.Format{facts.Properties, facts.DockerEnv, facts.ComposeEnv, facts.PgpoolConf, facts.PostgreSQLConf, facts.Shell, facts.Compose, facts.Format(0)}
	f.Fuzz(func(t *testing.T, text string, format uint8) {
		source := facts.NewSource("f", []byte(text))
		for _, d := range Find(source, formats[int(format)%len(formats)]) {
			line, _ := source.Position(d.Origin.Span.Start)
			if d.First > line || d.Last < line || !strings.HasPrefix(text[d.Origin.Span.Start:d.Origin.Span.End], facts.Marker) {
				t.Errorf("%+v is not where it says", d)
			}
		}
	})
}
