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
func images(p *rules.Pass) []*facts.Setting {
	return those(p, func(image *facts.Setting) bool { return image.State == facts.Set })
}

// repositories is images, but of a reference no more need be known than registry and repository: the tag may be that of a
// chart's version, or a variable.
func repositories(p *rules.Pass) []*facts.Setting {
	return those(p, func(image *facts.Setting) bool {
		ref := parse(image.Text)
		return image.State == facts.Set || ref.repository != "" && !strings.ContainsAny(ref.registry+"/"+ref.repository, "${}<>()%")
	})
}

// those gives the image references that satisfy knows; of others the reason is noted why they are not known.
func those(p *rules.Pass, knows func(*facts.Setting) bool) (known []*facts.Setting) {
	absent := true
	for _, container := range p.Containers() {
		image := &container.Image
		if image.State == facts.Absent {
			continue
		}
		absent = false
		if !knows(image) {
			p.Skipf("the image of %s is not known: %s", container.Name, image.Why)
			continue
		}
		if !image.Origin.Known() {
			own := *image
			own.Origin, image = container.Origin, &own // the chart's own image is written nowhere
		}
		known = append(known, image)
	}
	if absent {
		p.Skipf("no container names an image")
	}
	return known
}
