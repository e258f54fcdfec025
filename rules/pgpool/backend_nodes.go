package pgpool

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const backendList = facts.Key("PGPOOL_BACKEND_NODES")

// maxBackend is the highest number of a backend node: there is room for 128.
const maxBackend = 127

// BackendNodes guards the list of nodes behind Pgpool-II. The image hardly looks at it, and what is wrong in it makes
// another list.
var BackendNodes = &rules.Rule{
	ID:       "pgpool/backend-nodes",
	Title:    "two or more backend nodes, numbered from 0",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.BackendList, facts.BackendNodes, backendList},
	Check: func(p *rules.Pass) {
		for _, i := range p.DeclaredInstances() {
			switch pgpool := i.Declared(facts.BackendList); {
			case len(pgpool.BackendList) > 0:
				p.OK()
				judgeEntries(p, i.Variable(backendList), pgpool.BackendList)
			case i.Image():
				if nodes, ok := i.KnownVariable(backendList); ok {
					p.Skipf("%s (pgpool/required-settings)", subject(i, nodes))
				}
			default:
				judgeConfBackends(p, i)
			}
		}
	},
}

// node is a backend node as far as rules about the whole list need it.
type node struct {
	index           int
	indexAt, hostAt facts.Origin
	text, address   string // address is host and port; empty when they are not known
}

// judgeEntries is for the image's list.
func judgeEntries(p *rules.Pass, list facts.Setting, entries []facts.BackendEntry) {
	judgeQuotes(p, list)
	cut := judgeSecondLine(p, list)
	if len(entries) > maxBackend+1 {
		p.Failf(list.Origin, "%s names %d backend nodes: Pgpool-II has room for %d", rules.NameOf(list), len(entries), maxBackend+1).
			Helpf("Name every PostgreSQL node once.")
		return
	}
	nodes := make([]node, 0, len(entries))
	for position, entry := range entries {
		if n, ok := judgeEntry(p, position, entry); ok {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) == len(entries) {
		judgeIndexes(p, nodes)
	}
	judgeAddresses(p, nodes)
	if len(entries) < 2 && !cut {
		p.Failf(list.Origin, "%s names one backend node: there is nothing to fail over to", rules.NameOf(list)).
			Helpf("Name every PostgreSQL node, such as %s=0:pg-0:5432,1:pg-1:5432.", backendList)
	}
}

// judgeQuotes finds quotes that are part of the value: docker's env files and compose lists keep them.
func judgeQuotes(p *rules.Pass, list facts.Setting) {
	at := strings.IndexAny(list.Text, `"'`)
	if at < 0 {
		return
	}
	p.Failf(list.Origin.Sub(at, at+1), "%s has quotes inside its value: they become part of a node's number or flag, and Pgpool-II does not start", rules.NameOf(list)).
		Helpf("Write the list without quotes; this place keeps them as part of the value.")
}

// judgeSecondLine finds entries on lines that the image does not read, and says whether there are any.
func judgeSecondLine(p *rules.Pass, list facts.Setting) bool {
	at := strings.IndexByte(list.Text, '\n')
	if at < 0 || strings.TrimSpace(list.Text[at:]) == "" {
		return false
	}
	rest := list.Text[at:]
	start := at + len(rest) - len(strings.TrimLeft(rest, " \t\r\n"))
	end := at + len(strings.TrimRight(rest, " \t\r\n"))
	p.Failf(list.Origin.Sub(start, end), "%s goes on in a second line: the image reads only the first, and the nodes behind it are missing", rules.NameOf(list)).
		Helpf("Write the whole list on one line, with commas between the entries.")
	return true
}

// judgeIndexes looks for numbers that stand twice, for gaps and for a list that does not begin with 0.
func judgeIndexes(p *rules.Pass, nodes []node) {
	sorted := slices.Clone(nodes)
	slices.SortStableFunc(sorted, func(a, b node) int { return a.index - b.index })
	next := 0
	for n, current := range sorted {
		switch {
		case n > 0 && current.index == sorted[n-1].index:
			p.Failf(current.indexAt, "two backend nodes have the number %d: the last one, %s, replaces the other without a word", current.index, current.text).
				Helpf("Number the nodes 0, 1, 2 and so on.").Also(sorted[n-1].indexAt, "the node that is lost")
			continue
		case n == 0 && current.index != 0:
			p.Failf(current.indexAt, "the backend nodes begin with number %d: node 0 is missing, and Pgpool-II shows it as down for ever", current.index).
				Helpf("Number the nodes from 0.")
		case current.index != next:
			p.Failf(current.indexAt, "the numbers of the backend nodes jump from %d to %d: Pgpool-II shows the missing ones as down for ever", next-1, current.index).
				Helpf("Number the nodes 0, 1, 2 and so on.")
		}
		next = current.index + 1
	}
}

// judgeAddresses looks for one server behind two nodes.
func judgeAddresses(p *rules.Pass, nodes []node) {
	seen := map[string]node{}
	for _, current := range nodes {
		address := strings.ToLower(current.address)
		if address == "" {
			continue
		}
		if before, twice := seen[address]; twice {
			p.Failf(current.hostAt, "backend nodes %d and %d have the same address %s: there is one server behind them, and nothing to fail over to", before.index, current.index, current.address).
				Helpf("Give each node the address of its own PostgreSQL server.").Also(before.hostAt, "the other node")
			continue
		}
		seen[address] = current
	}
}
