package properties

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestReadsAsJava compares every file of the corpus with what java.util.Properties makes of it in both encodings.
func TestReadsAsJava(t *testing.T) {
	t.Parallel()
	samples := readCorpus(t)
	if len(samples) < 300 {
		t.Fatalf("only %d samples", len(samples))
	}
	for i, judged := range readGolden(t, "golden.jsonl", samples) {
		for _, difference := range differencesFromJava(samples[i], judged) {
			t.Errorf("%s: %s", judged.Name, difference)
		}
	}
}

// differencesFromJava says where the reader and java.util.Properties do not agree on a file.
func differencesFromJava(sample sample, judged judgement) []string {
	var found []string
	file := Read(facts.NewSource(sample.name, sample.text))
	if (file.Refused != "") != (judged.Latin1.Error != "") {
		found = append(found, "refused: "+file.Refused+"; Java: "+judged.Latin1.Error)
	}
	if (file.Refused != "") != (judged.utf8().Error != "") {
		found = append(found, "refused: "+file.Refused+"; Java in UTF-8: "+judged.utf8().Error)
	}
	var entries [][2]string
	for _, entry := range file.Entries {
		entries = append(entries, [2]string{entry.Name, entry.Value.Text})
		if string(entry.Value.Key) != entry.Name || entry.Value.Origin.Key != entry.Name || entry.Value.State != facts.Set {
			found = append(found, "an entry with another key or without its state: "+entry.Name)
		}
	}
	if diff := cmp.Diff(judged.Latin1.Entries, entries, emptyIsNil); diff != "" {
		found = append(found, "ISO-8859-1 (-Java +reader)\n"+diff)
	}
	if file.Refused != "" {
		return found
	}
	entries = nil
	for _, reading := range readUTF8(file) {
		entries = append(entries, [2]string{reading.key, reading.value})
	}
	if diff := cmp.Diff(judged.utf8().Entries, entries, emptyIsNil); diff != "" {
		found = append(found, "UTF-8 (-Java +reader)\n"+diff)
	}
	return append(found, differencesIn(file, ReaderUTF8, judged.Latin1.Entries, judged.utf8().Entries)...)
}

// TestReadsAsSpringBoot compares every file of the corpus with what Spring Boot makes of it.
func TestReadsAsSpringBoot(t *testing.T) {
	t.Parallel()
	samples := readCorpus(t)
	golden := readGolden(t, "golden.jsonl", samples)
	for i, judged := range readGolden(t, "spring-boot.jsonl", samples) {
		for _, difference := range differencesFromSpringBoot(samples[i], golden[i], judged) {
			t.Errorf("%s: %s", judged.Name, difference)
		}
	}
}

// differencesFromSpringBoot says where readSpring and Spring Boot do not agree on a file, and where the file's
// disagreements are not those that java and spring have.
func differencesFromSpringBoot(sample sample, java, spring judgement) []string {
	file := Read(facts.NewSource(sample.name, sample.text))
	readings, ok := readSpring(file)
	var entries [][2]string
	for _, reading := range readings {
		entries = append(entries, [2]string{reading.key, reading.value})
	}
	theirs := spring.SpringBoot
	if theirs.Error != "" {
		theirs.Entries = nil // what it throws away is nothing
	}
	var found []string
	if diff := cmp.Diff(effective(theirs.Entries), effective(entries)); !ok || diff != "" {
		found = append(found, "(-Spring Boot +reader) "+theirs.Error+"\n"+diff)
	}
	if file.Refused != "" {
		return found
	}
	return append(found, differencesIn(file, ReaderSpringBoot, java.Latin1.Entries, theirs.Entries)...)
}

// differencesIn compares the file's disagreements with one reader with those that follow from what Java and that reader
// made of it.
func differencesIn(file *facts.PropertiesFile, reader string, java, other [][2]string) []string {
	type disagreement struct{ missing, extra bool }
	want, got := map[string]disagreement{}, map[string]disagreement{}
	ours, theirs := effective(java), effective(other)
	for key, value := range ours {
		if their, known := theirs[key]; !known || their != value {
			want[key] = disagreement{missing: !known}
		}
	}
	for key := range theirs {
		if _, known := ours[key]; !known {
			want[key] = disagreement{extra: true}
		}
	}
	var found []string
	for _, d := range file.Disagreements {
		if d.Reader != reader {
			continue
		}
		if _, twice := got[d.Key]; twice {
			found = append(found, reader+" disagrees twice on "+d.Key)
		}
		if d.Origin.Source != file.Source || d.Origin.Span.Start < 0 || d.Origin.Span.End > len(file.Source.Text) {
			found = append(found, reader+" disagrees nowhere on "+d.Key)
		}
		got[d.Key] = disagreement{missing: d.Missing, extra: d.Extra}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(disagreement{})); diff != "" {
		found = append(found, reader+" disagrees (-want +got)\n"+diff)
	}
	return found
}

// effective is what is left when the last assignment of a key wins.
func effective(entries [][2]string) map[string]string {
	last := make(map[string]string, len(entries))
	for _, entry := range entries {
		last[entry[0]] = entry[1]
	}
	return last
}

var emptyIsNil = cmp.Transformer("emptyIsNil", func(entries [][2]string) []string {
	var flat []string
	for _, entry := range entries {
		flat = append(flat, entry[0], entry[1])
	}
	return flat
})
