package image

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Pinned guards against an image that is another one after the next restart.
var Pinned = &rules.Rule{
	ID:       "image/pinned",
	Title:    "every image is pinned to a version",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.Containers},
	Check: func(p *rules.Pass) {
		for _, image := range images(p) {
			ref := parse(image.Text)
			switch {
			case ref.digest != "":
				p.OK()
			case ref.tag == "":
				p.Failf(image.Origin, "%s has no tag, which means latest: a restart may start another version", image.Text).
					Helpf("Name a version and its digest: %s:VERSION@sha256:...", image.Text)
			case ref.tag == "latest":
				p.Failf(image.Origin, "%s: a restart may start another version", image.Text).
					Helpf("Name a version and its digest instead of latest.")
			default:
				p.Failf(image.Origin, "%s has no digest: a tag can be moved to other contents", image.Text).As(rules.Info).
					Helpf("Add the digest that you tested: %s@sha256:...", image.Text)
			}
		}
	},
}
