package main

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// situation is a state of a real cluster, and what "bbdoctor check --live" is to say of it.
type situation struct {
	name string
	// enter brings the cluster into it, and leave takes it back, for the situations that follow.
	enter, leave step
	// args are added to the command line. In them and in files {url}, {node0}, {far}, {pgpool.conf} and {certificate} stand for what only
	// the cluster knows.
	args []string
	// files are further inputs, or replace bitbucket.properties.
	files map[string]string
	// newest and oldest bound the majors of PostgreSQL that can be in it; 0 means no bound.
	oldest, newest int
	// later has what was measured judged as if the cluster's clock had shown this date; empty means its own.
	later string

	// fails names each rule that fails, with a part of what it says of what was measured. No other may, but those that fail
	// on the healthy cluster, and those of may.
	fails map[string]string
	// passes are the rules that only pass here, having no reason to fail: on the healthy cluster they fail or are skipped.
	passes []string
	// may are rules that can fail or not, by what a moment shows.
	may []string
	// healthy wants every rule that judges what is measured to pass, but those of alwaysFails, healthySkips and may. With
	// -update what was measured becomes the release's file in testdata/measured.
	healthy bool
}

// stage is one cluster, and the situations that it is brought into one after the other.
type stage struct {
	name       string
	options    cluster.Options
	oldest     int // major of PostgreSQL
	situations []situation
}

// jdbcPassword is Bitbucket's password here; that of the page would be a finding.
const jdbcPassword = "Zt8-walnut-Mistral"

// bitbucketProperties is the file as it should be; {url} is the cluster's.
const bitbucketProperties = `jdbc.driver=org.postgresql.Driver
jdbc.url={url}?tcpKeepAlive=true
jdbc.user=bitbucketuser
jdbc.password=` + jdbcPassword + `
db.pool.size.max=36
`

// look runs bbdoctor against a cluster, and keeps what was measured.
func (s situation) look(t *testing.T, c *cluster.Cluster, dir string) *look {
	t.Helper()
	l := &look{dir: dir}
	far := ""
	if slices.ContainsFunc(s.args, func(arg string) bool { return strings.Contains(arg, "{far}") }) {
		far = wire.NewRelay(t, c.Address(), 15*time.Millisecond).Address
	}
	conf, err := os.ReadFile(filepath.Join(c.Dir(), "pgpool", "pgpool.conf"))
	if err != nil {
		t.Fatal(err)
	}
	known := strings.NewReplacer(
		"{url}", c.JDBCURL(), "{node0}", net.JoinHostPort(c.PgpoolHost(), strconv.Itoa(c.NodePort(0))), "{far}", far,
		"{pgpool.conf}", string(conf), "{certificate}", c.CertFile(),
	)
	files := map[string]string{"bitbucket.properties": bitbucketProperties}
	maps.Copy(files, s.files)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(known.Replace(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, arg := range s.args {
		l.args = append(l.args, known.Replace(arg))
	}
	l.doctor(t, "--live", "--admin-user", cluster.Superuser.Name, "--save-facts", measured)
	if s.later != "" {
		l.postpone(t, s.later)
		l.doctor(t, "--facts", measured)
	}
	return l
}

// play runs all situations of a stage on one cluster, and judges what was kept when the cluster is gone.
func (s stage) play(t *testing.T) {
	options := s.options
	options.Role = append(slices.Clone(options.Role), "PASSWORD '"+jdbcPassword+"'")
	options.PoolPasswd = map[string]string{cluster.Bitbucket.Name: "TEXT" + jdbcPassword}
	major := cluster.Major(t)
	if major < s.oldest {
		t.Skipf("needs PostgreSQL %d", s.oldest)
	}
	c := cluster.New(t, options)
	looks := map[string]*look{}
	for _, situation := range s.situations {
		if major < situation.oldest || situation.newest > 0 && major > situation.newest {
			continue
		}
		dir := t.TempDir()
		t.Run(situation.name, func(t *testing.T) {
			if situation.enter != nil {
				situation.enter(t, c)
			}
			if situation.leave != nil {
				defer situation.leave(t, c)
			}
			l := situation.look(t, c, dir)
			situation.judge(t, l)
			looks[situation.name] = l
		})
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	for name, l := range looks {
		t.Run(name+", replayed", l.replay)
	}
}
