package facts

import (
	"cmp"
	"sync"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

// Key names a fact. Bitbucket properties and pgpool.conf parameters are known by their own names; a variable of an image
// that stands for no parameter by the variable's name.
type Key string

// Collection is everything that was found in the inputs.
type Collection struct {
	Deployments []*Deployment
	// Others are the containers that run nothing of a deployment, with those variables only whose values come from a place
	// that may serve several: a variable, an env_file, an anchor.
	Others []*Container
	// Problems are inputs that could not be read or understood, in the order of their names.
	Problems []Problem
	// Directives are the comments that speak to bbdoctor, in the order of files and places.
	Directives []Directive
}

// Problem is an input that could not be read, or not wholly. It is the tool's failure to find out, never a verdict.
type Problem struct {
	// File is the input's name as shown; empty when the problem is not of one file.
	File string
	// Origin points into the file where that is possible.
	Origin  Origin
	Message string
	// Note is true for what the user should know but what left nothing unread: a template that was passed over.
	Note bool
	// Topic is the heading under which reports for people list it; "" for what could not be read, or not wholly.
	Topic string
}

// Compare orders problems by file and place.
func (p Problem) Compare(other Problem) int {
	return cmp.Or(cmp.Compare(p.File, other.File), cmp.Compare(p.Origin.Span.Start, other.Origin.Span.Start))
}

// Deployment is one installation: a Bitbucket, the Pgpool-II in front of its database, and the PostgreSQL nodes.
type Deployment struct {
	// Name is the directory that holds it, or "." when there is one and it has no name.
	Name string
	// Bitbucket is nil when no input configures Bitbucket.
	Bitbucket *Bitbucket
	// Pgpools are the Pgpool-II instances, each with its own settings; several of one deployment serve the same backend
	// nodes.
	Pgpools []*Pgpool
	// Nodes are the PostgreSQL nodes.
	Nodes []*Node
	// Live is what was measured; nil in an offline run.
	Live *Snapshot
	// Problems are what could not be told apart or read in this deployment.
	Problems []Problem
	// Today is the date by which ends of life are judged; zero when nobody said. Where something was measured, the
	// server's clock is stronger.
	Today time.Time
	// Tables are what the user knows better than the rules.
	Tables Tables

	// Assemble, when not nil, fills in Pgpools and Nodes, which have only what names and tells apart until then: of many
	// installations only those that are being judged are held in memory. The function that it gives takes it back, except
	// for the names.
	Assemble func() (release func())

	writtenOnce sync.Once
	written     []*Setting
}

// Bitbucket is how Bitbucket is configured, from bitbucket.properties and from the environment.
type Bitbucket struct {
	// Name is the container's name, or the properties file.
	Name string
	// Settings are the effective properties by name; an environment variable is stronger than the file.
	Settings Settings
	// Files are the properties files as they were read.
	Files []*PropertiesFile
	// Containers are the Bitbucket containers, if any.
	Containers []*Container
	// URLs are the values of jdbc.url: the effective one first, then those that it hides.
	URLs []JDBCURL
	// Version is Bitbucket's version: given by the user, read from an image tag, or the Default that is assumed.
	Version Setting
	// Nodes is the number of Bitbucket nodes: given, read, or the Default of 1. Norm is the decimal number.
	Nodes Setting
}

// PropertiesFile is one bitbucket.properties.
type PropertiesFile struct {
	Source *Source
	// Entries are all key-value pairs in the order of the file, as java.util.Properties reads them in ISO-8859-1.
	Entries []Assignment
	// Refused says why java.util.Properties does not load the file at all (a malformed \u), and where; empty if it does.
	Refused   string
	RefusedAt Origin
	// Disagreements are keys that another way of reading sees differently.
	Disagreements []Disagreement
}

// Disagreement is a key for which two ways of reading one file differ.
type Disagreement struct {
	Key string
	// Reader is the other way of reading: "UTF-8", "Spring Boot".
	Reader string
	// Missing says that the other reader does not know the key at all; Extra, that only the other reader knows it.
	Missing, Extra bool
	Origin         Origin
}

// JDBCURL is one value of jdbc.url, read as the PostgreSQL driver reads it.
type JDBCURL struct {
	Setting
	Parsed jdbcurl.URL
	// Shadowed says that another value is stronger, so that this one has no effect today.
	Shadowed bool
}

// Pgpool is one Pgpool-II instance.
type Pgpool struct {
	// Measured says that this is the running instance, not one that files declare.
	Measured bool
	// Name is the container's name or the file.
	Name string
	// Container is nil when the settings come from a pgpool.conf of its own.
	Container *Container
	// Image says that the Bitnami image (or a rebuild of it) makes pgpool.conf out of the environment.
	Image bool
	// Environment has the image's variables by name as they were written, the effective ones with those they hide.
	Environment Layers
	// Settings are the effective pgpool.conf parameters, in pgpool's vocabulary, defaults filled in.
	Settings Layers
	// Backends are the backend nodes in the order of their index.
	Backends []BackendNode
	// BackendList is PGPOOL_BACKEND_NODES taken apart entry by entry, as written.
	BackendList []BackendEntry
	// Version is Pgpool-II's version if a tag or a file tells it: "4.5.5".
	Version Setting
	// Files are the pgpool.conf files read for it, with every assignment in order.
	Files []*ConfFile
	// Notes tell of variables and parameters that are written but not taken as such, by the name as written.
	Notes map[string]VariableNote
	// Refusals are the start-up checks of the image that the environment does not pass.
	Refusals []Refusal
}

// BackendNode is one PostgreSQL backend as Pgpool-II sees it.
type BackendNode struct {
	Index                                                    string
	Host, Port, Weight, DataDirectory, Flag, ApplicationName Setting
}

// BackendEntry is one entry of PGPOOL_BACKEND_NODES: index:host[:port[:weight[:directory[:flag]]]].
type BackendEntry struct {
	// Fields are the texts between the colons as written, empty ones included.
	Fields []ListItem
	Text   string
	Origin Origin
}

// ListItem is one element of a list value, with its own place.
type ListItem struct {
	Text   string
	Origin Origin
}

// ConfFile is a pgpool.conf or postgresql.conf with its assignments in the order in which the server reads them.
type ConfFile struct {
	Source *Source
	// Name is where the name of a file stands that is inside another one, a ConfigMap; nothing for a file of its own.
	Name        Origin
	Assignments []Assignment
	// Refused says why the server does not accept the file; empty if it does.
	Refused   string
	RefusedAt Origin
	// Unread are included files that could not be read.
	Unread []Unread
}

// Node is one PostgreSQL node.
type Node struct {
	// Measured says that this is the running node, not one that files declare.
	Measured bool
	// InRecovery says that a running node is a standby.
	InRecovery bool
	// Name is REPMGR_NODE_NAME, else the container's name, else the file.
	Name      string
	Container *Container // nil for a node known by postgresql.conf alone
	// Environment has the image's variables, aliases resolved to their canonical names.
	Environment Layers
	// Settings are PostgreSQL's parameters: max_connections, idle_session_timeout and the few others that matter.
	Settings Layers
	// Image says that it is the postgresql-repmgr image or a rebuild of it.
	Image bool
	// Version is PostgreSQL's major version if a tag tells it.
	Version Setting
	Files   []*ConfFile
	// Notes tell of variables that are written but not taken as such, by the name as written.
	Notes map[string]VariableNote
	// Refusals are the start-up checks of the image that the environment does not pass.
	Refusals []Refusal
}
