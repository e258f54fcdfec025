package jdbcurl

// TextEdit replaces the bytes [Start, End) of a URL's text.
type TextEdit struct {
	Start, End int
	New        string
}

// Apply makes the edits, which are in order and do not overlap.
func Apply(text string, edits []TextEdit) string {
	out := make([]byte, 0, len(text))
	at := 0
	for _, edit := range edits {
		out = append(append(out, text[at:edit.Start]...), edit.New...)
		at = edit.End
	}
	return string(append(out, text[at:]...))
}

// Without gives the edits of the text that take away these parameters of the URL, each with one "&" beside it. When none is
// left the "?" goes as well, unless keepQuestion. Every other byte stays; "&" that separate nothing go only next to what is
// taken away.
func (u URL) Without(parameters []Parameter, keepQuestion bool) []TextEdit {
	places := make(map[Span]bool, len(parameters))
	for _, parameter := range parameters {
		places[parameter.Span] = true
	}
	gone := func(parameter Parameter) bool { return places[parameter.Span] }
	var edits []TextEdit
	kept := -1 // the last parameter that stays
	for i := 0; i < len(u.Parameters); i++ {
		if !gone(u.Parameters[i]) {
			kept = i
			continue
		}
		next := i + 1
		for next < len(u.Parameters) && gone(u.Parameters[next]) {
			next++
		}
		edit := TextEdit{Start: u.Parameters[i].Span.Start, End: len(u.Text)}
		if kept < 0 {
			edit.Start = u.Question + 1
		}
		switch {
		case next < len(u.Parameters):
			edit.End = u.Parameters[next].Span.Start
		case kept >= 0:
			edit.Start = u.Parameters[kept].Span.End
		case !keepQuestion:
			edit.Start = u.Question
		}
		edits = append(edits, edit)
		i = next - 1
	}
	return edits
}
