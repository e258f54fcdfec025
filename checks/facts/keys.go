package facts

// Facts that are no single setting. Bitbucket properties, pgpool.conf and postgresql.conf parameters and image variables
// are keys by their own names.
const (
	JDBCURLKey          Key = "jdbc.url"
	JDBCUser            Key = "jdbc.user"
	JDBCPassword        Key = "jdbc.password"
	JDBCDriver          Key = "jdbc.driver"
	PoolSizeMax         Key = "db.pool.size.max"
	PropertiesFiles     Key = "bitbucket.properties files"
	BitbucketContainers Key = "Bitbucket containers"
	BitbucketVersion    Key = "Bitbucket version"
	BitbucketNodes      Key = "Bitbucket nodes"

	PgpoolEnvironment Key = "Pgpool-II environment" // every variable of the image
	PgpoolFiles       Key = "pgpool.conf files"
	PgpoolVersion     Key = "Pgpool-II version"
	PgpoolImage       Key = "Pgpool-II image"
	PgpoolSettings    Key = "Pgpool-II settings" // every effective parameter
	BackendNodes      Key = "backend nodes"
	BackendList       Key = "PGPOOL_BACKEND_NODES entries"

	PostgreSQLNodes   Key = "PostgreSQL nodes"
	PostgreSQLVersion Key = "PostgreSQL version"
	NodeEnvironment   Key = "PostgreSQL node environment" // every variable of the image
	Containers        Key = "containers"
	EveryValue        Key = "every value"
	EveryProperty     Key = "every Bitbucket property"
	Today             Key = "today's date"
	PostgresSupport   Key = "what Bitbucket supports, by the user"
	EndsOfLife        Key = "ends of life, by the user"
	PgpoolFixes       Key = "fixed vulnerabilities, by the user"

	// Measured facts.
	LiveLogin        Key = "measured login"
	LiveServer       Key = "measured server"
	LivePoolNodes    Key = "SHOW pool_nodes"
	LivePostgreSQL   Key = "measured PostgreSQL"
	LiveNodes        Key = "measured backend nodes"
	LiveCapacity     Key = "measured capacity"
	LiveIdle         Key = "measured idle connection"
	LiveParameters   Key = "measured parameters"
	LiveProcesses    Key = "SHOW pool_processes"
	LiveHealthChecks Key = "SHOW pool_health_check_stats"
	LiveRepmgr       Key = "repmgr.nodes"
	LiveRoundTrips   Key = "measured round trips"
)
