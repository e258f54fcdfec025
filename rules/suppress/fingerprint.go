package suppress

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Fingerprint names a finding so that it is known again: in another run, with other lines above it, in another order. It
// has nothing of a secret, not even a hash that a short one could be guessed from.
type Fingerprint struct {
	Rule string `json:"rule"`
	// Deployment is only filled in for a finding that is in no file.
	Deployment string `json:"deployment,omitempty"`
	File       string `json:"file,omitempty"`
	// Key is the name as the user wrote it or did not write it, or the query of a live finding.
	Key string `json:"key,omitempty"`
	// Value is the value that the finding points at, or the part of it, with blanks and quoting normalised; empty for one
	// that must not be shown and for one that was measured, which is another every time.
	Value string `json:"value,omitempty"`
}

// maxValue is how many bytes of a value a fingerprint keeps; longer ones are alike in what comes behind.
const maxValue = 500

// Printer makes fingerprints of the findings of one collection.
type Printer struct {
	name   func(*facts.Source) string
	values map[place]facts.Setting
}

type place struct {
	source *facts.Source
	span   facts.Span
}

// NewPrinter prepares for the findings of a collection. name says how a file is called, the same in every run.
func NewPrinter(collection *facts.Collection, name func(*facts.Source) string) *Printer {
	p := &Printer{name, map[place]facts.Setting{}}
	for _, deployment := range collection.Deployments {
		deployment.Visit(func(setting facts.Setting) {
			if setting.Origin.Source != nil && setting.State != facts.Absent {
				p.values[place{setting.Origin.Source, setting.Origin.Span}] = setting
			}
		})
	}
	return p
}

// Of makes the fingerprint of a finding.
func (p *Printer) Of(result *rules.Result, finding *rules.Finding) Fingerprint {
	at := finding.At
	f := Fingerprint{Rule: result.Rule.ID, Key: at.Key}
	if at.Source == nil {
		f.Deployment, f.Key = result.Deployment, at.Query()
		return f
	}
	f.File = p.name(at.Source)
	if finding.Missing != "" {
		f.Key = string(finding.Missing)
	}
	if facts.SensitiveName(at.Key) {
		return f
	}
	value := ""
	if setting, ok := p.values[place{at.Source, at.Span}]; !ok {
		value = at.Source.Masked(at.Span)
	} else if !setting.Sensitive() {
		value = setting.Shown()
	}
	f.Value = normalised(facts.RedactText(value))
	return f
}

// normalised takes the blanks together and gives nothing for what is nothing but a secret.
func normalised(value string) string {
	value = strings.ToValidUTF8(strings.Join(strings.Fields(value), " "), "�")
	if value == "***" {
		return ""
	}
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	return value
}

// tally counts findings by fingerprint. A place that several deployments read has the same finding in each, which is one.
type tally map[Fingerprint]map[place]int

// add counts a finding and gives its number among those that are alike, from 1.
func (t tally) add(f Fingerprint, finding *rules.Finding) int {
	if t[f] == nil {
		t[f] = map[place]int{}
	}
	at := place{finding.At.Source, finding.At.Span}
	if at.source == nil {
		at.span.Start = len(t[f]) // measured, or of a deployment as a whole: each is one more
	}
	n, counted := t[f][at]
	if !counted {
		n = len(t[f]) + 1
		t[f][at] = n
	}
	return n
}

// count is how many findings have a fingerprint.
func (t tally) count(f Fingerprint) int { return len(t[f]) }
