package report

import "unicode/utf16"

// shortened cuts a text to so many characters, counted as UTF-16 units as Bitbucket and GitHub do; a cut shows as "...".
func shortened(text string, most int) string {
	if len(text) <= most {
		return text // No text has more units than bytes.
	}
	const ellipsis = "..."
	units, fits := 0, 0
	for i, r := range text {
		if units+len(ellipsis) <= most {
			fits = i
		}
		units += utf16.RuneLen(r)
		if units > most {
			return text[:fits] + ellipsis
		}
	}
	return text
}
