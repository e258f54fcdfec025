// Package foreign knows files that hold configuration of ours in a form that bbdoctor does not read: templates of Jinja,
// ERB, Go and envsubst, Terraform, Nomad, Ansible, Jsonnet, TOML, and images that are built with settings of their own. Such
// a file is named instead of being passed over in silence or misread.
package foreign

import (
	"bytes"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Form is what a file is written in.
type Form string

// The forms. Data is YAML or JSON of which nothing more is known.
const (
	Jinja      Form = "a Jinja template"
	ERB        Form = "an ERB template"
	GoTemplate Form = "a Go template"
	Template   Form = "a template"
	Terraform  Form = "Terraform"
	HCL        Form = "HCL"
	Ansible    Form = "Ansible"
	Jsonnet    Form = "Jsonnet"
	TOML       Form = "TOML"
	Dockerfile Form = "a Dockerfile"
	Data       Form = "data"
)

// forms are the endings of files, the longer ones first.
var forms = []struct {
	ending string
	form   Form
}{
	{".tf.json", Terraform}, {".tfvars.json", Terraform}, {".tfvars", Terraform}, {".tf", Terraform},
	{".nomad", HCL}, {".hcl", HCL},
	{".jsonnet", Jsonnet}, {".libsonnet", Jsonnet}, {".toml", TOML}, {".dockerfile", Dockerfile}, {".containerfile", Dockerfile},
	{".j2", Jinja}, {".jinja2", Jinja}, {".jinja", Jinja},
	{".erb", ERB}, {".epp", Template},
	{".gotmpl", GoTemplate}, {".tmpl", Template}, {".tpl", Template}, {".template", Template}, {".mustache", Template}, {".hbs", Template}, {".in", Template},
}

// Named says of which form a file with that name is. inner is the name of what a template makes: pgpool.conf of
// pgpool.conf.j2; empty when the file makes nothing.
func Named(name string) (form Form, inner string, ok bool) {
	base := strings.ToLower(path.Base(name))
	for _, f := range forms {
		if rest, found := strings.CutSuffix(base, f.ending); found && rest != "" {
			if !f.form.IsTemplate() {
				return f.form, "", true
			}
			return f.form, rest, true
		}
	}
	if first, _, _ := strings.Cut(base, "."); first == "dockerfile" || first == "containerfile" {
		return Dockerfile, "", true
	}
	return "", "", false
}

// IsTemplate says whether a form makes other files.
func (f Form) IsTemplate() bool {
	switch f {
	case Jinja, ERB, GoTemplate, Template:
		return true
	}
	return false
}

// OfData says in what form YAML or JSON is that no reader knows.
func OfData(text []byte) Form {
	for _, word := range []string{"docker_container:", "docker_swarm_service:", "podman_container:", "ansible.builtin", "ansible_", "\n  tasks:", "\n- hosts:"} {
		if bytes.Contains(text, []byte(word)) {
			return Ansible
		}
	}
	switch {
	case bytes.Contains(text, []byte("{{-")) || bytes.Contains(text, []byte(".Values")):
		return GoTemplate
	case bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("{%")):
		return Template
	}
	return Data
}

// Advice says what to have read instead.
func (f Form) Advice() string {
	if f.IsTemplate() {
		return "have bbdoctor read what the template makes"
	}
	return "have bbdoctor read what it starts, with docker inspect or kubectl get -o json"
}

// names are how names of ours begin.
var names = [][]byte{
	[]byte("PGPOOL_"), []byte("REPMGR_"), []byte("POSTGRESQL_"), []byte("JDBC_"), []byte("jdbc.url"), []byte("jdbc.user"), []byte("jdbc.driver"),
	[]byte("jdbc.password"), []byte("backend_hostname0"), []byte("num_init_children"), []byte("load_balance_mode"),
}

// Key finds the first name of ours that a text gives a value: NAME=..., NAME: ..., "NAME": ..., name: NAME, ENV NAME, and the like.
// Comments count for nothing.
func Key(text []byte) (name string, at facts.Span, ok bool) {
	found := facts.Span{Start: len(text)}
	for _, prefix := range names {
		for from := 0; from < found.Start; {
			n := bytes.Index(text[from:found.Start], prefix)
			if n < 0 {
				break
			}
			span := facts.Span{Start: from + n, End: from + n + len(prefix)}
			for span.End < len(text) && isName(text[span.End]) {
				span.End++
			}
			from = span.End
			if (span.Start == 0 || !isName(text[span.Start-1])) && assigned(text, span) && !commented(text, span.Start) {
				found, ok = span, true
			}
		}
	}
	if !ok {
		return "", facts.Span{}, false
	}
	return string(text[found.Start:found.End]), found, true
}

func isName(c byte) bool {
	return c == '_' || c == '.' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// assigned says whether a name is given a value where it stands, or is the value of a "name".
func assigned(text []byte, at facts.Span) bool {
	behind := bytes.TrimLeft(text[at.End:min(len(text), at.End+40)], "\"'] \t")
	if len(behind) > 0 && (behind[0] == '=' || behind[0] == ':') {
		return true
	}
	before := bytes.TrimRight(text[max(0, at.Start-20):at.Start], "\"' \t")
	if len(before) == 0 || bytes.HasSuffix(before, []byte("ENV")) {
		return len(before) > 0
	}
	before = bytes.TrimRight(before[:len(before)-1], "\"' \t") // in front of the colon or equals sign
	return bytes.HasSuffix(before, []byte("name")) || bytes.HasSuffix(before, []byte("Name"))
}

// commented says whether the line begins as a comment.
func commented(text []byte, at int) bool {
	line := bytes.TrimLeft(text[bytes.LastIndexByte(text[:at], '\n')+1:at], " \t")
	return bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte(";"))
}
