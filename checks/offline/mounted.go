package offline

import (
	"path"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
)

// mountedProperties reads the bitbucket.properties that a Bitbucket container is given as a file of another name, a docker
// config or a bind, or as a text in the file that declares the container. One that is named like what it is, the walk has
// found already.
func (l *loader) mountedProperties(c *facts.Container) *facts.PropertiesFile {
	for _, volume := range c.Volumes {
		if path.Base(volume.Target) != "bitbucket.properties" {
			continue
		}
		source := volume.File
		if source == nil {
			if format, _ := nameFormat(volume.Source); format == facts.Properties || volume.Source == "" {
				continue
			}
			var err error
			if source, err = l.context.Open(volume.Origin.Source, volume.Source); err != nil {
				continue
			}
		}
		file := properties.Read(source)
		filledIn(file.Entries)
		return file
	}
	return nil
}
