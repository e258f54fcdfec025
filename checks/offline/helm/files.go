package helm

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func contains(text, part string) bool { return part != "" && strings.Contains(text, part) }

// view gives a file that stands as a text among the values; nil, and the user is told, when it cannot be read.
func (c *render) view(v *value, file string) *facts.Source {
	text := v.setting(file)
	if !text.Known() {
		c.note(v.origin(), "the %s in it is not read, because %s", file, text.Why)
		return nil
	}
	return facts.NewEmbedded(text)
}

// files adds the conf files that the chart mounts into a node: what they set is stronger than any variable.
func (c *render) files(node *facts.Container) {
	for _, row := range []struct{ values, path, target string }{
		{"postgresql", "postgresql.configuration", "/bitnami/repmgr/conf/postgresql.conf"},
		{"postgresql", "postgresql.extendedConf", "/bitnami/postgresql/conf/conf.d/override.conf"},
	} {
		volume := facts.Volume{Source: row.path, Target: row.target}
		switch named, inline := c.get(row.path+"CM"), c.get(row.path); {
		case named.truthy():
			volume.Origin = named.origin()
		case inline.truthy():
			volume.Origin, volume.File = inline.origin(), c.view(inline, "postgresql.conf")
		default:
			continue
		}
		node.Volumes = append(node.Volumes, volume)
	}
}
