package bitnami

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/byversion"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
	"github.com/bbdoctor/bbdoctor/checks/spelling"
)

// The variables that the scripts of github.com/bitnami/containers read. pgpool.tsv: bitnami/pgpool/4, libpgpool.sh at
// commit 043f89c (image 4.5.5) and pgpool-env.sh at 270fef7, with the history of bitnami-docker-pgpool. nodes.tsv:
// bitnami/postgresql-repmgr/18, postgresql-env.sh at 0f6dbb6 and 536bd58, librepmgr.sh at 2791871.
var (
	//go:embed pgpool.tsv
	pgpoolVariables string
	//go:embed nodes.tsv
	nodeVariables string
)

// kind is how the image reads a variable.
type kind string

const (
	asText    kind = "text"    // as it is
	asPath    kind = "path"    // a file in the container
	asList    kind = "list"    // separated by commas, semicolons or blanks
	asYesNo   kind = "yesno"   // yes or no, anything else is refused
	asBoolean kind = "boolean" // yes, true or 1; anything else is no
	asNumber  kind = "number"  // an integer of 0 or more, anything else is refused
	asWord    kind = "word"    // one of a few words, anything else is refused
)

// The fates of variables that the image does not read, or not any more.
const (
	constant    = "constant"    // overwritten at start
	removed     = "removed"     // read once
	ineffective = "ineffective" // accepted, and nothing done with it
	other       = "other"       // read by another image only
)

// variable is one variable of an image.
type variable struct {
	index        int // in the table
	name         string
	kind         kind
	defaultValue string
	values       []string // of a word
	parameter    facts.Key
	since        string // Pgpool-II's version of the first image that reads it; empty for all
	fate         string
	from         string // day or version of a removal
	replacement  string // for other: the image that reads it
	file         string // "all" images, or only "new" ones, read it from the file that NAME_FILE names
	alias        string // the variable for which it stands
	order        int    // among the aliases of one variable
}

type variableTable struct {
	pgpool      bool // it is the pgpool image's
	variables   []*variable
	byName      map[string]*variable
	aliases     map[string][]*variable // by the variable for which they stand, the strongest first
	generations *byversion.Table[*generation]
}

var (
	pgpoolTable = sync.OnceValue(func() *variableTable { return readTable(pgpoolVariables, true) })
	nodeTable   = sync.OnceValue(func() *variableTable { return readTable(nodeVariables, false) })
	// noVariables is for images that make nothing of their environment.
	noVariables = sync.OnceValue(func() *variableTable { return readTable("name", false) })
)

func readTable(data string, pgpool bool) *variableTable {
	t := &variableTable{pgpool: pgpool, byName: map[string]*variable{}, aliases: map[string][]*variable{}}
	t.generations = byversion.New(t.generation)
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		v := &variable{index: len(t.variables)}
		for i, value := range strings.Split(line, "\t") {
			switch header[i] {
			case "name":
				v.name = value
			case "kind":
				v.kind = kind(value)
			case "default":
				v.defaultValue = value
			case "values":
				if value != "" {
					v.values = strings.Split(value, ",")
				}
			case "parameter":
				v.parameter = facts.Key(value)
			case "since":
				v.since = value
			case "fate":
				v.fate = value
			case "from":
				v.from = value
			case "replacement":
				v.replacement = value
			case "file":
				v.file = value
			case "alias":
				v.alias = value
			case "order":
				v.order, _ = strconv.Atoi(value)
			}
		}
		t.variables = append(t.variables, v)
		t.byName[v.name] = v
		if v.alias != "" {
			t.aliases[v.alias] = append(t.aliases[v.alias], v)
		}
	}
	for _, aliases := range t.aliases {
		slices.SortFunc(aliases, func(a, b *variable) int { return a.order - b.order })
	}
	return t
}

// reads says whether some generation of the image reads the variable, or the file that it names.
func (t *variableTable) reads(name string) bool {
	v := t.byName[name]
	if v == nil {
		v = t.ofFile(name)
	}
	return v != nil && (v.fate == "" || v.fate == removed)
}

// ofFile is the variable whose value is in the file that NAME_FILE names; nil when name is none of these.
func (t *variableTable) ofFile(name string) *variable {
	base, ok := strings.CutSuffix(name, "_FILE")
	if v := t.byName[base]; ok && v != nil && v.file != "" && t.byName[name] == nil {
		return v
	}
	return nil
}

// nearest is the variable that is most like a name which the image does not know; empty when none is alike enough.
func (t *variableTable) nearest(name string) string {
	upper := strings.ToUpper(name)
	best, bestDistance := "", 1+min(3, max(1, len(name)/6))
	for _, v := range t.variables {
		if v.fate != "" {
			continue
		}
		if distance := spelling.Distance(upper, v.name, bestDistance); distance < bestDistance {
			best, bestDistance = v.name, distance
		}
	}
	if best == "" && len(upper) >= 10 {
		best = t.shortestWith(upper)
	}
	return best
}

// shortestWith is the shortest variable that begins with a text: REPMGR_USERNAME for REPMGR_USER.
func (t *variableTable) shortestWith(beginning string) string {
	best := ""
	for _, v := range t.variables {
		if v.fate == "" && strings.HasPrefix(v.name, beginning) && (best == "" || len(v.name) < len(best)) {
			best = v.name
		}
	}
	return best
}

// words are the words that an image of that version of Pgpool-II ("" when unknown) takes.
func (v *variable) words(version string) []string {
	var words []string
	for _, word := range v.values {
		word, since, later := strings.Cut(word, ">=")
		if later && pgpoolconf.Before(version, since) {
			continue
		}
		words = append(words, word)
	}
	return words
}
