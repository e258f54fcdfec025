package helm

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// image puts together the reference of an image: registry/repository:tag, or @digest. Without a tag of the values' own the
// chart's version decides which one it is, and nothing in the values tells that.
func (r *render) image(path, registry, repository string) facts.Setting {
	var reference traced.Text
	var at facts.Origin
	piece := func(v *value) bool {
		if v == nil || !v.truthy() {
			return false
		}
		s := v.setting("image")
		if !at.Known() || strings.HasSuffix(v.path, ".tag") {
			at = s.Origin
		}
		reference.Value(s)
		reference.Via = nil
		return true
	}
	constant := func(text string) {
		reference.Lost, reference.Runs = true, nil
		reference.Bytes = append(reference.Bytes, text...)
	}
	registryValue := r.global("imageRegistry")
	if registryValue == nil {
		registryValue = r.get(path + ".registry")
	}
	switch {
	case piece(registryValue):
		constant("/")
	case registry != "" && !r.given(path+".registry"):
		constant(registry + "/")
	}
	if !piece(r.get(path + ".repository")) {
		constant(repository)
	}
	switch digest, tag := r.get(path+".digest"), r.get(path+".tag"); {
	case digest.truthy():
		constant("@")
		piece(digest)
	case tag.truthy():
		constant(":")
		piece(tag)
	default:
		s := facts.Setting{Key: "image", Text: string(reference.Bytes), State: facts.Unresolved, Why: "its tag is that of the chart's version", Origin: at}
		s.Origin.Runs = []facts.Run{}
		return s
	}
	s := reference.Setting(at, string(reference.Bytes))
	s.Key, s.Origin.Runs = "image", []facts.Run{}
	return s
}
