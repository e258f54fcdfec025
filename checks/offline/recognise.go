package offline

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/foreign"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/inspect"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
)

// taken names all that is read, for who gave something else. By standard input too: what comes without a name is told by
// what it says.
const taken = "bitbucket.properties, pgpool.conf, postgresql.conf, env files, compose files, Kubernetes manifests, Helm values, output of docker inspect, systemd units, quadlets and shell scripts"

// nameFormat says in which format a file of that name would be written; ok is false for a file that cannot be ours, which
// is then not even opened.
func nameFormat(name string) (format facts.Format, ok bool) {
	base := strings.ToLower(path.Base(name))
	if _, _, ok := systemd.Name(filepath.ToSlash(name)); ok {
		return facts.Systemd, true
	}
	if _, _, ok := foreign.Named(base); ok {
		return facts.Foreign, true
	}
	switch extension := path.Ext(base); {
	case kubernetes.IsKustomization(path.Base(name)):
		return facts.Kubernetes, true
	case base == ".bbdoctor.yaml", base == ".bbdoctor.yml":
		return 0, false // bbdoctor's own
	case base == "bitbucket.properties", base == "stash-config.properties", strings.Contains(base, "bitbucket") && extension == ".properties":
		return facts.Properties, true
	case isValues(base):
		return facts.Helm, true
	case extension == ".yml", extension == ".yaml":
		return facts.Compose, true
	case extension == ".json":
		return facts.DockerInspect, true
	case extension == ".sh", extension == ".bash", extension == ".ksh":
		return facts.Shell, true
	case extension == ".env", base == "env", strings.HasPrefix(base, ".env."), strings.Contains(base, ".env."):
		return facts.ComposeEnv, true
	case extension == ".conf" && strings.Contains(base, "pgpool"):
		return facts.PgpoolConf, true
	case base == "postgresql.conf", base == "postgresql.auto.conf":
		return facts.PostgreSQLConf, true
	case extension == "" && !strings.HasPrefix(base, "."):
		return facts.Shell, true // if it begins with #!
	}
	return 0, false
}

// words are what a file of ours contains at least one of. A file without any is dropped before it is parsed.
var words = [][]byte{
	[]byte("PGPOOL_"), []byte("REPMGR_"), []byte("POSTGRESQL_"), []byte("JDBC_"), []byte("DB_POOL_"),
	[]byte("pgpool"), []byte("postgresql-repmgr"), []byte("atlassian/bitbucket"),
}

// ownOutput says that a file is one of bbdoctor's own, which --save-facts and --format json leave beside the inputs.
func ownOutput(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text[:min(len(text), 100)], "{ \t\r\n"), []byte(`"schema": "bbdoctor.`))
}

// relevant says whether a text can hold configuration of ours in that format.
func relevant(name string, text []byte, format facts.Format) bool {
	switch format {
	case facts.Foreign:
		return foreignRelevant(name, text)
	case facts.Properties, facts.PgpoolConf, facts.PostgreSQLConf:
		return true
	case facts.Helm:
		return helm.Relevant(text)
	case facts.DockerInspect:
		if ownOutput(text) {
			return false
		}
	}
	if !hasWord(text) {
		return format == facts.Kubernetes && (kubernetes.Relevant(text) || helm.RelevantInline(text))
	}
	switch {
	case format == facts.Compose && bytes.Contains(text, []byte("services")), format == facts.DockerInspect && inspect.Relevant(text):
		return true
	case format == facts.Compose, format == facts.DockerInspect:
		_, _, ok := foreign.Key(text)
		return ok || format == facts.Compose && helm.Relevant(text)
	}
	return true
}

func hasWord(text []byte) bool {
	for _, word := range words {
		if bytes.Contains(text, word) {
			return true
		}
	}
	return false
}

const emptyFile = "the file is empty"

// noText says why a file is not read whatever its name is; empty for a file that holds text.
func noText(text []byte) string {
	head := text[:min(len(text), 8000)]
	switch {
	case len(bytes.TrimSpace(head)) == 0 && len(head) == len(text):
		return emptyFile
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "the file is in UTF-16; save it as UTF-8"
	case bytes.IndexByte(head, 0) >= 0:
		return "the file has zero bytes in it, as programs have and texts have not"
	}
	return ""
}

// ours says whether a text names a variable of the images, so that not understanding it must be said.
func ours(text []byte) bool {
	return bytes.Contains(text, []byte("PGPOOL_")) || bytes.Contains(text, []byte("REPMGR_")) || bytes.Contains(text, []byte("JDBC_"))
}

// shebang says whether a file without an extension is a shell script.
func shebang(text []byte) bool {
	line, _, _ := bytes.Cut(text[:min(len(text), 200)], []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("sh"))
}

// contentFormat guesses the format of a text whose name says nothing: standard input, or a file that the user named.
func contentFormat(text []byte) (format facts.Format, ok bool) {
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	line := func(prefix string) bool {
		return bytes.HasPrefix(text, []byte(prefix)) || has("\n"+prefix) || has("\r"+prefix)
	}
	switch {
	case line("apiVersion:") || line("kind:") || isJSON(text) && kubernetes.Recognise(text):
		return facts.Kubernetes, true
	case line("jdbc.") || line("#>"):
		return facts.Properties, true
	case line("services:"):
		return facts.Compose, true
	case inspect.Relevant(text) && isJSON(text):
		return facts.DockerInspect, true
	case line("pgpool:") || line("postgresql-ha:") || line("database:") && helm.Relevant(text):
		return facts.Helm, true
	case line("[Container]"):
		return facts.Systemd, true
	case line("[Service]") && (line("[Unit]") || line("Environment") || line("ExecStart")):
		return facts.Systemd, true
	case has("docker run") || has("docker create") || has("podman run") || shebang(text) || line("export "):
		return facts.Shell, true
	case line("backend_hostname") || line("num_init_children") || line("load_balance_mode"):
		return facts.PgpoolConf, true
	case line("PGPOOL_") || line("REPMGR_") || line("POSTGRESQL_") || line("JDBC_"):
		return facts.ComposeEnv, true
	case line("max_connections") || line("shared_buffers"):
		return facts.PostgreSQLConf, true
	}
	return 0, false
}

// isJSON says whether a text begins as a JSON object or list.
func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text[:min(len(text), 4096)])
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}
