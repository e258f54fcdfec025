package live

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// nodeStatement asks one backend node for what differs from node to node.
//
//go:embed node.sql
var nodeStatement string

// repmgrStatement asks for repmgr's own view. Of the connection strings, which can have passwords, only host and port leave
// the server.
//
//go:embed repmgr.sql
var repmgrStatement string

// Names of the statements in the log.
const (
	nodeName   = "SELECT the settings, pg_stat_replication"
	repmgrName = "SELECT ... FROM repmgr.nodes"
)

// repmgrDatabase is where repmgr keeps its tables, by its own convention and the page's.
const repmgrDatabase = "repmgr"

// nodeTime bounds the login to one backend node, and the statement there. The nodes are often out of reach.
const nodeTime = 3 * time.Second

// mostNodes bounds how many backend nodes are asked.
const mostNodes = 16

func (t *Target) adminAccount(host, port, database string, limit time.Duration) account {
	return account{host, port, database, t.AdminUser, t.AdminPassword, t.sslMode(), t.RootCert, min(limit, t.loginTime())}
}

// repmgr logs in as the second user, through the endpoint, to the database of repmgr. If there is none, the login to
// Bitbucket's database still says whether the user gets in.
func repmgr(ctx context.Context, t *Target, snapshot *facts.Snapshot) {
	t.progress("log in as " + t.AdminUser)
	s, result := login(ctx, t.adminAccount(t.Host, t.Port, repmgrDatabase, t.loginTime()))
	if s == nil && (result.Cause == facts.CauseNoDatabase || result.Cause == facts.CauseBackendRefuses || result.Cause == facts.CauseBackendWarns) {
		snapshot.RepmgrError = "there is no database " + repmgrDatabase
		if result.Cause != facts.CauseNoDatabase {
			snapshot.RepmgrError = "the login to the database " + repmgrDatabase + " failed: " + result.Error.Message
		}
		s, result = login(ctx, t.adminAccount(t.Host, t.Port, t.Database, t.loginTime()))
	}
	snapshot.Admin = &result
	if s == nil {
		if snapshot.RepmgrError == "" {
			snapshot.RepmgrError = "the login failed: " + string(result.Cause)
		}
		return
	}
	defer s.close()
	if snapshot.RepmgrError != "" {
		return
	}
	s.limit = t.questionTime()
	var nodes []facts.RepmgrNode
	err := s.askJSON(ctx, strings.TrimSpace(strings.ReplaceAll(repmgrStatement, "\n", " ")), repmgrName, &nodes)
	snapshot.Queries = append(snapshot.Queries, s.log...)
	if err != nil {
		snapshot.RepmgrError = serverError(err).Message
		return
	}
	for i := range nodes {
		cleanAll(&nodes[i].Name, &nodes[i].Type, &nodes[i].Host, &nodes[i].Port)
	}
	snapshot.RepmgrNodes = append([]facts.RepmgrNode{}, nodes...)
}

// nodes asks the backend nodes directly, all at once, because those out of reach cost their whole time.
func nodes(ctx context.Context, t *Target, snapshot *facts.Snapshot) {
	t.progress("ask the backend nodes")
	known := snapshot.PoolNodes[:min(len(snapshot.PoolNodes), mostNodes)]
	probes := make([]facts.NodeProbe, len(known))
	logs := make([][]facts.Query, len(known))
	var group sync.WaitGroup
	for i, node := range known {
		group.Go(func() {
			probes[i], logs[i] = askNode(ctx, t.adminAccount(node.Hostname, node.Port, t.Database, nodeTime), node)
		})
	}
	group.Wait()
	snapshot.Nodes = probes
	for _, log := range logs {
		snapshot.Queries = append(snapshot.Queries, log...)
	}
}

func askNode(ctx context.Context, a account, node facts.PoolNode) (facts.NodeProbe, []facts.Query) {
	probe := facts.NodeProbe{ID: node.ID, Host: node.Hostname, Port: node.Port}
	s, result := login(ctx, a)
	probe.Login = result
	if s == nil {
		return probe, nil
	}
	defer s.close()
	s.node, s.limit = node.Hostname+":"+node.Port, nodeTime
	var answer struct {
		VersionNum  int                 `json:"versionNum"`
		InRecovery  bool                `json:"inRecovery"`
		Settings    [][4]string         `json:"settings"`
		Collation   string              `json:"collation"`
		Replication []facts.Replication `json:"replication"`
	}
	statement := strings.NewReplacer("$SETTINGS", strings.Join(settingNames, ","), "\n", " ").Replace(strings.TrimSpace(nodeStatement))
	if s.askJSON(ctx, statement, nodeName, &answer) != nil {
		return probe, s.log
	}
	probe.VersionNum, probe.InRecovery, probe.Collation = answer.VersionNum, answer.InRecovery, clean(answer.Collation)
	probe.Settings, probe.Replication = measured(answer.Settings), answer.Replication
	for i := range probe.Replication {
		r := &probe.Replication[i]
		cleanAll(&r.ApplicationName, &r.State, &r.SyncState)
	}
	return probe, s.log
}
