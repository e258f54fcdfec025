package helm

import (
	"path"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
)

// bitbucket gives the container of Atlassian's chart (templates/statefulset.yaml, and bitbucket.databaseEnvVars of
// templates/_helpers.tpl).
func (r *reader) bitbucket(p part) {
	c := r.render(p)
	c.optional("JDBC_URL", "database.url", "")
	c.optional("JDBC_DRIVER", "database.driver", "")
	if secret := c.get("database.credentials.secretName"); secret.truthy() {
		s := secret.setting("")
		for _, name := range []string{"JDBC_USER", "JDBC_PASSWORD"} {
			at := named(s.Origin)
			c.add(name, facts.Setting{State: facts.Secret, Why: "it is in the Secret " + shown(s.Text) + ", which is not among the inputs", Origin: at})
		}
	}
	c.extra("bitbucket.additionalEnvironmentVariables")
	container := &facts.Container{
		Name: c.name("bitbucket"), Format: facts.Helm, Origin: c.origin("bitbucket", "database"),
		Image: c.image("image", "", "atlassian/bitbucket"), Environment: c.environment,
		Replicas: c.replicas("replicaCount", 1), SharedNetwork: c.beside("additionalContainers"), Chart: &c.chart,
	}
	container.Names = []string{container.Name}
	r.result.Containers = append(r.result.Containers, container)
	c.propertiesFiles()
}

// beside says whether the values put containers of their own into the pod, which share its network.
func (c *render) beside(path string) bool {
	v := c.get(path)
	return v != nil && (v.node.Kind == yaml.SequenceNode && len(v.node.Content) > 0 || v.node.Kind != yaml.SequenceNode && v.truthy())
}

// name is what a release's service is named, or without a release the chart's own name for it.
func (c *render) name(chart string) string {
	if v := c.get("fullnameOverride"); v.truthy() && v.fields == nil {
		return v.node.Value
	}
	if c.release.Name != "" {
		return c.release.Name
	}
	return chart
}

// origin is the place of the first of several keys that the values have, else of the part.
func (c *render) origin(keys ...string) facts.Origin {
	for _, key := range keys {
		if v := c.part.values.at(key); v != nil && v.key != nil && v.fields != nil {
			return v.keyOrigin()
		}
	}
	if c.part.values.key != nil {
		return c.part.values.keyOrigin()
	}
	return facts.Origin{Source: c.part.values.file.Source, Format: facts.Helm}
}

func (v *value) keyOrigin() facts.Origin {
	span := v.file.Span(v.key)
	return facts.Origin{Source: v.file.Source, Span: span, Key: v.path, KeySpan: span, Format: facts.Helm, Runs: []facts.Run{}}
}

// propertiesFiles reads the bitbucket.properties that additionalConfigMaps carry as a text.
func (c *render) propertiesFiles() {
	maps := c.get("additionalConfigMaps")
	if maps == nil || maps.node.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range maps.file.Items(maps.node) {
		entry := c.value(maps.file, item, maps.path+"["+strconv.Itoa(i)+"]", 1)
		keys := entry.at("keys")
		if keys == nil || keys.node.Kind != yaml.SequenceNode {
			continue
		}
		for j, key := range keys.file.Items(keys.node) {
			file := c.value(keys.file, key, keys.path+"["+strconv.Itoa(j)+"]", 2)
			name, content := file.at("fileName"), file.at("content")
			if name == nil || name.fields != nil || path.Base(name.node.Value) != "bitbucket.properties" || content == nil || content.fields != nil {
				continue
			}
			if view := c.view(content, "bitbucket.properties"); view != nil {
				c.result.Properties = append(c.result.Properties, properties.Read(view))
			}
		}
	}
}
