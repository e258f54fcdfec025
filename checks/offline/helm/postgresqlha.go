package helm

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// The directory in which the chart keeps a node's data.
const dataDirectory = "/bitnami/postgresql"

// postgresqlHA gives the containers of Bitnami's chart: a Pgpool-II with its replicas, every PostgreSQL node by itself, and
// the witnesses.
func (r *reader) postgresqlHA(p part) {
	c := r.render(p)
	nodes := c.replicas("postgresql.replicaCount", 3)
	all := nodes <= maxReplicas && c.counted("postgresql.replicaCount") && c.counted("witness.create")
	if nodes > maxReplicas {
		r.problem(c.get("postgresql.replicaCount").origin(), "%d PostgreSQL nodes are more than bbdoctor reads; %d are checked", nodes, maxReplicas)
		nodes = maxReplicas
	}
	r.pgpool(p)
	for i := range nodes {
		r.node(p, i, nodes, false).Chart.AllNodes = all
	}
	if c.on("witness.create", false) {
		for i := range min(c.replicas("witness.replicaCount", 1), maxReplicas) {
			r.node(p, i, nodes, true).Chart.AllNodes = all
		}
	}
}

// whyHosts is why a list of hosts is not known.
const whyHosts = "the chart makes it of the release's name and the namespace"

// fullname is what the names of the chart's services begin with; "" when the values do not tell.
func (c *render) fullname() string {
	if v := c.get("fullnameOverride"); v.truthy() && v.fields == nil && !templated(v.node.Value) {
		return v.node.Value
	}
	release := c.release.Name
	if release == "" {
		return ""
	}
	name := PostgreSQLHA
	if v := c.get("nameOverride"); v.truthy() && v.fields == nil {
		name = v.node.Value
	}
	if contains(release, name) {
		return release
	}
	return release + "-" + name
}

// pgpool gives the Pgpool-II (templates/pgpool/deployment.yaml).
func (r *reader) pgpool(p part) {
	c := r.render(p)
	c.by("PGPOOL_POSTGRES_CUSTOM_USERS", "pgpool.customUsers.usernames", false)
	c.by("PGPOOL_POSTGRES_CUSTOM_PASSWORDS", "pgpool.customUsers.passwords", false)
	switch custom := c.get("pgpool.customUsersSecret"); {
	case custom.truthy():
		at := custom.setting("").Origin
		for _, name := range []string{"PGPOOL_POSTGRES_CUSTOM_USERS", "PGPOOL_POSTGRES_CUSTOM_PASSWORDS"} {
			c.add(name, facts.Setting{State: facts.Secret, Why: "it is in a Secret, which is not among the inputs", Origin: named(at)})
		}
	case c.get("pgpool.customUsers").truthy():
		c.text("PGPOOL_POSTGRES_CUSTOM_USERS", "pgpool.customUsers.usernames", "")
		c.text("PGPOOL_POSTGRES_CUSTOM_PASSWORDS", "pgpool.customUsers.passwords", "")
	}
	c.generated("PGPOOL_BACKEND_NODES", whyHosts)
	c.text("PGPOOL_SR_CHECK_USER", "pgpool.srCheckUsername", "sr_check_user")
	c.secret("PGPOOL_SR_CHECK_PASSWORD", "pgpool.srCheckPassword", "pgpool.srCheckPassword", "pgpool.existingSecret")
	c.text("PGPOOL_SR_CHECK_DATABASE", "pgpool.srCheckDatabase", "postgres")
	c.ldap()
	c.either("PGPOOL_POSTGRES_USERNAME", "postgresql.username", "postgresql.username", "postgres")
	c.secret("PGPOOL_POSTGRES_PASSWORD", "postgresql.password", "postgresql.password", "postgresql.existingSecret")
	c.either("PGPOOL_ADMIN_USERNAME", "pgpool.adminUsername", "pgpool.adminUsername", "admin")
	c.secret("PGPOOL_ADMIN_PASSWORD", "pgpool.adminPassword", "pgpool.adminPassword", "pgpool.existingSecret")
	c.text("PGPOOL_AUTHENTICATION_METHOD", "pgpool.authenticationMethod", "scram-sha-256")
	c.switched("PGPOOL_ENABLE_LOAD_BALANCING", "pgpool.useLoadBalancing", true)
	if c.on("pgpool.useLoadBalancing", true) {
		c.optional("PGPOOL_DISABLE_LOAD_BALANCE_ON_WRITE", "pgpool.disableLoadBalancingOnWrite", "transaction")
		c.while("PGPOOL_DISABLE_LOAD_BALANCE_ON_WRITE", "pgpool.useLoadBalancing")
	}
	c.switched("PGPOOL_ENABLE_CONNECTION_CACHE", "pgpool.useConnectionCache", true)
	c.switched("PGPOOL_ENABLE_LOG_CONNECTIONS", "pgpool.logConnections", false)
	c.switched("PGPOOL_ENABLE_LOG_HOSTNAME", "pgpool.logHostname", true)
	c.switched("PGPOOL_ENABLE_LOG_PCP_PROCESSES", "pgpool.logPcpProcesses", true)
	c.switched("PGPOOL_ENABLE_LOG_PER_NODE_STATEMENT", "pgpool.logPerNodeStatement", false)
	c.optional("PGPOOL_LOG_LINE_PREFIX", "pgpool.logLinePrefix", "")
	c.optional("PGPOOL_NUM_INIT_CHILDREN", "pgpool.numInitChildren", "")
	c.optional("PGPOOL_RESERVED_CONNECTIONS", "pgpool.reservedConnections", "1")
	c.optional("PGPOOL_MAX_POOL", "pgpool.maxPool", "")
	c.optional("PGPOOL_CHILD_MAX_CONNECTIONS", "pgpool.childMaxConnections", "")
	c.text("PGPOOL_CHILD_LIFE_TIME", "pgpool.childLifeTime", "")
	c.optional("PGPOOL_CLIENT_IDLE_LIMIT", "pgpool.clientIdleLimit", "")
	c.optional("PGPOOL_CONNECTION_LIFE_TIME", "pgpool.connectionLifeTime", "")
	c.tls()
	conf := c.configuration()
	c.extra("pgpool.extraEnvVars")
	c.elsewhere("pgpool.extraEnvVarsCM", "ConfigMap")
	c.elsewhere("pgpool.extraEnvVarsSecret", "Secret")
	c.neverRendered()
	container := &facts.Container{
		Name: "pgpool", Format: facts.Helm, Origin: c.origin("pgpool", "postgresql"),
		Image: c.image("pgpool.image", "docker.io", "bitnami/pgpool"), Environment: c.environment,
		Replicas: c.replicas("pgpool.replicaCount", 1), SharedNetwork: c.beside("pgpool.sidecars"), Chart: &c.chart,
	}
	if name := c.fullname(); name != "" {
		container.Name = name + "-pgpool"
	}
	container.Names = []string{container.Name}
	if conf != nil {
		container.Volumes = append(container.Volumes, *conf)
	}
	r.result.Containers = append(r.result.Containers, container)
}

// ldap adds the variables for LDAP, most of them only when it is on.
func (c *render) ldap() {
	c.switched("PGPOOL_ENABLE_LDAP", "ldap.enabled", false)
	if !c.on("ldap.enabled", false) {
		return
	}
	for _, row := range [][2]string{
		{"LDAP_URI", "ldap.uri"}, {"LDAP_BASE", "ldap.basedn"}, {"LDAP_BASE", "ldap.base"}, {"LDAP_BIND_DN", "ldap.binddn"},
		{"LDAP_BASE_LOOKUP", "ldap.bslookup"}, {"LDAP_SCOPE", "ldap.scope"}, {"LDAP_TLS_REQCERT", "ldap.tlsReqcert"},
	} {
		c.optional(row[0], row[1], "")
	}
	c.secret("LDAP_BIND_PASSWORD", "ldap.bindpw", "ldap.bindpw", "ldap.existingSecret")
}

// tls adds the variables for TLS.
func (c *render) tls() {
	c.switched("PGPOOL_ENABLE_TLS", "pgpool.tls.enabled", false)
	c.by("PGPOOL_TLS_CERT_FILE", "pgpool.tls.certFilename", false)
	c.by("PGPOOL_TLS_KEY_FILE", "pgpool.tls.certKeyFilename", false)
	if !c.on("pgpool.tls.enabled", false) {
		return
	}
	c.switched("PGPOOL_TLS_PREFER_SERVER_CIPHERS", "pgpool.tls.preferServerCiphers", true)
	for _, row := range [][2]string{
		{"PGPOOL_TLS_CERT_FILE", "pgpool.tls.certFilename"}, {"PGPOOL_TLS_KEY_FILE", "pgpool.tls.certKeyFilename"}, {"PGPOOL_TLS_CA_FILE", "pgpool.tls.certCAFilename"},
	} {
		c.optional(row[0], row[1], "")
		if v := c.get(row[1]); v == nil && row[0] != "PGPOOL_TLS_CA_FILE" && c.on("pgpool.tls.autoGenerated", false) {
			c.generated(row[0], "the chart makes the certificate")
		}
	}
}

// userConf is where the chart mounts pgpool.configuration.
const userConf = "/opt/bitnami/pgpool/user_config/pgpool.conf"

// configuration adds the file that the image puts behind its own pgpool.conf.
func (c *render) configuration() *facts.Volume {
	inline, named := c.get("pgpool.configuration"), c.get("pgpool.configurationCM")
	var volume *facts.Volume
	switch {
	case named.truthy():
		c.add("PGPOOL_USER_CONF_FILE", facts.Setting{Text: userConf, State: facts.Set, Origin: named.origin()})
	case inline.truthy():
		c.add("PGPOOL_USER_CONF_FILE", facts.Setting{Text: userConf, State: facts.Set, Origin: inline.origin()})
		if view := c.view(inline, "pgpool.conf"); view != nil {
			volume = &facts.Volume{Target: userConf, Origin: inline.origin(), File: view}
		}
	}
	if c.get("pgpool.poolHbaConfiguration").truthy() || named.truthy() {
		at := c.get("pgpool.poolHbaConfiguration")
		if !at.truthy() {
			at = named
		}
		c.add("PGPOOL_USER_HBA_FILE", facts.Setting{Text: "/opt/bitnami/pgpool/user_config/pool_hba.conf", State: facts.Set, Origin: at.origin()})
	}
	return volume
}

// neverRendered tells of values that the chart has and does nothing with.
func (c *render) neverRendered() {
	for _, row := range []struct{ path, instead string }{
		{"pgpool.clientMinMessages", "set PGPOOL_CLIENT_MIN_MESSAGES under pgpool.extraEnvVars"},
	} {
		if v := c.get(row.path); v.truthy() {
			c.note(v.origin(), "%s has no effect: the chart passes it on to nothing; %s", v.path, row.instead)
		}
	}
	if v := c.get("pgpool.containerPorts.postgresql"); v.truthy() && v.setting("").Text != "5432" {
		c.note(v.origin(), "%s does not change the port on which Pgpool-II listens: the chart passes it on to Kubernetes only; set PGPOOL_PORT_NUMBER under pgpool.extraEnvVars as well", v.path)
	}
}

// node gives a PostgreSQL node (templates/postgresql/statefulset.yaml), or a witness.
func (r *reader) node(p part, index, nodes int, witness bool) *facts.Container {
	c := r.render(p)
	values, kind := "postgresql", "postgresql"
	if witness {
		values, kind = "witness", "postgresql-witness"
	}
	name := kind + "-" + strconv.Itoa(index)
	known := c.fullname()
	if known != "" {
		name = known + "-" + name
	}
	c.either("POSTGRES_USER", "postgresql.username", "postgresql.username", "postgres")
	c.secret("POSTGRES_PASSWORD", "postgresql.password", "postgresql.password", "postgresql.existingSecret")
	if v := c.get("postgresql.postgresPassword"); v.truthy() || c.global("postgresql.postgresPassword") != nil {
		c.secret("POSTGRES_POSTGRES_PASSWORD", "postgresql.postgresPassword", "postgresql.postgresPassword", "postgresql.existingSecret")
	}
	c.either("POSTGRES_DB", "postgresql.database", "postgresql.database", "")
	c.optional("POSTGRESQL_MAX_CONNECTIONS", values+".maxConnections", "")
	c.optional("POSTGRESQL_POSTGRES_CONNECTION_LIMIT", values+".postgresConnectionLimit", "")
	c.optional("POSTGRESQL_USERNAME_CONNECTION_LIMIT", values+".dbUserConnectionLimit", "")
	c.optional("POSTGRESQL_STATEMENT_TIMEOUT", values+".statementTimeout", "")
	c.optional("POSTGRESQL_TCP_KEEPALIVES_IDLE", values+".tcpKeepalivesIdle", "")
	c.optional("POSTGRESQL_TCP_KEEPALIVES_INTERVAL", values+".tcpKeepalivesInterval", "")
	c.optional("POSTGRESQL_TCP_KEEPALIVES_COUNT", values+".tcpKeepalivesCount", "")
	c.text("POSTGRESQL_SHARED_PRELOAD_LIBRARIES", "postgresql.sharedPreloadLibraries", "pgaudit, repmgr")
	c.addDefault("POSTGRESQL_SR_CHECK", "yes")
	c.text("POSTGRESQL_SR_CHECK_USERNAME", "pgpool.srCheckUsername", "sr_check_user")
	c.secret("POSTGRESQL_SR_CHECK_PASSWORD", "pgpool.srCheckPassword", "pgpool.srCheckPassword", "pgpool.existingSecret")
	c.text("POSTGRESQL_SR_CHECK_DATABASE", "pgpool.srCheckDatabase", "postgres")
	for _, port := range []string{"POSTGRESQL_PORT_NUMBER", "REPMGR_PORT_NUMBER", "REPMGR_PRIMARY_PORT"} {
		c.text(port, "postgresql.containerPorts.postgresql", "5432")
	}
	if c.on("postgresql.syncReplication", false) && !witness {
		at := c.get("postgresql.syncReplication").origin()
		c.add("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS", facts.Setting{Text: strconv.Itoa(nodes - 1), State: facts.Set, Origin: at})
		c.optional("POSTGRESQL_SYNCHRONOUS_REPLICAS_MODE", "postgresql.syncReplicationMode", "")
	}
	c.repmgr(values, name, known != "", witness)
	c.extra(values + ".extraEnvVars")
	c.elsewhere(values+".extraEnvVarsCM", "ConfigMap")
	c.elsewhere(values+".extraEnvVarsSecret", "Secret")
	container := &facts.Container{
		Name: name, Names: []string{name}, Format: facts.Helm, Origin: c.origin(values, "pgpool", "postgresql"), Replicas: 1,
		Image: c.image("postgresql.image", "docker.io", "bitnami/postgresql-repmgr"), Environment: c.environment,
		SharedNetwork: c.beside(values + ".sidecars"), Chart: &c.chart,
	}
	if known != "" && !witness {
		service := known + "-postgresql"
		container.Names = append(container.Names, name+"."+service+"-headless", service, service+"-headless")
	}
	data := facts.Volume{Source: "data", Target: dataDirectory, Origin: container.Origin}
	if !c.on("persistence.enabled", true) {
		data.Temporary = true // the chart makes it an emptyDir
		if v := c.get("persistence.enabled"); v != nil {
			data.Origin = v.origin()
		}
	}
	container.Volumes = []facts.Volume{data}
	c.files(container)
	r.result.Containers = append(r.result.Containers, container)
	return container
}

// counted says whether it is known what the chart makes of a value.
func (c *render) counted(path string) bool {
	if !c.given(path) {
		return c.release.Elsewhere == ""
	}
	v := c.get(path)
	return v == nil || v.setting("").Known()
}

// repmgr adds the variables for repmgr.
func (c *render) repmgr(values, name string, known, witness bool) {
	c.generated("REPMGR_PARTNER_NODES", whyHosts)
	c.generated("REPMGR_PRIMARY_HOST", whyHosts)
	c.generated("REPMGR_NODE_NETWORK_NAME", whyHosts)
	if known {
		c.add("REPMGR_NODE_NAME", facts.Setting{Text: name, State: facts.Default, Why: "the chart takes the Pod's name"})
	} else {
		c.generated("REPMGR_NODE_NAME", "the chart takes the Pod's name, which begins with the release's")
	}
	c.either("REPMGR_USERNAME", "postgresql.repmgrUsername", "postgresql.repmgrUsername", "repmgr")
	c.secret("REPMGR_PASSWORD", "postgresql.repmgrPassword", "postgresql.repmgrPassword", "postgresql.existingSecret")
	c.either("REPMGR_DATABASE", "postgresql.repmgrDatabase", "postgresql.repmgrDatabase", "repmgr")
	c.text("REPMGR_LOG_LEVEL", values+".repmgrLogLevel", "NOTICE")
	c.text("REPMGR_CONNECT_TIMEOUT", values+".repmgrConnectTimeout", "5")
	c.text("REPMGR_RECONNECT_ATTEMPTS", values+".repmgrReconnectAttempts", "2")
	c.text("REPMGR_RECONNECT_INTERVAL", values+".repmgrReconnectInterval", "3")
	if witness {
		c.addDefault("REPMGR_NODE_TYPE", "witness")
		c.addDefault("REPMGR_NODE_ID_START_SEED", "2000")
		return
	}
	c.addDefault("REPMGR_NODE_TYPE", "data")
	c.switched("REPMGR_FENCE_OLD_PRIMARY", "postgresql.repmgrFenceOldPrimary", false)
	c.text("REPMGR_CHILD_NODES_CHECK_INTERVAL", "postgresql.repmgrChildNodesCheckInterval", "5")
	c.text("REPMGR_CHILD_NODES_CONNECTED_MIN_COUNT", "postgresql.repmgrChildNodesConnectedMinCount", "1")
	c.text("REPMGR_CHILD_NODES_DISCONNECT_TIMEOUT", "postgresql.repmgrChildNodesDisconnectTimeout", "30")
	c.switched("REPMGR_PGHBA_TRUST_ALL", "postgresql.pgHbaTrustAll", false)
	c.switched("REPMGR_UPGRADE_EXTENSION", "postgresql.upgradeRepmgrExtension", false)
	c.switched("REPMGR_USE_PGREWIND", "postgresql.usePgRewind", false)
}
