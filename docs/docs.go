// Package docs holds the documentation that is part of the program.
package docs

import (
	"embed"
)

//go:embed rules
var rules embed.FS

// Rule gives the page of a rule, in Markdown. ok is false when there is no such page.
func Rule(id string) (page string, ok bool) {
	text, err := rules.ReadFile("rules/" + id + ".md")
	if err != nil {
		return "", false
	}
	return string(text), true
}
