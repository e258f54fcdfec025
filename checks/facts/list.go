package facts

import "strings"

// maxItems is how many items of a list are taken apart. Pgpool-II takes 128 backend nodes; the bound keeps a hostile value
// from taking minutes.
const maxItems = 500

// Items takes a list variable of the images apart as their scripts do: commas, semicolons, blanks and tabs separate,
// several of them count as one, and only the first line is read.
func (s Setting) Items() []ListItem {
	text, _, _ := strings.Cut(s.Text, "\n")
	return SplitItems(text, s.Origin, func(c byte) bool { return c == ',' || c == ';' || c == ' ' || c == '\t' })
}

// SplitItems cuts text, which begins at the beginning of the origin's value, at separators.
func SplitItems(text string, origin Origin, separates func(byte) bool) []ListItem {
	var items []ListItem
	if n := countItems(text, separates); n > 0 {
		items = make([]ListItem, 0, n)
	}
	for start := 0; start < len(text) && len(items) < maxItems; {
		if separates(text[start]) {
			start++
			continue
		}
		end := start
		for end < len(text) && !separates(text[end]) {
			end++
		}
		items = append(items, ListItem{Text: text[start:end], Origin: origin.Sub(start, end)})
		start = end
	}
	return items
}

// countItems is how many items SplitItems makes.
func countItems(text string, separates func(byte) bool) (count int) {
	inside := false
	for i := 0; i < len(text) && count < maxItems; i++ {
		was := inside
		if inside = !separates(text[i]); inside && !was {
			count++
		}
	}
	return count
}
