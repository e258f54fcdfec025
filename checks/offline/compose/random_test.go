package compose

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
)

// generator writes random projects that docker compose accepts.
type generator struct {
	*rand.Rand
	anchors []string // of environments that are mappings
}

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

// text gives the text of a value, perhaps with variables. SET1, SET2 and EMPTY are in .env; GONE1 and GONE2 nowhere.
func (g *generator) text(depth int) string {
	var out strings.Builder
	for range g.IntN(4) {
		switch g.IntN(9) {
		case 0, 1, 2:
			out.WriteString(g.pick("a", "bc", "0:pg-0:5432", "x y", "é", "=", "#", "10", "'", `"`, "{", ": ", "😀"))
		case 3:
			out.WriteString(g.pick("$SET1.", "${SET2}", "$$", "$${SET1}", "${EMPTY}"))
		case 4:
			out.WriteString(g.pick("$GONE1.", "${GONE2}"))
		case 5, 6:
			if depth < 3 {
				name := g.pick("SET1", "SET2", "EMPTY", "GONE1", "GONE2")
				operator := g.pick(":-", "-", ":-", "-", ":+", "+")
				if name[0] == 'S' {
					operator = g.pick(":-", "-", ":+", "+", ":?", "?")
				}
				word := g.pick("d", "d e", "")
				if strings.HasSuffix(operator, "+") {
					word = "p"
				}
				out.WriteString("${" + name + operator + word + g.nested(depth) + "}")
			}
		default:
			out.WriteString(g.pick("v", "w1", "."))
		}
	}
	return out.String()
}

// nested gives a text whose braces match.
func (g *generator) nested(depth int) string {
	if g.IntN(2) == 0 {
		return ""
	}
	text := g.text(depth + 1)
	if strings.Count(text, "{") != strings.Count(text, "}") {
		return "n"
	}
	return text
}

// quoted writes a text as a YAML scalar.
func (g *generator) quoted(text, pad string) string {
	switch g.IntN(6) {
	case 0:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case 1:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "é", `\u00e9`).Replace(text) + `"`
	case 2:
		if strings.TrimSpace(text) == text && text != "" {
			return "|-\n" + pad + text
		}
	case 3:
		if plain := strings.ReplaceAll(text, " ", "\n"+pad); strings.TrimSpace(text) == text && text != "" {
			return ">-\n" + pad + plain
		}
	case 4:
		if text != "" && strings.Trim(text, " '\"#{:=0123456789") == text && !strings.ContainsAny(text, "#:{") {
			return text
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func (g *generator) name() string { return g.pick("A", "B", "C", "D", "SET1", "GONE1") }

func (g *generator) environment(out *strings.Builder, pad string) {
	if g.IntN(2) == 0 {
		fmt.Fprintf(out, "%senvironment:\n", pad)
		for range 1 + g.IntN(4) {
			switch g.IntN(8) {
			case 0:
				fmt.Fprintf(out, "%s  - %s\n", pad, g.name())
			default:
				fmt.Fprintf(out, "%s  - %s\n", pad, g.quoted(g.name()+"="+g.text(0), pad+"    "))
			}
		}
		return
	}
	anchor := ""
	if g.IntN(3) == 0 {
		anchor = fmt.Sprintf(" &e%d", len(g.anchors))
	}
	fmt.Fprintf(out, "%senvironment:%s\n", pad, anchor)
	if len(g.anchors) > 0 && g.IntN(2) == 0 {
		fmt.Fprintf(out, "%s  <<: *%s\n", pad, g.anchors[g.IntN(len(g.anchors))])
	}
	for _, i := range g.Perm(5)[:1+g.IntN(4)] {
		name := []string{"A", "B", "C", "SET1", "GONE1"}[i]
		switch g.IntN(6) {
		case 0:
			fmt.Fprintf(out, "%s  %s: %s\n", pad, name, g.pick("1", "010", "0x1F", "true", "1.50", "1e3", "on", "2024-01-02", "1_000"))
		case 1:
			fmt.Fprintf(out, "%s  %s:\n", pad, name)
		default:
			fmt.Fprintf(out, "%s  %s: %s\n", pad, name, g.quoted(g.text(0), pad+"    "))
		}
	}
	if anchor != "" {
		g.anchors = append(g.anchors, anchor[2:])
	}
}

// services writes a compose file. names are its services; others, with their file, can be extended.
func (g *generator) services(names []string, override bool, others map[string]string) string {
	g.anchors = nil
	var out strings.Builder
	out.WriteString("services:\n")
	for i, name := range names {
		fmt.Fprintf(&out, "  %s:\n", name)
		if !override || name != "web" || g.IntN(3) == 0 {
			fmt.Fprintf(&out, "    image: %s\n", g.pick("a", "bitnami/pgpool:4", "${SET1}", "a:${GONE1:-1}", `"x"`))
		} else {
			out.WriteString("    restart: always\n")
		}
		if g.IntN(3) == 0 {
			switch {
			case i > 0 && g.IntN(2) == 0:
				fmt.Fprintf(&out, "    extends: %s\n", names[g.IntN(i)])
			case len(others) > 0:
				for service, file := range others {
					fmt.Fprintf(&out, "    extends: {file: %s, service: %s}\n", file, service)
					break
				}
			}
		}
		if g.IntN(4) > 0 {
			g.environment(&out, "    ")
		}
		if g.IntN(3) == 0 {
			fmt.Fprintf(&out, "    env_file: %s\n", g.pick("one.env", "[one.env, two.env]", "[{path: two.env}, {path: missing.env, required: false}]", "sub/three.env"))
		}
		if g.IntN(3) == 0 {
			out.WriteString("    ports:\n")
			for range 1 + g.IntN(3) {
				fmt.Fprintf(&out, "      - %s\n", g.pick(`"80:80"`, "5432", `"127.0.0.1:${P:-5433}:5432/udp"`, "{target: 80, published: 80}", `"9000-9002:80-82"`, "9999:5432"))
			}
		}
		if g.IntN(3) == 0 {
			out.WriteString("    volumes:\n")
			for range 1 + g.IntN(3) {
				fmt.Fprintf(&out, "      - %s\n", g.pick("data:/data", "./x:/x:ro", "/anonymous", "{type: bind, source: ./y, target: /x}", "${SET1}:/data", "{type: tmpfs, target: /tmp}"))
			}
		}
		if g.IntN(4) == 0 {
			fmt.Fprintf(&out, "    %s\n", g.pick("scale: 2", `hostname: "h${SET1}"`, "network_mode: host", "profiles: [p, q]", "command: run -x 'a b'", "command: [run, $SET1]"))
		}
	}
	if override && g.IntN(3) == 0 {
		fmt.Fprintf(&out, "  %s: %s\n", "zz", "{image: zz, ports: !reset []}")
	}
	if override && g.IntN(3) == 0 {
		out.WriteString("  yy:\n    image: yy\n    ports: !override [\"1:1\"]\n    environment: {A: !reset null, B: x}\n")
	}
	out.WriteString("volumes: {data: , v1: , v2: }\n")
	return out.String()
}

func (g *generator) envFile() string {
	var out strings.Builder
	for range g.IntN(4) {
		fmt.Fprintf(&out, "%s=%s\n", g.name(), g.pick("plain", "'single $SET1'", `"double ${SET2}"`, "${A:-d}", "${B}x", "", "two words # comment"))
	}
	return out.String()
}

func randomProject(r *rand.Rand) *project {
	g := &generator{Rand: r}
	p := &project{variables: map[string]string{}, files: map[string]string{
		".env":          "SET1=" + g.pick("v1", "'v1'", `"v1"`) + "\nSET2=v2\nEMPTY=\n",
		"one.env":       g.envFile(),
		"two.env":       g.envFile(),
		"sub/three.env": g.envFile(),
		"sub/one.env":   g.envFile(),
		"sub/two.env":   g.envFile(),
		// What is extended there names its files relative to itself.
		"sub/sub/three.env": g.envFile(),
	}}
	p.files["sub/other.yaml"] = g.services([]string{"base", "more"}, false, nil)
	p.files["compose.yaml"] = g.services([]string{"web", "db", "yy"}[:1+g.IntN(3)], false, map[string]string{"more": "sub/other.yaml"})
	p.compose = []string{"compose.yaml"}
	if g.IntN(2) == 0 {
		p.files["compose.override.yml"] = g.services([]string{"web", "new"}[:1+g.IntN(2)], true, map[string]string{"base": "./sub/other.yaml"})
		p.compose = append(p.compose, "compose.override.yml")
	}
	if g.IntN(3) == 0 {
		return p.crlf()
	}
	return p
}

// TestReadRandomProjects reads random projects and has compose-go load them, once without and once with the variables
// that are not among the inputs: what is not known must depend on them, and what is must not.
func TestReadRandomProjects(t *testing.T) {
	t.Parallel()
	const projects = 500
	counts := make(chan [3]int, projects)
	t.Run("projects", func(t *testing.T) {
		for i := range projects {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				counts <- compareRandom(t, randomProject(rand.New(rand.NewPCG(uint64(i), 8))), rand.New(rand.NewPCG(uint64(i), 9)))
			})
		}
	})
	close(counts)
	var known, unknown, rewritten int
	for count := range counts {
		known, unknown, rewritten = known+count[0], unknown+count[1], rewritten+count[2]
	}
	if known < 2000 || unknown < 600 || rewritten < 900 {
		t.Errorf("only %d values are known, %d are not, %d were rewritten", known, unknown, rewritten)
	}
}

func compareRandom(t *testing.T, p *project, r *rand.Rand) (counts [3]int) {
	defer func() {
		if t.Failed() {
			for name, text := range p.files {
				t.Logf("-- %s --\n%s", name, text)
			}
		}
	}()
	containers, problems := p.read(t)
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.File, problem.Message)
	}
	without, err := p.load(t)
	if err != nil {
		t.Fatalf("compose-go refuses: %v", err)
	}
	given := *p
	given.variables = map[string]string{"GONE1": "g1", "GONE2": "g2", "A": "ga", "B": "gb", "C": "gc", "D": "gd", "P": "1"}
	with, err := given.load(t)
	if err != nil {
		t.Fatalf("compose-go refuses: %v", err)
	}
	for _, container := range containers {
		checkContainer(t, container)
		service, ok := without.Services[container.Name]
		if !ok {
			t.Errorf("compose-go has no service %s", container.Name)
			continue
		}
		compareEnvironment(t, container, service)
		compareService(t, container, service, p.directory)
		other := with.Services[container.Name].Environment
		for name, value := range final(container) {
			then := value.Text + "?"
			if other[name] != nil {
				then = *other[name]
			}
			now, isSet := "", service.Environment[name] != nil
			if isSet {
				now = *service.Environment[name]
			}
			switch {
			case value.State == facts.Unresolved && isSet && now == then:
				t.Errorf("%s.%s is not known (%s), but is %q whatever the variables are", container.Name, name, value.Why, now)
			case value.State == facts.Set && value.Why == "" && then != value.Text && !dependsOnGiven(value):
				t.Errorf("%s.%s is %q, but %q with the variables", container.Name, name, value.Text, then)
			}
			if value.State == facts.Set {
				counts[0]++
				counts[2] += rewrite(t, p, container.Name, name, value, r)
			} else {
				counts[1]++
			}
		}
	}
	if len(containers) != len(without.Services) {
		t.Errorf("%d containers, compose-go has %d", len(containers), len(without.Services))
	}
	return counts
}

// dependsOnGiven says whether a value comes from an env file or through one, where a variable that the user gives is
// stronger than what the file itself says.
func dependsOnGiven(value facts.Setting) bool {
	for _, via := range append([]facts.Origin{value.Origin}, value.Via...) {
		if strings.HasSuffix(via.Source.Name, ".env") {
			return true
		}
	}
	return false
}

// rewrite puts another text where a value is written and reads the project again: the value must be that text.
func rewrite(t *testing.T, p *project, service, name string, value facts.Setting, r *rand.Rand) int {
	places, ok := value.Origin.Places(0, len(value.Text))
	if !ok || len(places) != 1 || value.Text == "" || value.Origin.Runs == nil && value.Origin.Style == facts.Plain && value.Origin.KeySpan.Start == value.Origin.Span.Start {
		return 0
	}
	place := places[0]
	text := []string{"new", "new: one", "it's", `"q"`, "a$b", "n#1", "0:pg-0:5432,1:pg-1", "é"}[r.IntN(8)]
	source := place.Source
	encode := Encode
	if strings.HasSuffix(source.Name, ".env") {
		encode = func(style facts.Style, text string) (string, bool) {
			return dotenv.Encode(facts.ComposeEnv, style, text)
		}
	}
	encoded, ok := encode(place.Style, text)
	before := source.Text[place.Span.Start-1]
	if !ok || place.Style == facts.Plain && (strings.HasPrefix(text, `"`) || strings.Contains(text, ",")) && before != '=' {
		return 0
	}
	if place.Span.Len() > 0 && source.Text[place.Span.End-1] == '\n' {
		return 0 // the end of a block scalar
	}
	changed := *p
	changed.files = map[string]string{}
	for file, old := range p.files {
		if file == source.Name {
			old = old[:place.Span.Start] + encoded + old[place.Span.End:]
		}
		changed.files[file] = old
	}
	containers, _ := changed.read(t)
	for _, container := range containers {
		if container.Name != service {
			continue
		}
		if got := final(container)[name]; got.Text != text || got.State != facts.Set {
			t.Errorf("%s.%s was rewritten to %q at %v of %s, but reads %q (%v %s):\n%s", service, name, text, place.Span, source.Name, got.Text, got.State, got.Why, changed.files[source.Name])
		}
	}
	return 1
}
