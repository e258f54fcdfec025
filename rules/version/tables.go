package version

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
)

// The tables have a source, a date and a confidence in every row. They are read when a rule asks for them first.
var (
	//go:embed bitbucket_postgres.tsv
	bitbucketPostgresTable string
	//go:embed postgres_eol.tsv
	postgresEOLTable string
	//go:embed pgpool.tsv
	pgpoolTable string
	//go:embed pgpool_cve.tsv
	pgpoolCVETable string
)

// rows takes a table apart: lines with "#" are comments, the first other line names the columns.
func rows(table string) (all []map[string]string) {
	var columns []string
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if columns == nil {
			columns = fields
			continue
		}
		row := make(map[string]string, len(columns))
		for i, column := range columns {
			row[column] = fields[i]
		}
		all = append(all, row)
	}
	return all
}

// support is what is known of a range of Bitbucket versions and a range of PostgreSQL versions.
type support struct {
	bitbucketFrom, bitbucketBefore number // half-open, nil for no bound
	postgresFrom, postgresTo       number // closed, nil for no bound
	supported, sure                bool
	source, date                   string
}

func (s support) ofBitbucket(bitbucket number) bool {
	return (s.bitbucketFrom == nil || bitbucket.compare(s.bitbucketFrom) >= 0) &&
		(s.bitbucketBefore == nil || bitbucket.compare(s.bitbucketBefore) < 0)
}

func (s support) covers(bitbucket, postgres number) bool {
	return s.ofBitbucket(bitbucket) && (s.postgresFrom == nil || postgres.compare(s.postgresFrom) >= 0) &&
		(s.postgresTo == nil || postgres.compare(s.postgresTo) <= 0)
}

var supports = sync.OnceValue(func() (all []support) {
	for _, row := range rows(bitbucketPostgresTable) {
		all = append(all, support{
			parse(row["bitbucket_from"]), parse(row["bitbucket_before"]), parse(row["postgres_from"]), parse(row["postgres_to"]),
			row["verdict"] == "supported", row["confidence"] == "sure", row["source"], row["date"],
		})
	}
	return all
})

// major is a major version of PostgreSQL with the day of its last release.
type major struct {
	number number
	final  time.Time
}

var majors = sync.OnceValue(func() (all []major) {
	for _, row := range rows(postgresEOLTable) {
		final, _ := time.Parse(time.DateOnly, row["final_release"])
		all = append(all, major{parse(row["major"]), final})
	}
	return all
})

// series is a series of Pgpool-II releases.
type series struct {
	number number
	// last is the month in which fixes end, as people write it; over is the first moment behind it.
	last string
	over time.Time
	// parser is the version of PostgreSQL whose grammar is built in.
	parser number
}

var allSeries = sync.OnceValue(func() (all []series) {
	for _, row := range rows(pgpoolTable) {
		month, _ := time.Parse("2006-01", row["end_of_life"])
		all = append(all, series{parse(row["series"]), row["end_of_life"], month.AddDate(0, 1, 0), parse(row["parser"])})
	}
	return all
})

// vulnerability is a known one of Pgpool-II.
type vulnerability struct {
	name, exposure, what string
	warning              bool
	// fixed are the first releases with the fix, one of each series, in rising order.
	fixed []number
}

var vulnerabilities = sync.OnceValue(func() (all []vulnerability) {
	for _, row := range rows(pgpoolCVETable) {
		v := vulnerability{name: row["name"], exposure: row["exposure"], what: row["what"], warning: row["worth"] == "warning"}
		v.fixed = releases(strings.Fields(row["fixed"]))
		all = append(all, v)
	}
	return all
})

// releases are releases with a fix, in rising order.
func releases(texts []string) []number {
	all := make([]number, 0, len(texts))
	for _, text := range texts {
		all = append(all, parse(text))
	}
	slices.SortFunc(all, number.compare)
	return all
}

// Vulnerabilities are the names of those that rules know.
func Vulnerabilities() (names []string) {
	for _, v := range vulnerabilities() {
		names = append(names, v.name)
	}
	return names
}

// of says whether a release has the vulnerability, and which release of its series mends it, nil for none. It is not known
// when the release is not.
func (v vulnerability) of(release number) (has, known bool, mended number) {
	for _, fixed := range v.fixed {
		switch order := release.series().compare(fixed.series()); {
		case order < 0:
			return true, true, nil
		case order == 0 && len(release) < 3:
			return false, false, fixed
		case order == 0:
			return release.compare(fixed) < 0, true, fixed
		}
	}
	return false, true, nil
}
