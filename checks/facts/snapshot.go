package facts

import "time"

// SnapshotSchema names version 1 of a saved snapshot.
const SnapshotSchema = "bbdoctor.snapshot/v1"

// Snapshot is what the live probes measured: everything that a rule may know of the running endpoint, redacted, so that it
// can be saved and judged again without a network. Durations are nanoseconds in JSON.
type Snapshot struct {
	Schema   string   `json:"schema"`
	Endpoint Endpoint `json:"endpoint"`
	// Login is how the login through the endpoint went. Without it everything below is empty.
	Login Login `json:"login"`
	// Server is which software answers.
	Server Server `json:"server"`
	// Pgpool are the running parameters by PGPOOL SHOW, in pgpool.conf's vocabulary.
	Pgpool []Measured `json:"pgpool"`
	// PoolNodes are the rows of SHOW pool_nodes.
	PoolNodes []PoolNode `json:"poolNodes"`
	// Processes are the child processes by SHOW pool_processes; nil when it could not be asked.
	Processes *Processes `json:"processes"`
	// HealthChecks are the rows of SHOW pool_health_check_stats (4.2 and later).
	HealthChecks []HealthCheck `json:"healthChecks"`
	// PostgreSQL is what one statement on the primary told; nil when it could not be asked.
	PostgreSQL *PostgreSQL `json:"postgresql"`
	// Nodes are the backend nodes that were asked directly, with --admin-user.
	Nodes []NodeProbe `json:"nodes"`
	// Admin says how the second login went; nil when nobody asked for one.
	Admin *Login `json:"admin"`
	// RepmgrNodes are the rows of repmgr.nodes; nil when they could not be read, RepmgrError then says why.
	RepmgrNodes []RepmgrNode `json:"repmgrNodes"`
	RepmgrError string       `json:"repmgrError"`
	// RoundTrips are the times of all waits of the session through the endpoint, from what was sent to the first byte of the
	// answer: the request for TLS, the messages of the login, and each packet of statements.
	RoundTrips []time.Duration `json:"roundTrips"`
	// Capacity and Idle are the probes that hold connections; nil when they were not asked for.
	Capacity *CapacityProbe `json:"capacity"`
	Idle     *IdleProbe     `json:"idle"`
	// Queries is the log of everything that was asked, in order.
	Queries []Query `json:"queries"`
}

// Endpoint is where the probes went.
type Endpoint struct {
	Host     string `json:"host"`
	Port     string `json:"port"`
	Database string `json:"database"`
	User     string `json:"user"`
	// SSLMode is the mode that jdbc.url asks for ("prefer" if it does not say), as libpq names them.
	SSLMode string `json:"sslmode"`
	// Source says what named the endpoint: "jdbc.url", "--endpoint".
	Source string `json:"source"`
	// TLS says that the session is encrypted.
	TLS bool `json:"tls"`
}

// LoginCause is why a login failed, told apart by message, fields and behaviour.
type LoginCause string

// The causes. Each has its own advice in rule endpoint/login or endpoint/reachable.
const (
	CauseNone            LoginCause = ""                       // the login succeeded
	CauseNoHost          LoginCause = "no such host"           // the name does not resolve
	CauseRefused         LoginCause = "refused"                // nothing listens there
	CauseUnreachable     LoginCause = "unreachable"            // no route, or no answer to the TCP connection
	CauseSilence         LoginCause = "no answer"              // connected, and not a byte: all children busy, or a failover
	CauseHang            LoginCause = "a backend node hangs"   // answered, and then nothing: a frozen node
	CauseClosed          LoginCause = "closed"                 // connected, and closed without a message
	CauseNotPostgreSQL   LoginCause = "not PostgreSQL"         // what answers speaks another protocol
	CauseTLSRefused      LoginCause = "TLS refused"            // jdbc.url wants TLS, the server has none
	CauseTLSFailed       LoginCause = "TLS failed"             // the handshake or the certificate
	CauseWrongPassword   LoginCause = "wrong password"         //
	CauseNoPassword      LoginCause = "no password"            // the server wants one and none was given
	CauseNotInPoolPasswd LoginCause = "not in pool_passwd"     // the role, or a usable entry for it
	CausePoolHBA         LoginCause = "pool_hba"               // pool_hba.conf rejects
	CausePgHBA           LoginCause = "pg_hba"                 // pg_hba.conf of a node rejects
	CauseNoRole          LoginCause = "no such role"           // or it may not log in
	CauseNoDatabase      LoginCause = "no such database"       //
	CauseNoConnectRight  LoginCause = "no CONNECT right"       // or the database allows no connections
	CauseRoleLimit       LoginCause = "role limit"             // rolconnlimit
	CauseDatabaseLimit   LoginCause = "database limit"         // datconnlimit
	CauseServerFull      LoginCause = "server full"            // PostgreSQL's max_connections
	CausePgpoolFull      LoginCause = "pgpool full"            // num_init_children - reserved_connections
	CauseAllBackendsDown LoginCause = "all backends down"      //
	CauseBackendRefuses  LoginCause = "a backend node refuses" // kind does not match between main...
	CauseBackendWarns    LoginCause = "a backend node warns"   // kind does not match, for one sends a notice
	CauseBackendLost     LoginCause = "backend unreachable"    // up for pgpool, and not there
	CauseBackendPassword LoginCause = "backend password"       // pool_passwd's password is not the backend's
	CauseStarting        LoginCause = "starting up"            // 57P03
	CauseUnknown         LoginCause = "unknown"                // a message that is in no table
	CauseCancelled       LoginCause = "cancelled"              // the user ended the run
)

// Login is one attempt to log in.
type Login struct {
	OK    bool       `json:"ok"`
	Cause LoginCause `json:"cause"`
	// Error is the server's own message, or the failure of the network; redacted.
	Error *ServerError `json:"error"`
	// WithoutTLS says that the message could only be read by trying once more without TLS, no password being sent.
	WithoutTLS bool `json:"withoutTLS"`
	// Attempts counts tries, more than 1 with --wait.
	Attempts int           `json:"attempts"`
	Took     time.Duration `json:"took"`
	// ParameterStatus are the parameters that the server reported with the login: in_hot_standby, server_version, ...
	ParameterStatus map[string]string `json:"parameterStatus"`
}

// ServerError is a message of a server, or of the network when only Message is filled.
type ServerError struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Detail   string `json:"detail"`
	Hint     string `json:"hint"`
	// FromPgpool says that Pgpool-II itself raised it: it sends no non-localised severity and no routine.
	FromPgpool bool `json:"fromPgpool"`
}

// ServerKind is a kind of software.
type ServerKind string

// The kinds.
const (
	KindPgpool     ServerKind = "pgpool"
	KindPostgreSQL ServerKind = "postgresql"
	KindPgBouncer  ServerKind = "pgbouncer"
	KindOther      ServerKind = "other"
)

// Server is the software that answers.
type Server struct {
	Kind ServerKind `json:"kind"`
	// Version is Pgpool-II's when Kind is KindPgpool: "4.3.5". Text is the answer as it came.
	Version string `json:"version"`
	Text    string `json:"text"`
}

// Measured is one parameter of a running server.
type Measured struct {
	Name  string `json:"name"`
	Value string `json:"value"` // as the server writes it: "5min"
	Norm  string `json:"norm"`  // as Setting.Norm
	Query string `json:"query"` // the statement that gave it
}

// PoolNode is a row of SHOW pool_nodes; a column that the version does not have is empty.
type PoolNode struct {
	ID       string `json:"id"`
	Hostname string `json:"hostname"`
	Port     string `json:"port"`
	// Status is what Pgpool-II believes: up, waiting, down, unused, quarantine. PgStatus is measured: up, down, unknown.
	Status   string `json:"status"`
	PgStatus string `json:"pgStatus"`
	// Role is what Pgpool-II believes: primary, standby (main, replica in other modes). PgRole is measured.
	Role                 string `json:"role"`
	PgRole               string `json:"pgRole"`
	LBWeight             string `json:"lbWeight"`
	LoadBalanceNode      string `json:"loadBalanceNode"`
	ReplicationDelay     string `json:"replicationDelay"` // bytes as digits, or "0.5 second" (4.4 and later with delay_threshold_by_time)
	ReplicationState     string `json:"replicationState"`
	ReplicationSyncState string `json:"replicationSyncState"`
	LastStatusChange     string `json:"lastStatusChange"` // local time of Pgpool-II, "2006-01-02 15:04:05"
}

// Processes counts child processes.
type Processes struct {
	Total int `json:"total"`
	// Busy are those that serve a client, the doctor's own included.
	Busy int `json:"busy"`
}

// HealthCheck is a row of SHOW pool_health_check_stats.
type HealthCheck struct {
	ID              string `json:"id"`
	Status          string `json:"status"`
	Role            string `json:"role"`
	Total           string `json:"total"`
	Success         string `json:"success"`
	Fail            string `json:"fail"`
	Skip            string `json:"skip"`
	Retry           string `json:"retry"`
	LastHealthCheck string `json:"lastHealthCheck"`
	LastSuccess     string `json:"lastSuccess"`
	LastFailed      string `json:"lastFailed"`
}

// PostgreSQL is what one statement, sent so that it reaches the primary, told of the server, the database and the role.
type PostgreSQL struct {
	VersionNum int    `json:"versionNum"` // server_version_num: 150018
	Version    string `json:"version"`
	// InRecovery is pg_is_in_recovery(); ReadOnly is transaction_read_only of a fresh transaction.
	InRecovery bool `json:"inRecovery"`
	ReadOnly   bool `json:"readOnly"`
	// Now is the server's clock, RFC 3339, and LocalNow the doctor's; rules about time use the server's.
	Now      string `json:"now"`
	LocalNow string `json:"localNow"`
	// Settings are current_setting() of the parameters that rules ask for, in milliseconds for time-outs as Norm.
	Settings []Measured `json:"settings"`
	Database Database   `json:"database"`
	Role     Role       `json:"role"`
	// SeesActivity says that the role may read other roles' sessions (pg_read_all_stats, pg_monitor, superuser).
	SeesActivity bool `json:"seesActivity"`
}

// Database is the database of the session.
type Database struct {
	Name              string `json:"name"`
	Encoding          string `json:"encoding"` // UTF8
	Collate           string `json:"collate"`
	Ctype             string `json:"ctype"`
	Provider          string `json:"provider"`               // libc, icu, builtin
	CollationVersion  string `json:"collationVersion"`       // as recorded
	ActualVersion     string `json:"actualCollationVersion"` // as the operating system has it now
	Owner             string `json:"owner"`
	OwnedByRole       bool   `json:"ownedByRole"` // directly or by membership
	ConnectionLimit   int    `json:"connectionLimit"`
	SearchPath        string `json:"searchPath"`
	CurrentSchema     string `json:"currentSchema"` // empty when the search path leads nowhere
	SchemaOwner       string `json:"schemaOwner"`
	SchemaOwnedByRole bool   `json:"schemaOwnedByRole"`
	MayCreateInSchema bool   `json:"mayCreateInSchema"`
	MayCreateSchema   bool   `json:"mayCreateSchema"` // CREATE on the database
	// ChangeLogLock is the row of databasechangeloglock; nil when there is no such table or it cannot be read.
	ChangeLogLock *ChangeLogLock `json:"changeLogLock"`
	// Sessions are the sessions on the database, as far as they can be seen.
	Sessions int `json:"sessions"`
}

// ChangeLogLock is Liquibase's lock.
type ChangeLogLock struct {
	Locked bool   `json:"locked"`
	By     string `json:"by"`
	Since  string `json:"since"`
}

// Role is the role that logged in.
type Role struct {
	Name            string `json:"name"`
	Superuser       bool   `json:"superuser"`
	Replication     bool   `json:"replication"`
	BypassRLS       bool   `json:"bypassRLS"`
	CreateRole      bool   `json:"createRole"`
	CreateDB        bool   `json:"createDB"`
	ConnectionLimit int    `json:"connectionLimit"`
	// ValidUntil is rolvaliduntil as text, empty when none; ValidFor are the seconds left, by the server's clock.
	ValidUntil string  `json:"validUntil"`
	ValidFor   float64 `json:"validFor"`
	// Settings are the words of ALTER ROLE/DATABASE ... SET that apply to the session: "role: statement_timeout=30s".
	Settings []RoleSetting `json:"settings"`
	// MemberOf and Members are other roles.
	MemberOf []string `json:"memberOf"`
	Members  []string `json:"members"`
	// OtherDatabases are databases beside Bitbucket's that the role owns or, PUBLIC's right aside, may connect to.
	OtherDatabases []string `json:"otherDatabases"`
	OwnsElsewhere  []string `json:"ownsElsewhere"` // databases in which it owns objects, by pg_shdepend
	// Applications are the application names of the role's sessions, the doctor's own left out.
	Applications []Application `json:"applications"`
}

// RoleSetting is one setting of pg_db_role_setting.
type RoleSetting struct {
	Scope string `json:"scope"` // "role", "database", "role in database"
	Name  string `json:"name"`
	Value string `json:"value"`
	Norm  string `json:"norm"` // time-outs in milliseconds
}

// Application counts sessions of the role.
type Application struct {
	Name     string `json:"name"`
	Database string `json:"database"`
	Client   string `json:"client"`
	Sessions int    `json:"sessions"`
}

// NodeProbe is a backend node that was asked directly.
type NodeProbe struct {
	ID         string     `json:"id"`
	Host       string     `json:"host"`
	Port       string     `json:"port"`
	Login      Login      `json:"login"`
	VersionNum int        `json:"versionNum"`
	InRecovery bool       `json:"inRecovery"`
	Settings   []Measured `json:"settings"`
	// Replication are the rows of pg_stat_replication on this node.
	Replication []Replication `json:"replication"`
	Collation   string        `json:"collation"` // actual version of the database's collation on this node
}

// Replication is a row of pg_stat_replication.
type Replication struct {
	ApplicationName string  `json:"applicationName"`
	State           string  `json:"state"`
	SyncState       string  `json:"syncState"`
	LagBytes        int64   `json:"lagBytes"`
	LagSeconds      float64 `json:"lagSeconds"`
}

// RepmgrNode is a row of repmgr.nodes.
type RepmgrNode struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Active   bool   `json:"active"`
	Upstream int    `json:"upstream"` // 0 when none
	Host     string `json:"host"`     // from conninfo, nothing else of it
	Port     string `json:"port"`
}

// CapacityProbe is the outcome of --probe-capacity.
type CapacityProbe struct {
	Wanted int           `json:"wanted"`
	Held   int           `json:"held"`
	Cause  LoginCause    `json:"cause"` // why the next one failed
	Error  *ServerError  `json:"error"`
	Took   time.Duration `json:"took"`
	// Declined says why the probe was not made: it would have taken too many children.
	Declined string `json:"declined"`
	// Unasked says that it was not made because there was nobody to ask.
	Unasked bool `json:"unasked,omitempty"`
}

// IdleProbe is the outcome of --probe-idle.
type IdleProbe struct {
	Wanted time.Duration `json:"wanted"`
	// Lived is how long the connection idled until it was found ended, or Wanted.
	Lived time.Duration `json:"lived"`
	Alive bool          `json:"alive"`
	Error *ServerError  `json:"error"`
}

// Query is one statement of the log. Statements that were sent in one packet follow each other; each took its time from the
// answer before it.
type Query struct {
	Statement string        `json:"statement"`
	Node      string        `json:"node"` // empty for the endpoint, else "host:port"
	Rows      int           `json:"rows"`
	Took      time.Duration `json:"took"`
	Error     *ServerError  `json:"error"`
}
