package secrets

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// FileMode guards the file with the database password against other users of the machine. In a git work tree permission
// bits say nothing of the file that will be deployed.
var FileMode = &rules.Rule{
	ID:       "secrets/file-mode",
	Title:    "bitbucket.properties is not readable by other users",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PropertiesFiles},
	Check: func(p *rules.Pass) {
		for _, file := range p.PropertiesFiles() {
			password, ok := passwordIn(file)
			switch {
			case file.Source.Path == "":
				p.Skipf("standard input has no permissions")
			case password.Origin.Within != 0:
				p.Skipf("the bitbucket.properties in %s gets its permissions where it is unpacked", file.Source.Name)
			case file.Source.InWorkTree:
				p.Skipf("%s lies in a git work tree, where permissions are not those of the deployed file", file.Source.Name)
			case !ok:
				p.Skipf("%s holds no password", file.Source.Name)
			case file.Source.Mode&0o004 != 0:
				p.Failf(password.Origin, "%s has the database password and every user of the machine can read it (mode %04o)", file.Source.Name, file.Source.Mode).
					Helpf("chmod 600 the file and let it belong to the user that runs Bitbucket.")
			}
		}
	},
}

func passwordIn(file *facts.PropertiesFile) (facts.Setting, bool) {
	for _, entry := range file.Entries {
		if entry.Name == string(facts.JDBCPassword) && entry.Value.Text != "" {
			return entry.Value, true
		}
		// The driver's own parameter; of its value nothing is shown but the place.
		if entry.Name == string(facts.JDBCURLKey) && facts.RedactURL(entry.Value.Text) != entry.Value.Text {
			return entry.Value, true
		}
	}
	return facts.Setting{}, false
}
