// Package properties reads and rewrites bitbucket.properties as java.util.Properties sees it. It is proved against the
// JDK's own class, see fixtures/oracle/properties.
package properties

import (
	"bytes"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// MaxEntries is how many entries are read of one file. Bitbucket knows a few hundred properties; the bound keeps a file
// of millions of empty ones from filling the memory. A file with more counts as refused.
const MaxEntries = 100_000

// The reasons in [facts.PropertiesFile.Refused].
const (
	malformedEscape = `\u is not followed by four hexadecimal digits`
	tooManyEntries  = "more than 100,000 entries"
)

// Read reads a file as java.util.Properties.load(InputStream) does, in ISO-8859-1, and says for which keys another
// reader gets something else.
//
// Entries are all assignments in the order of the file; of several with one name the last wins, as it does for Java. The
// value's Origin.Span is the value as written, with the continuations inside it; its Runs are nil if the file has the
// value verbatim. A key that is alone on its line ("jdbc.url") has the empty Span right behind it, and [Replace] adds the
// "=". A surrogate without its other half is U+FFFD in the text, because a Go string cannot hold it.
//
// A file that Java refuses has a Refused. Its Entries are those before the malformed escape, which is what load has put
// when it throws its exception. Such a file configures nothing: no rule may judge its entries.
//
// Values that must not be shown are marked with [facts.Source.Hide], also those behind a malformed escape.
func Read(src *facts.Source) *facts.PropertiesFile {
	file := &facts.PropertiesFile{Source: src}
	d := &decoder{lines: newLines(src.Text), whole: string(src.Text), runs: maxRuns}
	file.Entries = make([]facts.Assignment, 0, min(bytes.Count(src.Text, []byte{'\n'})+1, 128))
	oddKey := false
	for d.next() {
		keyEnd, valueStart := parts(d.line)
		key, _, bad := d.decode(0, keyEnd, false)
		if bad >= 0 {
			refuse(file, malformedEscape, d.origin(src, "", bad, min(bad+6, keyEnd)))
			continue
		}
		origin := d.origin(src, key, valueStart, len(d.line))
		origin.KeySpan = d.span(0, keyEnd)
		if facts.SensitiveName(key) {
			src.Hide(origin.Span)
		}
		if file.Refused != "" {
			continue // only to hide what must not be shown
		}
		text, runs, bad := d.decode(valueStart, len(d.line), true)
		if bad >= 0 {
			refuse(file, malformedEscape, d.origin(src, key, bad, min(bad+6, len(d.line))))
			continue
		}
		if len(file.Entries) == MaxEntries {
			refuse(file, tooManyEntries, origin)
			continue
		}
		origin.Runs = runs
		oddKey = oddKey || springDiffers(key) || len(d.line) > 0 && d.line[0] == '\\'
		file.Entries = append(file.Entries, facts.Assignment{
			Name:  key,
			Value: facts.Setting{Key: facts.Key(key), Text: text, State: facts.Set, Origin: origin},
		})
	}
	if file.Refused == "" {
		file.Disagreements = disagreements(file, d, oddKey)
	}
	if src.Within != nil {
		file.Locate()
	}
	return file
}

// refuse says once why Java does not load the file.
func refuse(file *facts.PropertiesFile, why string, at facts.Origin) {
	if file.Refused == "" {
		file.Refused, file.RefusedAt = why, at
	}
}

// origin is the place of line[start:end].
func (d *decoder) origin(src *facts.Source, key string, start, end int) facts.Origin {
	return facts.Origin{Source: src, Span: d.span(start, end), Key: key, Format: facts.Properties}
}

// span is where line[start:end] stands in the file. An empty part stands right behind what comes before it.
func (d *decoder) span(start, end int) facts.Span {
	if start == end {
		at := d.rawEnd(start)
		return facts.Span{Start: at, End: at}
	}
	return facts.Span{Start: d.raw(start), End: d.rawEnd(end)}
}
