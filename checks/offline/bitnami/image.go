package bitnami

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// reference is an image reference taken apart: registry/path/name:tag@digest.
type reference struct {
	repository string // without tag and digest
	name       string // the last part of the repository
	tag        string
	digest     bool
}

func parseReference(text string) reference {
	var r reference
	text, _, r.digest = strings.Cut(text, "@")
	slash := strings.LastIndexByte(text, '/')
	// A colon before the last slash belongs to a registry's port.
	if colon := strings.LastIndexByte(text, ':'); colon > slash {
		text, r.tag = text[:colon], text[colon+1:]
	}
	r.repository, r.name = text, text[slash+1:]
	return r
}

// pgpoolVersion reads Pgpool-II's version off the image's tag: "4.5.5" or "4.5".
func pgpoolVersion(image facts.Setting) facts.Setting {
	return version(facts.PgpoolVersion, "Pgpool-II", image, func(r reference) (string, bool) {
		if !strings.Contains(strings.ToLower(r.name), "pgpool") {
			return "", false
		}
		number := leadingVersion(r.tag, 3)
		return number, strings.HasPrefix(number, "4.") || strings.HasPrefix(number, "3.")
	})
}

// postgresVersion reads PostgreSQL's major version off the image's tag: "17", or "9.6".
func postgresVersion(image facts.Setting) facts.Setting {
	return version("PostgreSQL version", "PostgreSQL", image, func(r reference) (string, bool) {
		switch strings.ToLower(r.name) {
		case "postgres", "postgresql", "postgresql-repmgr", "repmgr":
		default:
			return "", false
		}
		number := leadingVersion(r.tag, 2)
		major, minor, _ := strings.Cut(number, ".")
		switch {
		case major == "9" && minor != "":
			return major + "." + minor, true
		case len(major) == 2 && major[0] >= '1' && major[0] <= '3':
			return major, true
		}
		return "", false
	})
}

// version makes a setting out of what read finds in the image's tag.
func version(key facts.Key, program string, image facts.Setting, read func(reference) (string, bool)) facts.Setting {
	unresolved := func(why string) facts.Setting {
		return facts.Setting{Key: key, State: facts.Unresolved, Why: why, Origin: image.Origin}
	}
	switch {
	case image.State == facts.Absent:
		return unresolved("no image is named")
	case !image.Known():
		return unresolved(image.Why)
	}
	r := parseReference(image.Text)
	switch {
	case r.tag == "" && r.digest:
		return unresolved("the image is named by a digest alone")
	case r.tag == "", r.tag == "latest":
		return unresolved("the image's tag is latest")
	}
	number, ok := read(r)
	if !ok {
		return unresolved("the image's tag " + r.tag + " does not tell the version of " + program)
	}
	at := strings.LastIndex(image.Text, ":"+r.tag) + 1
	return facts.Setting{
		Key: key, Text: number, Norm: number, State: facts.Set, Why: "the image's tag",
		Origin: image.Origin.Sub(at, at+len(r.tag)), Via: image.Via,
	}
}

// leadingVersion is the numbers with points between that a tag begins with, at most so many; "" when the tag begins
// otherwise or goes on with a letter.
func leadingVersion(tag string, parts int) string {
	end := 0
	for parts > 0 {
		digits := end
		for digits < len(tag) && tag[digits] >= '0' && tag[digits] <= '9' && digits-end < 6 {
			digits++
		}
		if digits == end {
			break
		}
		end = digits
		if parts--; parts == 0 || end >= len(tag) || tag[end] != '.' {
			break
		}
		end++
	}
	number := strings.TrimSuffix(tag[:end], ".")
	if rest := tag[len(number):]; rest != "" && rest[0] != '.' && rest[0] != '-' && rest[0] != '_' && rest[0] != '+' {
		return ""
	}
	return number
}
