package facts

// NoteKind says what is to be known of a name beyond its value.
type NoteKind string

// The kinds. All but NoteDeprecated and NoteRefused mean that the value has no effect.
const (
	NoteUnknown     NoteKind = "unknown"     // nothing of that name is read; Nearest has what may have been meant
	NoteRemoved     NoteKind = "removed"     // earlier versions read it; Replacement and Since say what came instead
	NoteTooNew      NoteKind = "too new"     // only later versions than the declared one read it, from Since on
	NoteDeprecated  NoteKind = "deprecated"  // an old name that is still taken for Replacement
	NoteConstant    NoteKind = "constant"    // the image overwrites it at start
	NoteIneffective NoteKind = "ineffective" // the program accepts it and does nothing with it; Why says since when or unless what
	NoteOtherImage  NoteKind = "other image" // another image reads it; Why says which
	NoteRefused     NoteKind = "refused"     // the name itself stops the program; Why says how
)

// VariableNote is what the tables of an image or a program tell of a name that is written among its settings. It is a
// fact, not a verdict.
type VariableNote struct {
	Kind NoteKind
	// Nearest is the known name that is most alike; empty when none is alike enough.
	Nearest string
	// Replacement names what does now what the name did, as a user would write it; empty when nothing does.
	Replacement string
	// Since is the version, or the day, of the change: "4.2", "2019-10-10". Empty when it is not known.
	Since string
	// Why is the reason in a few words, for the kinds that need one.
	Why string
	// Origin is where the name is written; of several places the strongest.
	Origin Origin
}

// RefusalKind groups the start-up checks of an image.
type RefusalKind string

// The kinds of checks.
const (
	RefusalMissing  RefusalKind = "missing"  // a variable that must have a value is not set or empty
	RefusalFile     RefusalKind = "file"     // a file that a variable names is not there
	RefusalCount    RefusalKind = "count"    // two lists that belong together differ in length
	RefusalConflict RefusalKind = "conflict" // two settings exclude each other
	RefusalEntry    RefusalKind = "entry"    // an entry of a list is malformed
	RefusalValue    RefusalKind = "value"    // a value is none of those that are allowed
)

// Refusal is a check that an image makes when it starts and that the environment does not pass: the container prints the
// reason and ends.
type Refusal struct {
	Kind RefusalKind
	// Keys are the variables that the check looks at, the one to change first.
	Keys []Key
	// Reason says what is wrong, as a clause to follow the first variable's name: "is not set". It shows no secret.
	Reason string
	// Origin is the value, or the container where a variable is missing.
	Origin Origin
	// Undecided says that a value is not known on which the outcome depends; Reason then says why it is not.
	Undecided bool
}

// Unread is a file that a conf file includes and that could not be read, so that what it sets is not known.
type Unread struct {
	// Path is the file as it is named.
	Path   string
	Reason string
	Origin Origin
}

// UnknownVariables is an assignment without a name. It stands in a container's environment for variables that nobody
// knows, those of an env_file that is not among the inputs: every variable that is not given may then be given all the
// same, and none of its defaults is certain.
func UnknownVariables(why string, at Origin) Assignment {
	return Assignment{Value: Setting{State: Unresolved, Why: why, Origin: at}}
}
