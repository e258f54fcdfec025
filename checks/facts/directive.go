package facts

// Directive is a comment in a file that speaks to bbdoctor: bbdoctor:ignore RULE -- reason. What it says is for whoever
// judges.
type Directive struct {
	// Text is what follows the marker in the comment.
	Text string
	// Origin is the marker with that text.
	Origin Origin
	// First and Last are the lines that the comment speaks of: its own and, when it stands alone on it, what the next line
	// begins. A comment in front of everything else in a file speaks of the file from its first line.
	First, Last int
}

// Marker begins a [Directive].
const Marker = "bbdoctor:ignore"
