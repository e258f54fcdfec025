package kubernetes

import (
	"path"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// generate makes ConfigMaps and Secrets of configMapGenerator and secretGenerator.
func (b *builder) generate(k *kustomization, objects []*object) []*object {
	for _, generator := range []struct{ name, kind, field string }{
		{"configMapGenerator", "ConfigMap", "data"}, {"secretGenerator", "Secret", "stringData"},
	} {
		for _, item := range k.root.at(generator.name).list() {
			data := b.generated(k, item)
			name, namespace := item.at("name").words(), item.at("namespace").words()
			if behavior := item.at("behavior").words(); behavior == "merge" || behavior == "replace" {
				for _, o := range objects {
					if o.kind != generator.kind || !o.called(name) || namespace != "" && namespace != o.namespace {
						continue
					}
					old := o.root.at(generator.field)
					if behavior == "replace" || old == nil {
						o.root.remove("data")
						o.root.put(field{name: generator.field, value: data})
						continue
					}
					for _, entry := range data.fields {
						old.put(entry)
					}
				}
				continue
			}
			objects = append(objects, &object{
				kind: generator.kind, apiVersion: "v1", name: name, namespace: namespace, home: k.Source,
				root: &value{kind: yamlv3.MappingNode, fields: []field{
					{name: "metadata", value: &value{kind: yamlv3.MappingNode, fields: []field{item.field("name")}}},
					{name: generator.field, value: data},
				}},
			})
		}
	}
	return objects
}

// generated gives the entries of one generator, in kustomize's order: literals do not count for more than files, a key is
// there once.
func (b *builder) generated(k *kustomization, item *value) *value {
	data := &value{kind: yamlv3.MappingNode}
	envs := item.at("envs").list()
	if one := item.at("env"); one.words() != "" {
		envs = append(envs[:len(envs):len(envs)], one)
	}
	for _, env := range envs {
		source := b.open(k, env, env.words())
		if source == nil {
			b.missed(b.placeOf(env), "the variables of "+input.Shown(env.words())+" are not known")
			continue
		}
		assignments, _ := dotenv.Read(source, facts.DockerEnv, nil)
		if len(assignments) > maxWidth {
			b.problem(facts.Origin{Source: source, Format: facts.DockerEnv}, "it has more than 10,000 variables and is too large to be read; split it")
			b.missed(b.placeOf(env), "the variables of "+input.Shown(env.words())+" are not known")
			continue
		}
		for _, a := range assignments {
			data.put(field{name: a.Name, value: scalarValue(a.Value)})
		}
	}
	for _, file := range item.at("files").list() {
		key, name, ok := strings.Cut(file.words(), "=")
		if !ok {
			key, name = path.Base(file.words()), file.words()
		}
		source := b.open(k, file, name)
		if source == nil {
			continue
		}
		whole := facts.Setting{Text: string(source.Text), State: facts.Set, Origin: facts.Origin{
			Source: source, Span: facts.Span{End: len(source.Text)}, Format: facts.SecretFile,
		}}
		entry := scalarValue(whole)
		entry.whole = source
		data.put(field{name: key, value: entry})
	}
	for _, literal := range item.at("literals").list() {
		whole := b.setting(literal, "", field{})
		key, text, ok := strings.Cut(whole.Text, "=")
		if !ok || key == "" {
			b.problem(whole.Origin, "a literal must be KEY=VALUE and kustomize refuses "+input.Shown(key)+"; write an equals sign")
			continue
		}
		// kustomize takes quotes off both ends, however many there are.
		start := len(key) + 1 + len(text) - len(strings.TrimLeft(text, `"'`))
		end := max(start, len(whole.Text)-len(text)+len(strings.TrimRight(text, `"'`)))
		value := pieceOf(whole, start, end)
		value.Key, value.Origin.Key = facts.Key(key), key
		value.Origin.KeySpan = whole.Origin.Sub(0, len(key)).Span
		data.put(field{name: key, value: scalarValue(value)})
	}
	return data
}
