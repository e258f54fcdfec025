package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	clusteringMode = facts.Key("backend_clustering_mode") // from 4.2 on
	masterSlave    = facts.Key("master_slave_mode")       // up to 4.1, with its sub mode
	masterSlaveSub = facts.Key("master_slave_sub_mode")
	replication    = facts.Key("replication_mode") // up to 4.1; later versions still parse it
)

// ActivePassive guards the one way in which Bitbucket is supported behind Pgpool-II: a primary that takes the writes and
// standbys that follow it by streaming replication.
var ActivePassive = &rules.Rule{
	ID:       "pgpool/active-passive",
	Title:    "Pgpool-II runs in streaming replication mode",
	Severity: rules.Error,
	Needs:    []facts.Key{clusteringMode, masterSlave, masterSlaveSub, replication, facts.PgpoolVersion},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			version, known := releaseOf(i.Version())
			switch {
			case known && version.before(4, 2):
				judgeOldMode(p, i)
			case known || i.Get(clusteringMode).State == facts.Set:
				judgeMode(p, i)
			default:
				judgeEitherMode(p, i)
			}
		}
	},
}

// spread says what each clustering mode but streaming replication does to Bitbucket.
var spread = map[string]string{
	"native_replication":  "Pgpool-II sends every write to every backend node, and more than one of them is active",
	"snapshot_isolation":  "Pgpool-II sends every write to every backend node, and more than one of them is active",
	"logical_replication": "tables are copied one by one, and no node can take the primary's place",
	"slony":               "Slony-I copies tables one by one, and Pgpool-II does not follow a primary",
	"raw":                 "Pgpool-II looks for no primary, and after a failover may send writes to a read-only standby",
}

// judgeMode is for 4.2 and later, where backend_clustering_mode alone decides.
func judgeMode(p *rules.Pass, i rules.Instance) {
	mode, ok := i.Known(clusteringMode)
	if !ok {
		return
	}
	if mode.Norm != "streaming_replication" {
		p.Failf(i.At(mode), "%s: %s", subject(i, mode), spread[mode.Norm]).
			Helpf("Write %s, with the standbys fed by PostgreSQL's own streaming replication, and restart Pgpool-II.", line(i, mode, "streaming_replication"))
		return
	}
	if left := i.Get(replication); on(left) {
		p.Failf(left.Origin, "%s: a rest from before 4.2 that asks for native replication; with failover_when_quorum_exists=on, the default since 4.3, Pgpool-II may refuse to start with it", subject(i, left)).
			As(rules.Warning).Helpf("Remove the line; %s=streaming_replication says all that is needed.", clusteringMode)
	}
	if note, written := i.Note(string(masterSlave)); written && mode.State == facts.Default {
		p.Failf(note.Origin, "%s is not read since Pgpool-II 4.2, and only a default keeps this instance in streaming replication mode", masterSlave).
			As(rules.Warning).Helpf("Write %s in its place.", confLine(string(clusteringMode), "streaming_replication"))
	}
}

// oldNames gives the parameters that decided before 4.2; the reason is noted when one of those that are written is not
// known.
func oldNames(i rules.Instance) (native, passive, sub facts.Setting, ok bool) {
	for _, key := range []facts.Key{replication, masterSlave, masterSlaveSub} {
		if i.Get(key).State == facts.Absent {
			continue
		}
		if _, known := i.Known(key); !known {
			return native, passive, sub, false
		}
	}
	return i.Get(replication), i.Get(masterSlave), i.Get(masterSlaveSub), true
}

// judgeOldMode is for versions before 4.2.
func judgeOldMode(p *rules.Pass, i rules.Instance) {
	native, passive, sub, ok := oldNames(i)
	if !ok {
		return
	}
	const advice = "Write master_slave_mode = on and master_slave_sub_mode = 'stream', leave replication_mode off, and restart Pgpool-II."
	switch {
	case on(native):
		p.Failf(i.At(native), "%s: %s", subject(i, native), spread["native_replication"]).Helpf(advice)
	case on(passive) && sub.State != facts.Absent && sub.Norm != "stream":
		p.Failf(i.At(sub), "%s: Pgpool-II does not run on streaming replication, where one primary takes the writes", subject(i, sub)).Helpf(advice)
	case on(passive):
	case i.Image() && passive.State != facts.Set:
		p.Skipf("the image's own pgpool.conf decides on master_slave_mode before Pgpool-II 4.2")
	default:
		p.Failf(i.At(passive), "master_slave_mode is not on, which means raw mode: %s", spread["raw"]).Helpf(advice)
	}
}

// judgeEitherMode is for a pgpool.conf that does not say which version reads it and leaves backend_clustering_mode to its
// default: what stands in it means one thing up to 4.1 and another from 4.2 on.
func judgeEitherMode(p *rules.Pass, i rules.Instance) {
	native, passive, sub, ok := oldNames(i)
	switch {
	case !ok:
	case on(native):
		p.Failf(i.At(native), "%s: up to 4.1 %s; a later Pgpool-II may refuse to start with it", subject(i, native), spread["native_replication"]).
			Helpf("Write %s, or up to 4.1 master_slave_mode = on with master_slave_sub_mode = 'stream', remove replication_mode, and restart Pgpool-II.", confLine(string(clusteringMode), "streaming_replication"))
	case passive.State == facts.Set && !on(passive), sub.State == facts.Set && sub.Norm != "stream":
		p.Skipf("what master_slave_mode means depends on Pgpool-II's version, which is not known")
	default:
		i.Known(clusteringMode)
	}
}

// on says whether a boolean is known to be on.
func on(setting facts.Setting) bool { return setting.Known() && setting.Norm == "on" }
