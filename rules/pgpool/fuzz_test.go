package pgpool

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// FuzzBackendEntries judges any text as a list of backend nodes: no text makes the rule break, and what it points at lies
// in the source.
func FuzzBackendEntries(f *testing.F) {
	for _, seed := range []string{
		"0:pg-0:5432,1:pg-1:5432", "pg-0:5432", "0:pg-0::2,0:a", ":,::,:::", "0:[fe80::1]:5432", `"0:a,1:b"`, "0:a\n1:b",
		"0:a:b:c:d:e:f:g", "9999999999999999999:a", "0:a:5432:1e400", "\x00:\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := facts.NewSource("pgpool.env", []byte(text))
		list := facts.Setting{Key: backendList, Text: text, Norm: text, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{End: len(text)}}}
		pgpool := &facts.Pgpool{Image: true, Environment: facts.Layers{Own: facts.Settings{backendList: list}}}
		for _, item := range list.Items() {
			entry := facts.BackendEntry{Text: item.Text, Origin: item.Origin}
			at := 0
			for field := range strings.SplitSeq(item.Text, ":") {
				entry.Fields = append(entry.Fields, facts.ListItem{Text: field, Origin: list.Origin.Sub(item.Origin.Span.Start+at, item.Origin.Span.Start+at+len(field))})
				at += len(field) + 1
			}
			pgpool.BackendList = append(pgpool.BackendList, entry)
		}
		result := rules.Run(&facts.Deployment{Pgpools: []*facts.Pgpool{pgpool}}, []*rules.Rule{BackendNodes})[0]
		if result.Outcome == rules.Errored {
			t.Fatal(result.Reason)
		}
		for _, finding := range result.Findings {
			if span := finding.At.Span; span.Start < 0 || span.End < span.Start || span.End > len(text) {
				t.Errorf("%s: points at %v of %d bytes", finding.Message, span, len(text))
			}
			if finding.Help == "" {
				t.Errorf("%s: no help", finding.Message)
			}
		}
	})
}
