package offline

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

// What Bitbucket is taken to be when neither the user nor a file says: the version that Atlassian's page is written for,
// and one node.
const (
	assumedVersion = "10.2"
	assumedNodes   = 1
)

// defaultPoolSize is db.pool.size.max of one node when nobody sets it:
// https://community.atlassian.com/t5/Bitbucket-questions/How-to-tune-the-database-pool-in-BitBucket-Server/qaq-p/224021
const defaultPoolSize = "80"

// newBitbucket makes Bitbucket's effective settings out of its properties files and containers. A variable of the
// environment is stronger than the file, as everywhere in Spring Boot.
func newBitbucket(files []*facts.PropertiesFile, containers []*facts.Container, options Options) *facts.Bitbucket {
	b := &facts.Bitbucket{Settings: facts.Settings{}, Files: files, Containers: containers}
	for _, file := range files {
		b.Name = file.Source.Name
		if file.Refused != "" {
			continue // Java does not load it, so nothing in it counts.
		}
		for _, entry := range file.Entries {
			override(b.Settings, entry.Value)
		}
	}
	for _, container := range containers {
		switch {
		case container.Name != "":
			b.Name = container.Name
		case b.Name == "" && container.Origin.Source != nil:
			b.Name = container.Origin.Source.Name
		}
		for _, variable := range container.Environment {
			if key, ok := propertyOf(variable.Name); ok {
				setting := variable.Value
				setting.Key = key
				override(b.Settings, setting)
			}
		}
	}
	for key, setting := range b.Settings {
		b.Settings[key] = resolved(key, setting, b.Settings)
	}
	if _, ok := b.Settings[facts.PoolSizeMax]; !ok {
		b.Settings[facts.PoolSizeMax] = facts.Setting{Key: facts.PoolSizeMax, Text: defaultPoolSize, Norm: defaultPoolSize, State: facts.Default, Why: "Bitbucket's default"}
	}
	b.URLs = urls(b.Settings)
	b.Version = versionOf(containers, options)
	b.Nodes = nodesOf(containers, options)
	return b
}

// override puts a stronger value in place and keeps the weaker ones behind it.
func override(settings facts.Settings, stronger facts.Setting) {
	if weaker, ok := settings[stronger.Key]; ok {
		hidden := weaker.Overridden
		weaker.Overridden = nil
		stronger.Overridden = append([]facts.Setting{weaker}, hidden...)
	}
	settings[stronger.Key] = stronger
}

// propertyOf gives the property that an environment variable stands for by Spring Boot's relaxed binding: upper case,
// "_" for "." (and for "-", which Spring's own rule drops).
func propertyOf(variable string) (facts.Key, bool) {
	for _, prefix := range []string{"JDBC_", "DB_POOL_", "DB_SCHEMA_LOCK_", "ENCRYPTED_PROPERTY_", "ENCRYPTEDPROPERTY_"} {
		if strings.HasPrefix(variable, prefix) {
			name := strings.ReplaceAll(strings.ToLower(variable), "_", ".")
			for _, dashed := range []string{"encrypted.property.", "encryptedproperty."} {
				if rest, ok := strings.CutPrefix(name, dashed); ok {
					name = "encrypted-property." + rest
				}
			}
			return facts.Key(name), true
		}
	}
	return "", false
}

// resolved marks what a file cannot tell: a placeholder that Spring fills in, and a password that is encrypted or kept in
// a secret store.
func resolved(key facts.Key, setting facts.Setting, all facts.Settings) facts.Setting {
	if setting.State != facts.Set {
		return setting
	}
	if key == facts.JDBCPassword && opaquePassword(setting.Text, all) {
		setting.State, setting.Why = facts.Secret, "the password is encrypted or kept in a secret store"
		return setting
	}
	if placeholder(setting) {
		setting.State, setting.Why = facts.Unresolved, "it has a ${...} placeholder that Bitbucket fills in"
		return setting
	}
	if setting.Norm == "" {
		setting.Norm = strings.TrimSpace(setting.Text)
		if key == facts.PoolSizeMax {
			if _, err := strconv.Atoi(setting.Norm); err != nil {
				setting.Bad, setting.Norm = "not an integer", ""
			}
		}
	}
	return setting
}

// placeholder says whether Spring fills something in. A password may hold "${" by itself, so that only one that is nothing
// but a placeholder counts as one.
func placeholder(setting facts.Setting) bool {
	if setting.Sensitive() {
		return strings.HasPrefix(setting.Text, "${") && strings.HasSuffix(setting.Text, "}")
	}
	return strings.Contains(setting.Text, "${")
}

func opaquePassword(text string, all facts.Settings) bool {
	for _, key := range []facts.Key{"jdbc.password.decrypter.classname", "encrypted-property.cipher.classname"} {
		if all[key].State != facts.Absent {
			return true
		}
	}
	return strings.HasPrefix(text, "{") && strings.Contains(text, "}")
}

// urls reads every value of jdbc.url, the effective one first.
func urls(settings facts.Settings) []facts.JDBCURL {
	effective, ok := settings[facts.JDBCURLKey]
	if !ok {
		return nil
	}
	all := []facts.JDBCURL{{Setting: effective}}
	for _, hidden := range effective.Overridden {
		all = append(all, facts.JDBCURL{Setting: resolved(facts.JDBCURLKey, hidden, settings), Shadowed: true})
	}
	for i := range all {
		if all[i].Known() {
			all[i].Parsed = jdbcurl.Parse(all[i].Text, jdbcurl.Driver427)
		}
	}
	return all
}

// versionOf is what the user says, else the tag of an atlassian/bitbucket image, else what is assumed.
func versionOf(containers []*facts.Container, options Options) facts.Setting {
	setting := facts.Setting{Key: facts.BitbucketVersion, Text: options.BitbucketVersion, State: facts.Set, Why: "--bitbucket-version"}
	if setting.Text == "" {
		setting.Text, setting.Why = options.ConfigVersion, options.ConfigFile
	}
	if setting.Norm = setting.Text; setting.Text != "" {
		return setting
	}
	for _, c := range containers {
		if c.Image.State != facts.Set {
			continue
		}
		if tag := versionTag(c.Image.Text); tag != "" {
			setting.Text, setting.Norm, setting.Why, setting.Origin = tag, tag, "the image's tag", c.Image.Origin
			return setting
		}
	}
	setting.Text, setting.Norm, setting.State, setting.Why = assumedVersion, assumedVersion, facts.Default, "assumed: the version of Atlassian's page"
	return setting
}

// versionTag gives the version in the tag of an image reference: "9.4" of atlassian/bitbucket:9.4-ubuntu-jdk17. A tag
// that does not begin with a number, or has none behind the major, tells no version.
func versionTag(image string) string {
	image, _, _ = strings.Cut(image, "@")
	i := strings.LastIndexByte(image, ':')
	if i < 0 || strings.Contains(image[i:], "/") {
		return ""
	}
	version, _, _ := strings.Cut(image[i+1:], "-")
	for _, part := range strings.Split(version, ".") {
		if _, err := strconv.ParseUint(part, 10, 16); err != nil {
			return ""
		}
	}
	if !strings.Contains(version, ".") {
		return ""
	}
	return version
}

// nodesOf is what the user says, else the number of Bitbucket containers and their replicas when files start more than
// one, else what is assumed.
func nodesOf(containers []*facts.Container, options Options) facts.Setting {
	setting := facts.Setting{Key: facts.BitbucketNodes, State: facts.Set}
	count := 0
	for _, c := range containers {
		if c.Image.State == facts.Absent {
			continue // an environment, not a container
		}
		count += max(1, c.Replicas)
		if !setting.Origin.Known() {
			setting.Origin = c.Origin
		}
	}
	switch {
	case options.BitbucketNodes > 0:
		count, setting.Why, setting.Origin = options.BitbucketNodes, "--bitbucket-nodes", facts.Origin{}
	case options.ConfigNodes > 0:
		count, setting.Why, setting.Origin = options.ConfigNodes, options.ConfigFile, facts.Origin{}
	case count > 1:
		setting.Why = "the containers that the files start"
	default:
		count, setting.State, setting.Why, setting.Origin = assumedNodes, facts.Default, "assumed", facts.Origin{}
	}
	setting.Text = strconv.Itoa(count)
	setting.Norm = setting.Text
	return setting
}
