package image

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// reference is an image reference taken apart: [registry/]repository[:tag][@digest].
type reference struct {
	registry, repository, tag, digest string
}

func parse(text string) reference {
	var r reference
	text, r.digest, _ = strings.Cut(text, "@")
	if i := strings.LastIndexByte(text, ':'); i >= 0 && !strings.Contains(text[i:], "/") {
		text, r.tag = text[:i], text[i+1:]
	}
	r.repository = text
	// The first part is a registry when it looks like a host; else the image is Docker Hub's.
	if first, rest, ok := strings.Cut(text, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		r.registry, r.repository = first, rest
	}
	return r
}

// dockerHub says whether the image comes from Docker's public registry.
func (r reference) dockerHub() bool {
	return r.registry == "" || r.registry == "docker.io" || r.registry == "index.docker.io" || r.registry == "registry-1.docker.io"
}

// images gives every image reference of the deployment that is known, once; the reason is noted for those that are not.
func images(p *rules.Pass) []facts.Setting {
	var known []facts.Setting
	absent := true
	for _, container := range p.Containers() {
		switch container.Image.State {
		case facts.Set:
			known = append(known, container.Image)
			absent = false
		case facts.Unresolved, facts.Secret:
			p.Skipf("the image of %s is not known: %s", container.Name, container.Image.Why)
			absent = false
		}
	}
	if absent {
		p.Skipf("no container names an image")
	}
	return known
}
