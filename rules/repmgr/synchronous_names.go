package repmgr

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	synchronousReplicas facts.Key = "POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS"
	synchronousCommit   facts.Key = "POSTGRESQL_SYNCHRONOUS_COMMIT_MODE"
	replicationNodes    facts.Key = "POSTGRESQL_REPLICATION_NODES"
	synchronousStandbys facts.Key = "synchronous_standby_names"
)

// SynchronousNames guards synchronous replication: the image makes synchronous_standby_names of what stands before the
// first dot of each partner, and a standby's name is its REPMGR_NODE_NAME. Of an address that is its first number, which
// is no standby's name, and every commit waits for ever.
var SynchronousNames = &rules.Rule{
	ID:       "repmgr/synchronous-names",
	Title:    "synchronous commits wait for standbys that exist",
	Severity: rules.Error,
	Needs:    needs(synchronousReplicas, synchronousCommit, replicationNodes, synchronousStandbys, nodeName),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			for _, m := range c.data() {
				count, ok := m.KnownVariable(synchronousReplicas)
				if !ok {
					continue
				}
				wanted, err := strconv.Atoi(count.Text)
				if err != nil || wanted < 1 || !waits(p, m) {
					continue
				}
				judgeStandbys(p, c, m, count, wanted)
			}
		}
	},
}

// waits says whether the node's commits wait for standbys whose names the image makes of its partners. When that is not
// known the reason is noted.
func waits(p *rules.Pass, m *member) bool {
	commit, ok := m.KnownVariable(synchronousCommit)
	if !ok || commit.Text == "off" || commit.Text == "local" {
		return false
	}
	own := m.Variable(replicationNodes)
	names := m.AnyParameter(synchronousStandbys)
	switch {
	case names.State == facts.Set:
		p.Skipf("%s: %s is set by itself", m.Name(), rules.NameOf(names))
		return false
	case own.State == facts.Unresolved, own.State == facts.Secret, own.Known() && own.Text != "":
		p.Skipf("%s: %s gives the standbys' names", m.Name(), replicationNodes)
		return false
	}
	_, ok = m.KnownVariable(partnerNodes)
	return ok
}

func judgeStandbys(p *rules.Pass, c *cluster, m *member, count facts.Setting, wanted int) {
	named, addresses := map[string]bool{}, 0
	var address partner
	for _, partner := range m.partners {
		if facts.IsIP(partner.host) {
			if addresses++; addresses == 1 {
				address = partner
			}
			continue
		}
		label, _, _ := strings.Cut(partner.host, ".")
		named[label] = true
	}
	help := "Name the partners by hosts whose first label is the node's " + string(nodeName) + " (pg-0, pg-0.db.internal), or write " + string(synchronousReplicas) + "=0."
	if addresses > 0 && addresses == len(m.partners) {
		first, _, _ := strings.Cut(address.host, ".")
		p.Failf(address.at, "%s with addresses in %s: the image takes what stands before the first dot (%s) for a standby's name, no standby has it, and every commit waits for ever", written(count), partnerNodes, first).
			Helpf("%s", help).Also(count.Origin, "commits wait for so many standbys")
		return
	}
	standbys, declared := 0, 0
	for _, other := range c.data() {
		declared++
		name, ok := other.KnownVariable(nodeName)
		if !ok || other.Replicas() != 1 {
			return
		}
		if named[strings.ToLower(name.Text)] {
			standbys++
		}
	}
	if !c.complete() {
		// The labels that are left may be the names of nodes that are elsewhere.
		if len(named)-1 >= wanted {
			p.Skipf("not every node is among the inputs")
			return
		}
		declared = len(m.partners)
		standbys = len(named)
	}
	// Any of the nodes may be the primary, and the primary is no standby: of the nodes that are named one may be missing.
	switch {
	case declared-1 < wanted:
		p.Failf(count.Origin, "%s with %d data nodes, of which one is the primary: every commit waits for ever", written(count), declared).
			Helpf("Write %s=%d at most; with as many as there are standbys, one that is down stops every commit.", synchronousReplicas, max(0, declared-1))
	case standbys-1 < wanted:
		p.Failf(m.list.Origin, "%s, but what stands before the first dot of the hosts in %s is the %s of %d nodes only: commits wait for ever for names that no standby has", written(count), partnerNodes, nodeName, standbys).
			Helpf("%s", help).Also(count.Origin, "commits wait for so many standbys")
	}
}
