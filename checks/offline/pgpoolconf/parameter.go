package pgpoolconf

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"
)

// table is the parameters of Pgpool-II 4.0 to 4.7 as src/config/pool_config_variables.c has them at the release tags
// V4_0_25, V4_1_23, V4_2_24, V4_3_20, V4_4_17, V4_5_12, V4_6_7 and V4_7_2, with what older sample files show of 2.2 to
// 3.7. "judged" marks those that are filled in with their default when a file does not set them.
//
//go:embed parameters.tsv
var table string

// Type is the type of a parameter, which decides how its value is read.
type Type string

// The types.
const (
	Bool   Type = "bool"
	Int    Type = "int"  // 32 bits
	Long   Type = "long" // 64 bits
	Double Type = "double"
	Enum   Type = "enum"
	String Type = "string"
	List   Type = "list"
)

// Fate says what became of a parameter that is no longer an ordinary one.
type Fate string

// The fates.
const (
	Current    Fate = ""
	Removed    Fate = "removed"    // ignored since From
	Alias      Fate = "alias"      // since From another name of Replacement, still taken
	Superseded Fate = "superseded" // still in the table, but Replacement decides since From
)

// Indexes says whether the name of a parameter is followed by the number of a node.
type Indexes string

// The kinds.
const (
	NoIndex       Indexes = ""
	IndexRequired Indexes = "required"
	IndexOptional Indexes = "optional" // without one it is the default of every node
)

// Param is one parameter of pgpool.conf.
type Param struct {
	Name  string // without an index
	Type  Type
	Index Indexes
	// Min and Max bound a number; both empty when nothing does.
	Min, Max string
	Unit     guc.Unit
	Fate     Fate
	// From is the version in which the parameter met its fate.
	From string
	// Replacement is the parameter that does its work now; empty if none does.
	Replacement string
	// Judged says that rules may look at it, so that it is filled in with its default.
	Judged bool

	defaultValue string // of the newest version
	values       []string
	since        string
	backported   []string
	history      []pastDefault
}

// pastDefault is a default value with the versions that have it: "4.0", or from 4.3.0 to 4.3.8.
type pastDefault struct {
	value  string
	ranges []releaseRange
}

type releaseRange struct{ first, last release }

func (r releaseRange) contains(version release) bool {
	return r.first.sameMinor(version) && !version.before(r.first) && !r.last.before(version)
}

var parameters = sync.OnceValue(readTable)

type parameterTable struct {
	byName map[string]*Param
	names  []string // sorted
	judged []string // sorted
	arrays []*Param // those with an index, the longest name first, as pgpool looks them up
}

func readTable() *parameterTable {
	t := &parameterTable{byName: map[string]*Param{}}
	units := map[string]guc.Unit{"": guc.None, "B": guc.Byte, "kB": guc.Kilobyte, "ms": guc.Millisecond, "s": guc.Second, "min": guc.Minute}
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	for _, line := range lines[1:] {
		column := strings.Split(line, "\t")
		p := &Param{
			Name: column[0], Type: Type(column[1]), Index: Indexes(column[2]), defaultValue: column[3], Min: column[4], Max: column[5],
			Unit: units[column[6]], since: column[8], Fate: Fate(column[10]), From: column[11], Replacement: column[12],
			history: readHistory(column[13]), Judged: column[14] != "",
		}
		if column[7] != "" {
			p.values = strings.Split(column[7], ",")
		}
		if column[9] != "" {
			p.backported = strings.Split(column[9], ",")
		}
		t.byName[p.Name] = p
		t.names = append(t.names, p.Name)
		if p.Judged {
			t.judged = append(t.judged, p.Name)
		}
		if p.Index != NoIndex {
			t.arrays = append(t.arrays, p)
		}
	}
	slices.Sort(t.names)
	slices.Sort(t.judged)
	slices.SortStableFunc(t.arrays, func(a, b *Param) int { return len(b.Name) - len(a.Name) })
	return t
}

// readHistory reads "off@4.0,4.1|on@4.2.0-4.2.8,4.3".
func readHistory(text string) []pastDefault {
	if text == "" {
		return nil
	}
	var history []pastDefault
	for _, part := range strings.Split(text, "|") {
		value, versions, _ := strings.Cut(part, "@")
		past := pastDefault{value: value}
		for _, version := range strings.Split(versions, ",") {
			first, last, isRange := strings.Cut(version, "-")
			r := releaseRange{mustRelease(first), mustRelease(first)}
			if isRange {
				r.last = mustRelease(last)
			}
			// A tag like "4.3" means the newest patch, which the table's last range has, whatever its number.
			if !isRange || last == newestPatch[first[:3]] {
				r.last.latest = true
			}
			past.ranges = append(past.ranges, r)
		}
		history = append(history, past)
	}
	return history
}

// newestPatch is the newest release of each minor version that the table was made from.
var newestPatch = map[string]string{
	"4.0": "4.0.25", "4.1": "4.1.23", "4.2": "4.2.24", "4.3": "4.3.20", "4.4": "4.4.17", "4.5": "4.5.12", "4.6": "4.6.7", "4.7": "4.7.2",
}

// Parameter finds a parameter of any version by the name that a file or SHOW uses; "backend_hostname0" is
// backend_hostname. Names are compared in their exact case, as pgpool does.
func Parameter(name string) (Param, bool) {
	p, _, ok := find(name)
	if !ok {
		return Param{}, false
	}
	return *p, true
}

// find looks a name up and gives the text behind the name of an indexed parameter. pgpool takes any name that only begins
// like an indexed parameter for that parameter; then the text is no number.
func find(name string) (p *Param, index string, ok bool) {
	t := parameters()
	if p := t.byName[name]; p != nil {
		return p, "", true
	}
	// No name of the table ends in a digit, so that nothing longer can match.
	if base := strings.TrimRight(name, "0123456789"); len(base) < len(name) {
		if p := t.byName[base]; p != nil && p.Index != NoIndex {
			return p, name[len(base):], true
		}
	}
	for _, p := range t.arrays {
		if strings.HasPrefix(name, p.Name) {
			return p, name[len(p.Name):], true
		}
	}
	return nil, "", false
}

// Names lists every parameter of the table without its index, in order.
func Names() []string { return slices.Clone(parameters().names) }

// Exists says whether a version of Pgpool-II knows the parameter; version "" asks for any version from 4.0 on that still
// has it.
func (p *Param) Exists(version string) bool {
	r, ok := parseRelease(version)
	if !ok {
		return p.Fate != Removed && !strings.HasPrefix(p.since, "4.8")
	}
	if p.Fate == Removed && !r.before(mustRelease(p.From)) {
		return false
	}
	if !r.before(mustRelease(p.since)) {
		return true
	}
	for _, backported := range p.backported {
		if from := mustRelease(backported); from.sameMinor(r) && !r.before(from) {
			return true
		}
	}
	return false
}

// Since is the first version that has the parameter.
func (p *Param) Since() string { return p.since }

// Values are the words of an enumeration that a version takes; version "" is the newest.
func (p *Param) Values(version string) []string {
	r, known := parseRelease(version)
	var words []string
	for _, word := range p.values {
		if word, until, gone := strings.Cut(word, "<"); gone {
			if known && r.before(mustRelease(until)) {
				words = append(words, word)
			}
			continue
		}
		word, since, later := strings.Cut(word, ">=")
		if !later || !known || !r.before(mustRelease(since)) {
			words = append(words, word)
		}
	}
	return words
}

// Default is a parameter's value where nothing sets it, in a version ("4.5.5", "4.5", or "" for the newest). It is empty
// for an unknown parameter, too.
func Default(name, version string) string {
	p, _, ok := find(name)
	if !ok {
		return ""
	}
	value, _ := p.defaultIn(version)
	return value
}

// defaultIn gives the default and, when it is the newest version's and was once another, the first version that has it.
func (p *Param) defaultIn(version string) (value, since string) {
	r, known := parseRelease(version)
	if len(p.history) == 0 {
		return p.defaultValue, ""
	}
	if known {
		for _, past := range p.history {
			for _, versions := range past.ranges {
				if versions.contains(r) {
					return past.value, ""
				}
			}
		}
		if r.before(mustRelease("4.0")) {
			return p.history[0].value, ""
		}
		return p.defaultValue, ""
	}
	last := p.history[len(p.history)-1]
	// A default that changed within minor versions has no one version to name.
	if first := last.ranges[0].first; last.value == p.defaultValue && first.patch == 0 {
		since = strconv.Itoa(first.major) + "." + strconv.Itoa(first.minor)
	}
	return p.defaultValue, since
}
