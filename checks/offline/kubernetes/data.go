package kubernetes

import (
	"encoding/base64"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// datum is one entry of a ConfigMap or Secret.
type datum struct {
	key   string
	value facts.Setting
	// file is the entry as a file, once somebody mounts it; of a generator's file it is the file itself.
	file *facts.Source
}

// readData reads the entries of a ConfigMap or Secret. stringData is stronger than data.
func (r *reader) readData(o *object) {
	secret := o.kind == "Secret"
	for _, entry := range o.root.at("data").entries() {
		value := r.text(entry.value, entry.name, entry)
		if secret {
			value = r.decoded(value)
		}
		o.set(datum{key: entry.name, value: value, file: wholeFile(entry.value)})
	}
	if !secret {
		return
	}
	for _, entry := range o.root.at("stringData").entries() {
		o.set(datum{key: entry.name, value: r.text(entry.value, entry.name, entry), file: wholeFile(entry.value)})
	}
	for i := range o.data {
		value := &o.data[i].value
		value.Origin.Hide(0, len(value.Text)) // whatever its name
	}
}

// set puts an entry over an earlier one of the same key.
func (o *object) set(d datum) {
	if i, ok := o.keys[d.key]; ok {
		o.data[i] = d
		return
	}
	if o.keys == nil {
		o.keys = map[string]int{}
	}
	o.keys[d.key] = len(o.data)
	o.data = append(o.data, d)
}

func (o *object) datum(key string) *datum {
	if i, ok := o.keys[key]; ok {
		return &o.data[i]
	}
	return nil
}

// decoded takes off the base64 of a Secret's data. What it says cannot be changed piece by piece.
func (r *reader) decoded(value facts.Setting) facts.Setting {
	if !value.Known() || value.Origin.Format != facts.Kubernetes {
		return value // what a generator writes is no base64
	}
	text, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(value.Text))
	value.Origin.Runs = []facts.Run{}
	if err != nil {
		value.State, value.Why, value.Text = facts.Unresolved, "it is no base64", ""
		r.problem(value.Origin, "the value of "+input.Shown(value.Origin.Key)+" in the Secret's data is no base64 and Kubernetes refuses the manifest; encode it, or write it under stringData")
		return value
	}
	value.Text = string(text)
	return value
}

// asFile gives an entry as a file.
func (d *datum) asFile() *facts.Source {
	if d.file == nil && d.value.Known() && d.value.Origin.Source != nil {
		d.file = facts.NewEmbedded(d.value)
	}
	return d.file
}

// wholeFile gives the file whose content a value is, or nil.
func wholeFile(v *value) *facts.Source {
	if v == nil {
		return nil
	}
	return v.whole
}
