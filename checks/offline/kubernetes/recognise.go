package kubernetes

import (
	"bytes"
	"path"
	"strings"
)

// IsKustomization says whether kustomize takes a file of that name for a kustomization.
func IsKustomization(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// Recognise says whether a text can be manifests of Kubernetes, without parsing it.
func Recognise(text []byte) bool {
	return bytes.Contains(text, []byte("kind")) && bytes.Contains(text, []byte("apiVersion"))
}

// words are what a manifest of ours contains at least one of, beside the names of variables and images that every format
// has: a ConfigMap with a bitbucket.properties has none of those.
var words = [][]byte{[]byte("bitbucket.properties"), []byte("jdbc.url"), []byte("jdbc:postgresql")}

// Relevant says whether a text that was recognised holds a file of ours. It need not, to hold a name of ours.
func Relevant(text []byte) bool {
	for _, word := range words {
		if bytes.Contains(text, word) {
			return true
		}
	}
	return false
}

// auxiliary are the kinds that manifests of ours name in other files.
var auxiliary = [][]byte{[]byte("Service"), []byte("ConfigMap"), []byte("Secret")}

// Auxiliary says whether a text that was recognised may hold what manifests of ours name: a Service, a ConfigMap, a
// Secret.
func Auxiliary(text []byte) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("kind"))
		if i < 0 {
			return false
		}
		at += i + len("kind")
		rest := text[at:min(at+24, len(text))]
		for len(rest) > 0 && strings.IndexByte("\": \t'", rest[0]) >= 0 {
			rest = rest[1:]
		}
		for _, kind := range auxiliary {
			if bytes.HasPrefix(rest, kind) {
				return true
			}
		}
	}
}
