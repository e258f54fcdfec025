package report

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// lineHashes names every line of a text by the 100 characters that begin with it, blanks left out, the way GitHub's
// upload-sarif action computes primaryLocationLineHash: an alert keeps its name when lines above it come or go.
func lineHashes(text string) []string {
	const block = 100
	const multiplier uint64 = 37
	first := uint64(1)
	for range block {
		first *= multiplier
	}
	var window [block]uint16
	var starts [block]int // which line starts at that place of the window, 0 for none
	var hashes []string
	seen := map[uint64]int{}
	var hash uint64
	index, line := 0, 0
	output := func() {
		seen[hash]++
		hashes = append(hashes, fmt.Sprintf("%x:%d", hash, seen[hash]))
		starts[index] = 0
	}
	update := func(unit uint16) {
		hash = hash*multiplier + uint64(unit) - first*uint64(window[index])
		window[index] = unit
		index = (index + 1) % block
	}
	atStart, afterReturn := true, false
	take := func(unit uint16) {
		if unit == ' ' || unit == '\t' || afterReturn && unit == '\n' {
			afterReturn = false
			return
		}
		afterReturn = unit == '\r'
		if afterReturn {
			unit = '\n'
		}
		if starts[index] != 0 {
			output()
		}
		if atStart {
			line++
			starts[index] = line
		}
		atStart = unit == '\n'
		update(unit)
	}
	for _, r := range text {
		if r1, r2 := utf16.EncodeRune(r); r1 != '\uFFFD' {
			take(uint16(r1))
			take(uint16(r2))
			continue
		}
		take(uint16(r))
	}
	take(0xFFFF) // the end of the file
	for range block {
		if starts[index] != 0 {
			output()
		}
		update(0)
	}
	return hashes
}

// hashable is the text of a source for [lineHashes]: a password in it could be worked out of the hash and what stands
// around it, so it is replaced. Where nothing is hidden the hash is the one that GitHub computes from the file.
func hashable(source *facts.Source) string {
	var out strings.Builder
	hidden := source.Hidden()
	for number := 1; ; number++ {
		line := source.Line(number)
		if number > 1 {
			out.WriteByte('\n')
		}
		out.WriteString(facts.RedactText(facts.Mask(source.Text, line, hidden)))
		if line.End == len(source.Text) {
			return out.String()
		}
	}
}
