package properties

import "bytes"

// piece is the part of a logical line that one natural line gives it.
type piece struct {
	at  int // offset in the logical line
	raw int // offset in the file
}

// lines cuts a file into logical lines as java.util.Properties does: blank lines and comments are passed over, and a
// natural line that ends in an odd number of backslashes is joined with the next one, without that backslash, the line
// end and the next line's leading blanks. LF, CR and CRLF end a natural line; space, tab and form feed are blank.
type lines struct {
	text []byte
	at   int // where the next natural line begins
	lf   int // the first LF at or behind the last place where one was looked for, len(text) if there is none

	escapedComment bool // a comment with a backslash was passed over

	line   []byte  // the logical line
	pieces []piece // where its bytes come from; never empty after next returned true
	joined []byte  // memory of line when it has more than one piece
}

func newLines(text []byte) *lines {
	return &lines{text: text, lf: -1}
}

// next goes to the next logical line; false at the end of the file.
func (l *lines) next() bool {
	l.pieces, l.joined = l.pieces[:0], l.joined[:0]
	text, i := l.text, l.at
	for {
		if i = l.skipBlanks(i); i == len(text) {
			l.at = i
			return len(l.pieces) > 0
		}
		if len(l.pieces) == 0 {
			// Also behind a line that is nothing but a backslash there may be a blank line or a comment.
			switch text[i] {
			case '\n', '\r':
				i++
				continue
			case '#', '!':
				end := l.lineEnd(i)
				l.escapedComment = l.escapedComment || bytes.IndexByte(text[i:end], '\\') >= 0
				i = end
				continue
			}
		}
		end := l.lineEnd(i)
		content := end
		for content > i && text[content-1] == '\\' {
			content--
		}
		continued := (end-content)%2 == 1
		content = end
		if continued {
			content--
		}
		// A file that ends right behind the backslash, or behind the backslash and one character of line end, has this
		// line even if nothing is left of it.
		last := end+1 >= len(text)
		if content > i || len(l.pieces) == 0 && last {
			l.add(i, content)
		}
		if !continued || last {
			l.at = end
			return true
		}
		if text[end] == '\r' && text[end+1] == '\n' {
			end++
		}
		i = end + 1
	}
}

// add appends text[start:end] to the logical line. The first piece is not copied.
func (l *lines) add(start, end int) {
	switch len(l.pieces) {
	case 0:
		l.line = l.text[start:end]
		l.pieces = append(l.pieces, piece{0, start})
		return
	case 1:
		l.joined = append(l.joined, l.line...)
	}
	l.pieces = append(l.pieces, piece{len(l.joined), start})
	l.joined = append(l.joined, l.text[start:end]...)
	l.line = l.joined
}

func (l *lines) skipBlanks(i int) int {
	for i < len(l.text) && isBlank(l.text[i]) {
		i++
	}
	return i
}

// lineEnd is the offset of the LF or CR that ends the natural line, or the end of the file. The next LF is remembered,
// so that a file with another kind of line end is not searched to its end for every line.
func (l *lines) lineEnd(i int) int {
	if l.lf < i {
		l.lf = len(l.text)
		if n := bytes.IndexByte(l.text[i:], '\n'); n >= 0 {
			l.lf = i + n
		}
	}
	if n := bytes.IndexByte(l.text[i:l.lf], '\r'); n >= 0 {
		return i + n
	}
	return l.lf
}

// raw is the place in the file of the byte at offset i of the logical line.
func (l *lines) raw(i int) int {
	n := len(l.pieces) - 1
	for l.pieces[n].at > i {
		n--
	}
	return l.pieces[n].raw + i - l.pieces[n].at
}

// rawEnd is the place in the file right behind the byte before offset i of the logical line. It differs from raw(i) where
// a continuation lies between the two.
func (l *lines) rawEnd(i int) int {
	if i == 0 {
		return l.raw(0)
	}
	return l.raw(i-1) + 1
}

// isBlank says whether Java passes over c at the start of a line and around a separator.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\f' }

// parts says where in a logical line the key ends and the value begins. The key ends at the first blank, "=" or ":" that
// no backslash precedes; between key and value stand blanks and at most one "=" or ":".
func parts(line []byte) (keyEnd, valueStart int) {
	for keyEnd < len(line) {
		switch line[keyEnd] {
		case '\\':
			keyEnd++ // a logical line never ends in a single backslash
		case '=', ':', ' ', '\t', '\f':
			separated := false
			for valueStart = keyEnd; valueStart < len(line); valueStart++ {
				c := line[valueStart]
				if isBlank(c) {
					continue
				}
				if separated || c != '=' && c != ':' {
					break
				}
				separated = true
			}
			return keyEnd, valueStart
		}
		keyEnd++
	}
	return len(line), len(line)
}
