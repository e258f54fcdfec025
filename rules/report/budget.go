package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// budget is how many connections may be opened and how many are accepted, on both sides of Pgpool-II.
type budget struct {
	Groups []budgetGroup
}

// budgetGroup is one bottleneck: what may be asked for, and who must accept it.
type budgetGroup struct {
	Title string
	Rows  []budgetRow
}

// budgetRow is one figure.
type budgetRow struct {
	Label string
	// Value counts connections; Known is false when nobody knows it, Sum then says why.
	Value int
	Known bool
	// Sum says how the value comes about: "80 (db.pool.size.max, Bitbucket's default) x 2 nodes".
	Sum string
	// Asks marks what may be asked for; every other row accepts. Measured marks what was measured.
	Asks, Measured bool
	// Against is what may be asked of it, 0 when nobody knows; Short is how many of them are not accepted.
	Against, Short int
}

func newBudget(d *facts.Deployment) budget {
	var out budget
	running := d.Live.AsPgpool()
	sessions := budgetGroup{Title: "Sessions of Bitbucket at each Pgpool-II"}
	if b := d.Bitbucket; b != nil {
		sessions.Rows = append(sessions.Rows, mayOpen(b))
	}
	for _, pgpool := range d.Pgpools {
		sessions.Rows = append(sessions.Rows, accepts(pgpool))
	}
	if running != nil {
		sessions.Rows = append(sessions.Rows, accepts(running))
	}
	connections := budgetGroup{Title: "Connections of Pgpool-II to each PostgreSQL node"}
	if len(d.Pgpools) > 0 {
		connections.Rows = append(connections.Rows, mayKeep(d.Pgpools))
	}
	if running != nil {
		connections.Rows = append(connections.Rows, mayKeep([]*facts.Pgpool{running}))
	}
	for _, node := range append(d.Nodes[:len(d.Nodes):len(d.Nodes)], d.Live.AsNodes()...) {
		connections.Rows = append(connections.Rows, nodeAccepts(node))
	}
	for _, group := range []budgetGroup{sessions, connections} {
		if len(group.Rows) > 0 {
			group.compare()
			out.Groups = append(out.Groups, group)
		}
	}
	return out
}

// compare works out who accepts less than may be asked for: what is measured is held against what is measured, where there
// is such a thing.
func (g *budgetGroup) compare() {
	asked := func(measured bool) (most int, known bool) {
		for _, row := range g.Rows {
			if row.Asks && row.Known && row.Measured == measured {
				most, known = max(most, row.Value), true
			}
		}
		return most, known
	}
	for i := range g.Rows {
		row := &g.Rows[i]
		if row.Asks || !row.Known {
			continue
		}
		most, known := asked(row.Measured)
		if !known {
			most, known = asked(!row.Measured)
		}
		if known {
			row.Against, row.Short = most, max(0, most-row.Value)
		}
	}
}

func mayOpen(b *facts.Bitbucket) budgetRow {
	row := budgetRow{Label: "Bitbucket may open", Asks: true}
	size := b.Settings[facts.PoolSizeMax]
	most, ok := number(size)
	if !ok {
		row.Sum = unknownFigure("db.pool.size.max", size)
		return row
	}
	nodes, ok := number(b.Nodes)
	if !ok {
		nodes = 1
	}
	row.Value, row.Known = most*nodes, true
	row.Sum = fmt.Sprintf("%s x %s%s", figure(size, most), plural(fmt.Sprint(nodes), "node"), assumed(b.Nodes))
	return row
}

func accepts(pgpool *facts.Pgpool) budgetRow {
	row := budgetRow{Label: cmp.Or(printable(pgpool.Name), "Pgpool-II") + " accepts", Measured: pgpool.Measured}
	children, kept := pgpool.Settings.Get("num_init_children"), pgpool.Settings.Get("reserved_connections")
	total, ok := number(children)
	if !ok {
		row.Sum = unknownFigure("num_init_children", children)
		return row
	}
	// Older versions do not have reserved_connections, so nothing is kept back there.
	reserve, ok := number(kept)
	if !ok && kept.State != facts.Absent {
		row.Sum = unknownFigure("reserved_connections", kept)
		return row
	}
	row.Value, row.Known, row.Sum = max(0, total-reserve), true, figure(children, total)
	if reserve > 0 {
		row.Sum += " - " + figure(kept, reserve)
	}
	return row
}

func mayKeep(pgpools []*facts.Pgpool) budgetRow {
	row := budgetRow{Label: "Pgpool-II may keep open", Asks: true, Measured: pgpools[0].Measured}
	if pgpools[0].Measured {
		row.Label = "the running Pgpool-II may keep open"
	}
	var sums []string
	for _, pgpool := range pgpools {
		children, most := pgpool.Settings.Get("num_init_children"), pgpool.Settings.Get("max_pool")
		n, ok := number(children)
		if !ok {
			row.Sum = unknownFigure("num_init_children", children)
			return row
		}
		each, ok := number(most)
		if !ok {
			row.Sum = unknownFigure("max_pool", most)
			return row
		}
		row.Value += n * each
		sums = append(sums, figure(children, n)+" x "+figure(most, each))
	}
	row.Known, row.Sum = true, strings.Join(sums, " + ")
	return row
}

func nodeAccepts(node *facts.Node) budgetRow {
	row := budgetRow{Label: cmp.Or(printable(node.Name), "PostgreSQL") + " accepts", Measured: node.Measured}
	limit := node.Settings.Get("max_connections")
	most, ok := number(limit)
	if !ok {
		row.Sum = unknownFigure("max_connections", limit)
		return row
	}
	row.Value, row.Known, row.Sum = most, true, figure(limit, most)
	for _, key := range []facts.Key{"superuser_reserved_connections", "reserved_connections"} {
		if n, ok := number(node.Settings.Get(key)); ok && n > 0 {
			row.Value -= n
			row.Sum += " - " + figure(node.Settings.Get(key), n)
		}
	}
	row.Value = max(0, row.Value)
	return row
}

// figure says a value and where it comes from.
func figure(setting facts.Setting, value int) string {
	name := cmp.Or(setting.Origin.Key, string(setting.Key))
	switch {
	case setting.State == facts.Default:
		return printable(fmt.Sprintf("%s=%d (%s)", name, value, setting.Why))
	case setting.Origin.Query() != "":
		return printable(fmt.Sprintf("%s=%d (measured)", name, value))
	}
	return printable(fmt.Sprintf("%s=%d", name, value))
}

func unknownFigure(name string, setting facts.Setting) string {
	switch {
	case setting.State == facts.Absent:
		return "not known: " + name + " is not among the inputs"
	case setting.Known():
		return printable("not known: " + cmp.Or(setting.Origin.Key, name) + "=" + setting.Shown() + " is no whole number")
	}
	return printable("not known: " + name + ": " + setting.Why)
}
