package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/live"
)

// liveFlags say whether and how the running endpoint is probed.
func liveFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "live", Usage: "probe the running endpoint too; it comes from jdbc.url"},
		&cli.StringFlag{Name: "endpoint", Usage: "probe `HOST:PORT` instead of what jdbc.url names"},
		&cli.StringFlag{Name: "database", Usage: "`NAME` of the database instead of jdbc.url's"},
		&cli.StringFlag{Name: "user", Usage: "`ROLE` to log in as instead of jdbc.user"},
		&cli.StringFlag{Name: "password-file", Usage: "`FILE` with the password, when neither jdbc.password nor BBDOCTOR_PASSWORD has it"},
		&cli.StringFlag{Name: "admin-user", Usage: "second `ROLE` for what needs more privilege; password in BBDOCTOR_ADMIN_PASSWORD"},
		&cli.DurationFlag{Name: "timeout", Usage: "bound of the whole live part", Value: 15 * time.Second},
		&cli.DurationFlag{Name: "wait", Usage: "retry for `DURATION` until the endpoint is reachable"},
		&cli.GenericFlag{Name: "probe-capacity", Usage: "hold `N` connections at once (default: what Bitbucket's pool asks for)", Value: &optionalValue{}},
		&cli.GenericFlag{Name: "probe-idle", Usage: "leave one connection idle for `DURATION` (default 10m)", Value: &optionalValue{}},
		&cli.BoolFlag{Name: "yes", Usage: "answer the question of --probe-capacity beforehand"},
		&cli.StringFlag{Name: "save-facts", Usage: "keep what was measured, redacted, in `FILE`"},
		&cli.StringFlag{Name: "facts", Usage: "judge what --save-facts kept in `FILE`, without a network"},
	}
}

// optionalValue is a flag that may stand without a value: --probe-idle, --probe-idle=5m.
type optionalValue struct {
	set  bool
	text string
}

// Set takes the value; the flag package says "true" when there is none.
func (v *optionalValue) Set(text string) error {
	v.set = true
	if text != "true" {
		v.text = text
	}
	return nil
}

// String is the value as given.
func (v *optionalValue) String() string { return v.text }

// IsBoolFlag tells the flag package that the value may be missing.
func (v *optionalValue) IsBoolFlag() bool { return true }

func optional(c *cli.Context, name string) optionalValue {
	if v, ok := c.Generic(name).(*optionalValue); ok {
		return *v
	}
	return optionalValue{}
}

// wantsLive says whether measured facts are part of the run.
func wantsLive(c *cli.Context) bool { return c.Bool("live") || c.String("facts") != "" }

// measure probes the endpoint, or loads what was kept, and puts it into the deployment that it belongs to.
func measure(c *cli.Context, env environment, collection *facts.Collection) error {
	deployment, err := liveDeployment(collection)
	if err != nil {
		return err
	}
	if file := c.String("facts"); file != "" {
		if err := loadFacts(env, deployment, file); err != nil {
			return err
		}
		deployment.Problems = append(deployment.Problems, deployment.Live.Unanswered()...)
		return nil
	}
	line := newProgress(env, c.Bool("quiet"))
	defer line.clear()
	target, err := liveTarget(c, env, deployment, unreadInputs(collection), line)
	if err != nil {
		return err
	}
	deployment.Live = live.Probe(c.Context, target)
	if err := c.Context.Err(); err != nil {
		return err
	}
	deployment.Problems = append(deployment.Problems, deployment.Live.Unanswered()...)
	if file := c.String("save-facts"); file != "" {
		return saveFacts(env, deployment.Live, file)
	}
	return nil
}

// liveDeployment is the one deployment that the endpoint belongs to.
func liveDeployment(collection *facts.Collection) (*facts.Deployment, error) {
	switch len(collection.Deployments) {
	case 1:
		return collection.Deployments[0], nil
	case 0:
		deployment := &facts.Deployment{Name: "."}
		collection.Deployments = append(collection.Deployments, deployment)
		return deployment, nil
	}
	names := make([]string, len(collection.Deployments))
	for i, d := range collection.Deployments {
		names[i] = d.Name
	}
	return nil, usagef("--live probes one installation, and the inputs hold %d (%s); name the path of one, or pick it with --deployment", len(names), strings.Join(names, ", "))
}

// unreadInputs names the first input that could not be read, which may be the one that says where to log in.
func unreadInputs(collection *facts.Collection) string {
	for _, problem := range collection.Problems {
		if !problem.Note {
			return "\nnot read: " + describe(problem)
		}
	}
	return ""
}

func liveTarget(c *cli.Context, env environment, deployment *facts.Deployment, unread string, line *progress) (target live.Target, err error) {
	target = live.Target{
		Timeout: c.Duration("timeout"), Wait: c.Duration("wait"), Yes: c.Bool("yes"),
		AdminUser: c.String("admin-user"), AdminPassword: env.variable("BBDOCTOR_ADMIN_PASSWORD"), SSLMode: "prefer", Progress: line.show,
	}
	if target.Timeout <= 0 {
		return target, usagef("--timeout %s: give more than 0", target.Timeout)
	}
	url, known := effectiveURL(deployment)
	if known && len(url.Parsed.Hosts) > 0 {
		target.Host, target.Port = strings.Trim(url.Parsed.Hosts[0].Name, "[]"), url.Parsed.Hosts[0].Port
		target.Database, target.Source = url.Parsed.Database, "jdbc.url"
		target.SSLMode = sslMode(url)
		if root, ok := url.Parsed.Effective("sslrootcert"); ok && root.Value != "" {
			target.RootCert = env.path(root.Value)
		}
	}
	if endpoint := c.String("endpoint"); endpoint != "" {
		target.Source = "--endpoint"
		if target.Host, target.Port, err = splitEndpoint(endpoint); err != nil {
			return target, err
		}
	}
	target.User, target.Password = credentials(deployment)
	if user := c.String("user"); user != "" && user != target.User {
		target.User, target.Password = user, ""
	}
	if database := c.String("database"); database != "" {
		target.Database = database
	}
	switch {
	case target.Host == "":
		return target, usagef("--live finds no endpoint: no jdbc.url among the inputs is known; give --endpoint HOST:PORT, --database and --user%s", unread)
	case target.User == "":
		return target, usagef("--live knows no role to log in as; give --user%s", unread)
	case target.Database == "":
		target.Database = target.User
	}
	if target.Password, err = password(c, env, target); err != nil {
		return target, err
	}
	return target, liveProbes(c, env, deployment, &target, line)
}

func effectiveURL(deployment *facts.Deployment) (facts.JDBCURL, bool) {
	if b := deployment.Bitbucket; b != nil && len(b.URLs) > 0 && b.URLs[0].Known() && b.URLs[0].Parsed.Accepted {
		return b.URLs[0], true
	}
	return facts.JDBCURL{}, false
}

// sslMode is what the driver takes from the URL: the parameter ssl counts where there is no sslmode, and is then the strictest.
func sslMode(url facts.JDBCURL) string {
	if mode, ok := url.Parsed.Effective("sslmode"); ok {
		return strings.ToLower(mode.Value)
	}
	if ssl, ok := url.Parsed.Effective("ssl"); ok && (ssl.Value == "" || strings.EqualFold(ssl.Value, "true")) {
		return "verify-full"
	}
	return "prefer"
}

// credentials are those of the files; the URL's beat the properties', as they do in the driver.
func credentials(deployment *facts.Deployment) (user, password string) {
	if deployment.Bitbucket == nil {
		return "", ""
	}
	known := func(key facts.Key) string {
		if setting := deployment.Bitbucket.Settings[key]; setting.State == facts.Set {
			return setting.Text
		}
		return ""
	}
	user, password = known(facts.JDBCUser), known(facts.JDBCPassword)
	if url, ok := effectiveURL(deployment); ok {
		if parameter, found := url.Parsed.Effective("user"); found {
			user = parameter.Value
		}
		if parameter, found := url.Parsed.Effective("password"); found {
			password = parameter.Value
		}
	}
	return user, password
}

func splitEndpoint(endpoint string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(endpoint)
	if err != nil || host == "" {
		return "", "", usagef("--endpoint %s: give HOST:PORT, as in pgpool.example.com:5432", endpoint)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", "", usagef("--endpoint %s: the port must be between 1 and 65535", endpoint)
	}
	return host, port, nil
}

// password finds the password of the role: the files', else BBDOCTOR_PASSWORD, else --password-file, else whoever sits at
// the terminal.
func password(c *cli.Context, env environment, target live.Target) (string, error) {
	if target.Password != "" {
		return target.Password, nil
	}
	if given := env.variable("BBDOCTOR_PASSWORD"); given != "" {
		return given, nil
	}
	if file := c.String("password-file"); file != "" {
		text, err := readPassword(env.path(file))
		if err != nil {
			return "", usagef("--password-file %s: %v", file, err)
		}
		return text, nil
	}
	terminal, ok := env.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return "", nil // The server says what it makes of no password.
	}
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", usagef("the password could not be asked for: %v", err)
	}
	fmt.Fprintf(env.stderr, "Password of %s at %s: ", target.User, net.JoinHostPort(target.Host, target.Port))
	text, err := answered(c.Context, func() (string, error) {
		text, err := term.ReadPassword(int(terminal.Fd()))
		return string(text), err
	})
	fmt.Fprintln(env.stderr)
	if err != nil {
		_ = term.Restore(int(terminal.Fd()), before) // it still waits, without an echo
		return "", usagef("the password could not be read: %v", err)
	}
	return text, nil
}

// maxPassword bounds a password file in bytes.
const maxPassword = 64 << 10

func readPassword(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		var failed *os.PathError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxPassword))
	if err != nil {
		return "", fmt.Errorf("reading: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// liveProbes reads the flags of the two probes that hold connections.
func liveProbes(c *cli.Context, env environment, deployment *facts.Deployment, target *live.Target, line *progress) error {
	if idle := optional(c, "probe-idle"); idle.set {
		target.ProbeIdle = 10 * time.Minute
		if idle.text != "" {
			d, err := time.ParseDuration(idle.text)
			if err != nil || d <= 0 {
				return usagef("--probe-idle %s: give a duration such as 10m", idle.text)
			}
			target.ProbeIdle = d
		}
	}
	if capacity := optional(c, "probe-capacity"); capacity.set {
		target.ProbeCapacity = poolWanted(deployment)
		if capacity.text != "" {
			n, err := strconv.Atoi(capacity.text)
			if err != nil || n < 1 {
				return usagef("--probe-capacity %s: give a number of connections", capacity.text)
			}
			target.ProbeCapacity = n
		}
	}
	terminal, interactive := env.stdin.(*os.File)
	if interactive && term.IsTerminal(int(terminal.Fd())) {
		target.Confirm = func(question string) bool {
			line.clear()
			fmt.Fprintf(env.stderr, "%s [y/N] ", question)
			answer, err := answered(c.Context, func() (string, error) { return bufio.NewReader(env.stdin).ReadString('\n') })
			if err != nil {
				fmt.Fprintln(env.stderr)
			}
			return err == nil && strings.EqualFold(strings.TrimSpace(answer), "y")
		}
	}
	return nil
}

// answered waits for somebody's answer, or for the end of the run: reading from a terminal cannot be ended.
func answered(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	given := make(chan answer, 1)
	go func() {
		text, err := read()
		given <- answer{text, err}
	}()
	select {
	case a := <-given:
		return a.text, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// poolWanted is what Bitbucket's pool may ask for.
func poolWanted(deployment *facts.Deployment) int {
	size, nodes := 80, 1
	if b := deployment.Bitbucket; b != nil {
		if n, err := strconv.Atoi(b.Settings[facts.PoolSizeMax].Norm); err == nil {
			size = n
		}
		if n, err := strconv.Atoi(b.Nodes.Norm); err == nil {
			nodes = n
		}
	}
	return size * nodes
}

func loadFacts(env environment, deployment *facts.Deployment, file string) error {
	opened, err := os.Open(env.path(file))
	if err != nil {
		return usagef("--facts %s: %v", file, err)
	}
	defer opened.Close()
	if deployment.Live, err = facts.LoadSnapshot(opened); err != nil {
		return usagef("--facts %s: %v", file, err)
	}
	return nil
}

func saveFacts(env environment, snapshot *facts.Snapshot, file string) error {
	created, err := os.OpenFile(env.path(file), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("--save-facts %s: %v", file, err)
	}
	if err := snapshot.Save(created); err != nil {
		return errors.Join(usagef("--save-facts %s: %v", file, err), created.Close())
	}
	return created.Close()
}
