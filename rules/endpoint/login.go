package endpoint

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Login guards the login of Bitbucket's role. Pgpool-II gives nearly all refusals one SQLSTATE, and some a misleading text;
// each cause has its own advice here.
var Login = &rules.Rule{
	ID:       "endpoint/login",
	Title:    "Bitbucket's role may log in to Bitbucket's database",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin},
	Check: func(p *rules.Pass) {
		snapshot := p.Snapshot()
		if snapshot == nil {
			return
		}
		login := snapshot.Login
		_, unreachable := unreached[login.Cause]
		switch {
		case login.OK:
			p.OK()
		case unreachable:
			p.Skipf("no server was reached: %s (endpoint/reachable)", login.Cause)
		case login.Cause == facts.CauseCancelled:
			p.Skipf("the run was ended before the server answered")
		default:
			reason, ok := refused[login.Cause]
			if login.Cause == facts.CauseWrongPassword && login.Error != nil && !login.Error.FromPgpool {
				reason = wrongForPostgreSQL
				if login.Error.Code == protocolViolation {
					reason = wrongForPooler
				}
			} else if !ok {
				reason = refused[facts.CauseUnknown]
			}
			reason.fail(p, snapshot)
		}
	},
}

// wrongForPostgreSQL is a password that PostgreSQL refused itself, so that no pool_passwd is between.
var wrongForPostgreSQL = advice{
	"PostgreSQL refuses the password of {role}",
	`Correct jdbc.password, or give the role the password again: ALTER ROLE {"role"} PASSWORD '...'.`,
}

// protocolViolation is the SQLSTATE of all that PgBouncer says by itself.
const protocolViolation = "08P01"

// wrongForPooler is a password that another pooler refused.
var wrongForPooler = advice{
	"PgBouncer or a pooler like it answers at {address}, not Pgpool-II, and refuses the password of {role}",
	"Put host and port of Pgpool-II into jdbc.url. If the pooler is meant to stand there, make jdbc.password the one in its auth_file.",
}

// refused are the causes of a login that a server turned down.
var refused = map[facts.LoginCause]advice{
	facts.CauseWrongPassword: {
		"the password of {role} is not the one in Pgpool-II's pool_passwd (Pgpool-II's words for it say that the user does not exist)",
		"Make jdbc.password, pool_passwd (PGPOOL_POSTGRES_CUSTOM_PASSWORDS, in the order of the users) and the role's password in PostgreSQL the same; after a change in pool_passwd run `pgpool reload`, or start the container anew.",
	},
	facts.CauseNoPassword: {
		"the server asks for the password of {role} and none was given",
		"Set jdbc.password; to try a login without it in a file, give it to bbdoctor in BBDOCTOR_PASSWORD or by --password-file.",
	},
	facts.CauseNotInPoolPasswd: {
		"Pgpool-II has no usable password for {role} in pool_passwd: the role cannot log in through Pgpool-II, even if it can directly",
		"Add {role} to PGPOOL_POSTGRES_CUSTOM_USERS and its password to PGPOOL_POSTGRES_CUSTOM_PASSWORDS and start the container anew; without the image write it with pg_enc (SCRAM cannot use an entry made by pg_md5), check that .pgpoolkey is the key it was written with, and run `pgpool reload`.",
	},
	facts.CausePoolHBA: {
		"pool_hba.conf does not let {role} in to {database} from here",
		"Add a line for {role}, {database} and the address of Bitbucket's host (the detail names what was looked for) to pool_hba.conf, above any line that rejects it, and run `pgpool reload`.",
	},
	facts.CausePgHBA: {
		"pg_hba.conf of the PostgreSQL node does not let {role} in to {database}",
		"Add a line for {role}, {database} and the address of Pgpool-II's host to pg_hba.conf of every node, the standby too, and reload them.",
	},
	facts.CauseNoRole: {
		"the role {role} does not exist in PostgreSQL, or may not log in",
		`Create it on the primary (CREATE ROLE {"role"} LOGIN PASSWORD '...'), or allow it to log in: ALTER ROLE {"role"} LOGIN.`,
	},
	facts.CauseNoDatabase: {
		"there is no database {database}",
		`Correct the database in jdbc.url, or create it on the primary: CREATE DATABASE {"database"} WITH ENCODING 'UTF8' OWNER {"role"} CONNECTION LIMIT -1.`,
	},
	facts.CauseNoConnectRight: {
		"{role} may not connect to the database {database}",
		`Grant it, on the primary: GRANT CONNECT ON DATABASE {"database"} TO {"role"}; if the database allows no connections at all: ALTER DATABASE {"database"} ALLOW_CONNECTIONS true.`,
	},
	facts.CauseRoleLimit: {
		"the role {role} has no connection left under its CONNECTION LIMIT; connections that Pgpool-II keeps idle for later clients count too",
		`Take the limit away, on the primary: ALTER ROLE {"role"} CONNECTION LIMIT -1.`,
	},
	facts.CauseDatabaseLimit: {
		"the database {database} has no connection left under its CONNECTION LIMIT; connections that Pgpool-II keeps idle for later clients count too",
		`Take the limit away, on the primary: ALTER DATABASE {"database"} CONNECTION LIMIT -1.`,
	},
	facts.CauseServerFull: {
		"PostgreSQL has no connection left: max_connections is too small for what Pgpool-II keeps open",
		"Raise max_connections on every node, the standby first, above num_init_children x max_pool and what is reserved for superusers; or lower max_pool and restart Pgpool-II.",
	},
	facts.CausePgpoolFull: {
		"all child processes of Pgpool-II are busy: it turns the connection away",
		"Raise num_init_children (PGPOOL_NUM_INIT_CHILDREN) above what all Bitbucket nodes may open, keep max_connections of every node above it, and restart Pgpool-II.",
	},
	facts.CauseAllBackendsDown: {
		"Pgpool-II holds every backend node for down and lets nobody in",
		"Start PostgreSQL, then attach the primary first (`pcp_attach_node -n N`) or restart Pgpool-II with -D. If the nodes run, they failed the health check: check health_check_user, its password, and that the nodes have connections left.",
	},
	facts.CauseBackendRefuses: {
		"one backend node refuses the session that another accepts; Pgpool-II opens it on every live node, so nobody gets in",
		"Read the refusing node's log (backends/accept-logins names the node): it has no connection left (max_connections, or a CONNECTION LIMIT of {role} or {database}), is starting, or its pg_hba.conf, roles or databases differ. Mend it, or detach it for now: `pcp_detach_node -n N`. If Pgpool-II says `unable to get session context`, it is 4.6, which says so of whatever PostgreSQL refuses, and of a mere warning at the login (rule database/collation).",
	},
	facts.CauseBackendWarns: {
		"one backend node sends a warning at the login and another does not; Pgpool-II lets nobody in for whom its nodes do not answer alike",
		"Log in to each node directly with psql (backends/accept-logins names the node that warns) and mend what it warns of; of a collation version mismatch see rule database/collation. Until then, client_min_messages = error in that node's postgresql.conf and a reload keep it quiet (ALTER ROLE does not), or detach it: `pcp_detach_node -n N`.",
	},
	facts.CauseBackendLost: {
		"Pgpool-II cannot reach a backend node that it holds for up",
		"Start the node or detach it (`pcp_detach_node -n N`); set health_check_period above 0 so that Pgpool-II notices by itself.",
	},
	facts.CauseBackendPassword: {
		"Pgpool-II accepts the password of {role} and PostgreSQL does not: the role is missing there, has expired, or has another password than pool_passwd",
		`Look at the role on the primary (SELECT rolcanlogin, rolvaliduntil FROM pg_roles WHERE rolname = '...'); create it, ALTER ROLE {"role"} VALID UNTIL 'infinity', or make its password the one in pool_passwd.`,
	},
	facts.CauseStarting: {
		"the server is starting up, shutting down or recovering and lets nobody in yet",
		"Wait and try again (--wait 2m); if it lasts, read the log of the PostgreSQL node.",
	},
	facts.CauseUnknown: {
		"the login of {role} to {database} at {address} fails",
		"Read the log of Pgpool-II and of the PostgreSQL nodes for this moment.",
	},
}
