package offline

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
)

// Release is a Helm release: values files that are given to Helm together, the later the stronger.
type Release struct {
	// Name is the release's name; empty when nobody says.
	Name string
	// Files are the values files, relative to the working directory unless absolute.
	Files []string
}

// isValues says whether a file is named like the values of a Helm chart: values.yaml, values-prod.yaml, prod.values.yml.
func isValues(base string) bool {
	name, extension := strings.TrimSuffix(base, path.Ext(base)), path.Ext(base)
	if extension != ".yaml" && extension != ".yml" {
		return false
	}
	return name == "values" || strings.HasPrefix(name, "values-") || strings.HasPrefix(name, "values.") || strings.HasPrefix(name, "values_") ||
		strings.HasSuffix(name, "-values") || strings.HasSuffix(name, ".values") || strings.HasSuffix(name, "_values")
}

// baseValues is the name, without its ending, of the file that every other values file of a directory is put over: of a
// chart's directory Helm itself does so, and elsewhere people mean it so.
const baseValues = "values"

// declared has the files of all releases, links resolved.
func (l *loader) declared() map[string]bool {
	files := map[string]bool{}
	for _, release := range l.options.Releases {
		for _, file := range release.Files {
			files[resolveLinks(l.files.absolute(file))] = true
		}
	}
	return files
}

// valuesBatches puts values files together that Helm is given together: those of each release that is declared, then, of
// what no release names, every file of a directory over the directory's values.yaml.
func (l *loader) valuesBatches(candidates []candidate, declared map[string]bool) [][]candidate {
	var batches [][]candidate
	for _, release := range l.options.Releases {
		var batch []candidate
		for _, file := range release.Files {
			resolved := resolveLinks(l.files.absolute(file))
			if i := slices.IndexFunc(candidates, func(c candidate) bool { return c.resolved == resolved }); i >= 0 {
				member := candidates[i]
				member.companion, member.release = true, release.Name
				batch = append(batch, member)
			}
		}
		if len(batch) > 0 {
			batches = append(batches, batch)
		}
	}
	byDirectory := map[string][]candidate{}
	var order []string
	for _, c := range candidates {
		if declared[c.resolved] {
			continue
		}
		dir := filepath.Dir(c.path)
		if c.path == "" {
			dir = "-" // standard input
		}
		if byDirectory[dir] == nil {
			order = append(order, dir)
		}
		byDirectory[dir] = append(byDirectory[dir], c)
	}
	for _, dir := range order {
		files := byDirectory[dir]
		base := slices.IndexFunc(files, func(c candidate) bool {
			name := filepath.Base(c.path)
			return strings.TrimSuffix(name, filepath.Ext(name)) == baseValues
		})
		for i, c := range files {
			switch {
			case base < 0 || len(files) == 1:
				batches = append(batches, []candidate{c})
			case i != base:
				c.companion = true
				batches = append(batches, []candidate{files[base], c})
			}
		}
	}
	return batches
}

// valuesDirectory is the directory for which the units of values files stand: values that are put over others are an
// installation of their own beside those of other files in the same directory.
func valuesDirectory(sources []*facts.Source, release string) string {
	last := sources[len(sources)-1].Name
	switch {
	case release != "":
		return path.Join(path.Dir(last), release)
	case len(sources) > 1:
		return strings.TrimSuffix(last, path.Ext(last))
	}
	return dirName(last)
}

// unitBatches puts every unit of systemd together with its drop-ins, the unit's own file first and then the drop-ins in the
// order of their names.
func unitBatches(candidates []candidate) [][]candidate {
	var order []string
	batches := map[string][]candidate{}
	for _, c := range candidates {
		unit, dropIn, _ := systemd.Name(filepath.ToSlash(c.path))
		switch batch, known := batches[unit]; {
		case !known:
			order = append(order, unit)
			batches[unit] = []candidate{c}
		case dropIn:
			c.companion = true
			batches[unit] = append(batch, c)
		default:
			for i := range batch {
				batch[i].companion = true
			}
			batches[unit] = slices.Insert(batch, 0, c)
		}
	}
	all := make([][]candidate, 0, len(order))
	for _, unit := range order {
		all = append(all, batches[unit])
	}
	return all
}

// values has values files of Helm charts read together.
func (l *loader) values(c candidate, sources []*facts.Source, r *reading) {
	release := helm.Release{Name: c.release}
	dir, last := valuesDirectory(sources, c.release), sources[len(sources)-1]
	if len(sources) > 1 && strings.TrimSuffix(path.Base(sources[0].Name), path.Ext(sources[0].Name)) == baseValues && l.files.Exists(sources[0], "Chart.yaml") {
		release.Chart, sources = sources[0], sources[1:]
	}
	result := helm.Read(sources, release)
	add := func(u unit) {
		u.dir, u.source = dir, last
		r.take(u)
	}
	for _, file := range result.Properties {
		filledIn(file.Entries)
		add(unit{properties: file})
	}
	l.containers(result.Containers, add)
	r.problems = append(r.problems, result.Problems...)
}

// systemd has a unit read with its drop-ins. What a unit starts belongs to the directory that the unit is in.
func (l *loader) systemd(sources []*facts.Source, r *reading, add func(unit)) {
	unitFile, dropIn, ok := systemd.Name(sources[0].Name)
	if !ok {
		unitFile = "unit.service" // standard input
		if bytes.Contains(sources[0].Text, []byte("[Container]")) {
			unitFile = "unit.container"
		}
	}
	containers, problems := systemd.Read(unitFile, sources, l.context)
	before := len(r.units)
	l.containers(containers, add)
	if dropIn {
		for i := range r.units[before:] {
			r.units[before+i].dir = dirName(unitFile)
		}
	}
	// A unit of somebody else's is none of our business.
	if len(r.units) > before || ours(sources[0].Text) {
		r.problems = append(r.problems, problems...)
	}
}
