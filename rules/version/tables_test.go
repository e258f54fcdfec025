package version

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTables reads every row strictly, which the rules do not: a table that does not parse must not reach them.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{
		"bitbucket_postgres.tsv": bitbucketPostgresTable, "postgres_eol.tsv": postgresEOLTable, "pgpool.tsv": pgpoolTable, "pgpool_cve.tsv": pgpoolCVETable,
	} {
		columns := 0
		for line := range strings.Lines(table) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			n := strings.Count(line, "\t") + 1
			if columns == 0 {
				columns = n
			}
			if n != columns {
				t.Errorf("%s: %d columns instead of %d: %s", name, n, columns, line)
			}
		}
		all := rows(table)
		if len(all) < 5 {
			t.Errorf("%s: %d rows", name, len(all))
		}
		for _, row := range all {
			for _, column := range []string{"source", "date", "confidence"} {
				if row[column] == "" {
					t.Errorf("%s: a row without %s: %v", name, column, row)
				}
			}
			if _, err := time.Parse(time.DateOnly, row["date"]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if row["confidence"] != "sure" && row["confidence"] != "unsure" {
				t.Errorf("%s: confidence %q", name, row["confidence"])
			}
		}
	}
}

func TestRowsMeanSomething(t *testing.T) {
	t.Parallel()
	for i, m := range majors() {
		if m.final.IsZero() || i > 0 && (m.number.compare(majors()[i-1].number) <= 0 || !m.final.After(majors()[i-1].final)) {
			t.Errorf("PostgreSQL %s, %s: no date, or not behind the row before", m.number, m.final)
		}
	}
	for i, s := range allSeries() {
		if s.over.IsZero() || len(s.number) != 2 || len(s.parser) != 1 || i > 0 && (s.number.compare(allSeries()[i-1].number) <= 0 || s.parser.compare(allSeries()[i-1].parser) <= 0) {
			t.Errorf("Pgpool-II %s: %+v", s.number, s)
		}
	}
	for _, row := range rows(pgpoolCVETable) {
		if row["worth"] != "error" && row["worth"] != "warning" {
			t.Errorf("%s is worth %q", row["name"], row["worth"])
		}
	}
	for _, v := range vulnerabilities() {
		if exposures[v.exposure] == nil {
			t.Errorf("%s: no such exposure: %q", v.name, v.exposure)
		}
		if len(v.fixed) == 0 || !slices.IsSortedFunc(v.fixed, number.compare) {
			t.Errorf("%s: fixed in %v", v.name, v.fixed)
		}
		for _, fixed := range v.fixed {
			if len(fixed) != 3 {
				t.Errorf("%s: fixed in %s", v.name, fixed)
			}
		}
	}
	for _, row := range rows(bitbucketPostgresTable) {
		if row["verdict"] != "supported" && row["verdict"] != "unsupported" {
			t.Errorf("verdict %q", row["verdict"])
		}
	}
	for _, s := range supports() {
		if s.supported && (!s.sure || s.postgresFrom.compare(s.postgresTo) != 0) {
			t.Errorf("what is supported is sure, and one version a row: %+v", s)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4.5.5": "4.5.5", "17": "17", "9.6": "9.6", "v10.2": "10.2", "10.2.1-ubuntu": "10.2.1", "4.5rc1": "4.5", "": "", "latest": "", "4..1": "4",
		"99999999999999999999": "", "-": "",
	} {
		if got := parse(text).String(); got != want {
			t.Errorf("parse(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestVulnerabilityOf(t *testing.T) {
	t.Parallel()
	v := vulnerability{fixed: []number{{4, 2, 22}, {4, 3, 15}, {4, 6, 1}}}
	for _, c := range []struct {
		release    string
		has, known bool
		mended     string
	}{
		{"4.1.23", true, true, ""}, {"4.2.21", true, true, "4.2.22"}, {"4.2.22", false, true, "4.2.22"}, {"4.3.14", true, true, "4.3.15"},
		{"4.6.0", true, true, "4.6.1"}, {"4.6.1", false, true, "4.6.1"}, {"4.7.0", false, true, ""}, {"5.0.0", false, true, ""},
		{"4.3", false, false, "4.3.15"}, {"4.1", true, true, ""}, {"4.7", false, true, ""},
	} {
		has, known, mended := v.of(parse(c.release))
		if has != c.has || known != c.known || mended.String() != c.mended {
			t.Errorf("%s: %v, %v, %s", c.release, has, known, mended)
		}
	}
}
