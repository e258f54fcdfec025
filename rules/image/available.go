package image

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Available guards against images that can no longer be pulled: a node that must be started anew, after a failover of the
// machine say, then does not start. https://github.com/bitnami/containers/issues/83267,
// https://github.com/bitnami/charts/issues/35769, https://github.com/bitnami/charts/issues/36537
var Available = &rules.Rule{
	ID:       "image/available",
	Title:    "every image can still be pulled",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.Containers},
	Check: func(p *rules.Pass) {
		for _, image := range repositories(p) {
			ref := parse(image.Text)
			name, bitnami := strings.CutPrefix(ref.repository, "bitnami/")
			gone := bitnami && ref.dockerHub() && (name == "pgpool" || name == "postgresql-repmgr") || bitnami && ref.registry == "public.ecr.aws"
			if !gone {
				p.OK()
				continue
			}
			since := "the public registry since September 2025"
			if ref.registry == "public.ecr.aws" {
				since = "public.ecr.aws since June 2026"
			}
			p.Failf(image.Origin, "%s is gone from %s: a machine that does not have it cannot start the container", image.Text, since).
				Helpf("Move to an image that you can pull again: bitnamilegacy/%s with a version tag (frozen, no more fixes), a Bitnami Secure Images subscription, or one built from github.com/bitnami/containers and kept in a registry of your own.", name)
		}
	},
}
