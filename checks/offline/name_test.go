package offline

import "testing"

func TestName(t *testing.T) {
	t.Parallel()
	f, err := newFiles(Options{Dir: "/srv/git/config"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/srv/git/config/prod/pgpool.env": "prod/pgpool.env",
		"/srv/git/config/pgpool.env":      "pgpool.env",
		"/srv/git/config":                 ".",
		"/srv/git":                        "..",
		"/srv":                            "../..",
		"/":                               "/",
		"/srv/git/other/pgpool.env":       "../other/pgpool.env",
		"/srv/git/configuration":          "../configuration",
		"/srv/pgpool.env":                 "../../pgpool.env",
		"/etc/pgpool2/pgpool.conf":        "/etc/pgpool2/pgpool.conf",
		"/pgpool.conf":                    "/pgpool.conf",
	} {
		for range 2 { // directories are remembered
			if got := f.name(path); got != want {
				t.Errorf("%s is shown as %q, want %q", path, got, want)
			}
		}
	}
}
