package changes

import (
	"context"
	"crypto/sha1" //nolint:gosec // git's name of a blob, no protection
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Lines are the changed lines of one file as it is now, in rising order; a file that is new has all.
type Lines struct {
	all    bool
	ranges [][2]int // first and last line
}

// Touch says whether one of the lines from first to last is changed.
func (l Lines) Touch(first, last int) bool {
	if l.all {
		return true
	}
	return slices.ContainsFunc(l.ranges, func(r [2]int) bool { return r[0] <= last && first <= r[1] })
}

// Any says whether anything is changed.
func (l Lines) Any() bool { return l.all || len(l.ranges) > 0 }

// Compare tells what is changed in files as they are now. What is no file of the work tree, or not in the revision, is new.
// A file that was moved is compared with what it was.
func (s *Since) Compare(ctx context.Context, sources []*facts.Source) (map[*facts.Source]Lines, error) {
	changed := make(map[*facts.Source]Lines, len(sources))
	byBlob := map[string][]*facts.Source{}
	var compare []blob
	var fresh []*facts.Source
	want := func(source *facts.Source, b blob) {
		if b.id == identity(source.Text, len(b.id)) {
			changed[source] = Lines{}
			return
		}
		if len(byBlob[b.id]) == 0 {
			compare = append(compare, b)
		}
		byBlob[b.id] = append(byBlob[b.id], source)
	}
	for _, source := range sources {
		changed[source] = Lines{all: true}
		name, ok := s.nameOf(source)
		if !ok {
			continue
		}
		if b, old := s.old[name]; old {
			if b.size <= maxFile {
				want(source, b)
			}
			continue
		}
		fresh = append(fresh, source)
	}
	moved, err := s.moves(ctx, fresh)
	if err != nil {
		return nil, err
	}
	for source, b := range moved {
		name, _ := s.nameOf(source)
		s.renamed[b.path] = name
		want(source, b)
	}
	err = s.repository.contents(ctx, compare, func(b blob, text []byte) error {
		for _, source := range byBlob[b.id] {
			changed[source] = compareLines(text, source.Text)
		}
		return nil
	})
	return changed, err
}

// nameOf is a file as git names it.
func (s *Since) nameOf(source *facts.Source) (string, bool) {
	if source.Path == "" || !filepath.IsAbs(source.Path) {
		return "", false
	}
	return s.repository.relative(source.Path)
}

// Now gives the name that a file of the earlier state has now: another one when it was moved.
func (s *Since) Now(name string) string {
	if now, ok := s.renamed[name]; ok {
		return now
	}
	return name
}

// identity is git's name of a text: SHA-1, or SHA-256 where the names are that long.
func identity(text []byte, length int) string {
	var sum hash.Hash = sha1.New()
	if length == 2*sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "blob %d\x00", len(text))
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}

// maxMoves bounds how many pairs of files are compared to find those that were moved and changed.
const maxMoves = 2000

// moves finds for new files what they were: a file of the same text that is gone, else one that is gone and has half of its
// lines.
func (s *Since) moves(ctx context.Context, fresh []*facts.Source) (map[*facts.Source]blob, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	var gone []blob
	byID := map[string][]blob{}
	for name, b := range s.old {
		if b.size > 0 && b.size <= maxFile && b.mode != "120000" {
			if _, err := os.Lstat(filepath.Join(s.repository.Top, filepath.FromSlash(name))); err != nil {
				gone = append(gone, b)
			}
		}
	}
	slices.SortFunc(gone, func(a, b blob) int { return strings.Compare(a.path, b.path) })
	for _, b := range gone {
		byID[b.id] = append(byID[b.id], b)
	}
	found := map[*facts.Source]blob{}
	taken := map[string]bool{}
	var changedToo []*facts.Source
	for _, source := range fresh {
		same := byID[identity(source.Text, lengthOf(gone))]
		name, _ := s.nameOf(source)
		if b, ok := bestOf(same, name, taken); ok {
			found[source] = b
			taken[b.path] = true
			continue
		}
		changedToo = append(changedToo, source)
	}
	gone = slices.DeleteFunc(gone, func(b blob) bool { return taken[b.path] })
	if len(changedToo)*len(gone) > maxMoves || len(changedToo) == 0 {
		return found, nil
	}
	type pair struct {
		source *facts.Source
		old    blob
		share  float64
	}
	var pairs []pair
	err := s.repository.contents(ctx, gone, func(b blob, text []byte) error {
		for _, source := range changedToo {
			if share := alike(text, source.Text); share >= 0.5 {
				pairs = append(pairs, pair{source, b, share})
			}
		}
		return nil
	})
	slices.SortStableFunc(pairs, func(a, b pair) int {
		switch {
		case a.share > b.share:
			return -1
		case a.share < b.share:
			return 1
		}
		return strings.Compare(a.source.Name, b.source.Name)
	})
	for _, p := range pairs {
		if _, done := found[p.source]; !done && !taken[p.old.path] {
			found[p.source] = p.old
			taken[p.old.path] = true
		}
	}
	return found, err
}

func lengthOf(blobs []blob) int {
	if len(blobs) == 0 {
		return 0
	}
	return len(blobs[0].id)
}

// bestOf chooses among files of one text the one whose name is most like the new one from behind.
func bestOf(same []blob, name string, taken map[string]bool) (best blob, ok bool) {
	most := -1
	for _, b := range same {
		if taken[b.path] {
			continue
		}
		n := commonEnd(b.path, name)
		if path.Base(b.path) == path.Base(name) {
			n += 1000
		}
		if n > most {
			best, most, ok = b, n, true
		}
	}
	return best, ok
}

func commonEnd(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// alike is the share of lines that two texts have in common.
func alike(a, b []byte) float64 {
	counted := map[string]int{}
	total := 0
	for _, line := range split(a) {
		counted[line]++
		total++
	}
	common := 0
	of := split(b)
	for _, line := range of {
		if counted[line] > 0 {
			counted[line]--
			common++
		}
	}
	return float64(2*common) / float64(max(1, total+len(of)))
}

// split cuts a text into lines without their ends, as [facts.Source] counts them: whether a line ends with LF or CRLF is
// the business of git on this machine.
func split(text []byte) []string {
	source := facts.Source{Text: text}
	var lines []string
	for n := 1; ; n++ {
		span := source.Line(n)
		if span.Start >= len(text) {
			return lines
		}
		lines = append(lines, string(text[span.Start:span.End]))
	}
}

// compareLines gives the lines of the new text that are not in the old one.
func compareLines(before, after []byte) (changed Lines) {
	for _, d := range lcs.DiffLines(split(before), split(after)) {
		if d.ReplEnd > d.ReplStart {
			changed.ranges = append(changed.ranges, [2]int{d.ReplStart + 1, d.ReplEnd})
		}
	}
	return changed
}
