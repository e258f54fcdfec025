package properties

import "github.com/bbdoctor/bbdoctor/checks/facts"

// The readers in [facts.Disagreement.Reader].
const (
	// ReaderUTF8 is java.util.Properties.load(Reader) with a Reader that decodes UTF-8.
	ReaderUTF8 = "UTF-8"
	// ReaderSpringBoot is Spring Boot's OriginTrackedPropertiesLoader, as it is from 2.7.12 on.
	ReaderSpringBoot = "Spring Boot"
)

// reading is one assignment as another reader sees it.
type reading struct {
	key, value string
	origin     facts.Origin
}

// disagreements compares what is effective for Java, the last assignment of every key, with what is effective for the
// readers that could see something else. First come the keys that Java knows, in the order of the file, then those that
// only the other reader knows.
func disagreements(file *facts.PropertiesFile, d *decoder, oddKey bool) []facts.Disagreement {
	var found []facts.Disagreement
	if d.bytes8 {
		found = compare(found, file.Entries, ReaderUTF8, readUTF8(file))
	}
	if oddKey || d.split || d.escapedComment {
		if readings, ok := readSpring(file); ok {
			found = compare(found, file.Entries, ReaderSpringBoot, readings)
		}
	}
	return found
}

// compare appends the keys for which the readings differ from the entries.
func compare(found []facts.Disagreement, entries []facts.Assignment, reader string, readings []reading) []facts.Disagreement {
	ours := make(map[string]int, len(entries))
	for i, entry := range entries {
		ours[entry.Name] = i
	}
	theirs := make(map[string]int, len(readings))
	for i, reading := range readings {
		theirs[reading.key] = i
	}
	for i, entry := range entries {
		if ours[entry.Name] != i {
			continue
		}
		at, known := theirs[entry.Name]
		if known && readings[at].value == entry.Value.Text {
			continue
		}
		found = append(found, facts.Disagreement{Key: entry.Name, Reader: reader, Missing: !known, Origin: entry.Value.Origin})
	}
	for i, reading := range readings {
		if _, known := ours[reading.key]; !known && theirs[reading.key] == i {
			found = append(found, facts.Disagreement{Key: reading.key, Reader: reader, Extra: true, Origin: reading.origin})
		}
	}
	return found
}

// readUTF8 reads the file again with bytes that are UTF-8. Lines, separators and escapes are ASCII, so it has the same
// entries in the same places.
func readUTF8(file *facts.PropertiesFile) []reading {
	d := &decoder{lines: newLines(file.Source.Text), whole: string(file.Source.Text), charset: unicode}
	readings := make([]reading, 0, len(file.Entries))
	for n := 0; d.next(); n++ {
		keyEnd, valueStart := parts(d.line)
		key, _, _ := d.decode(0, keyEnd, false)
		value, _, _ := d.decode(valueStart, len(d.line), false)
		readings = append(readings, reading{key, value, file.Entries[n].Value.Origin})
	}
	return readings
}
