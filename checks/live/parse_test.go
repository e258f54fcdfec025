package live

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

func TestPgpoolVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4.3.5 (tamahomeboshi)": "4.3.5", "4.8devel (mitsukakeboshi)": "4.8", "4.7 (x)": "4.7", "": "", "devel": "",
	} {
		if got := pgpoolVersion(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestShowAllIsSafe(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"4.0.25": false, "4.1.4": false, "4.2.24": false, "4.3.4": false, "4.3.5": true, "4.3.6": false, "4.3.17": false,
		"4.3.18": true, "4.3.20": true, "4.4.14": false, "4.4.15": true, "4.5.9": false, "4.5.10": true, "4.6.1": false,
		"4.6.5": true, "4.7.0": true, "4.7.3": true, "4.8": true, "5.0.1": true, "": false, "what": false,
	} {
		if got := showAllIsSafe(version); got != want {
			t.Errorf("%q: %t", version, got)
		}
	}
}

func TestNamesToAsk(t *testing.T) {
	t.Parallel()
	list := names("4.6.1")
	for _, name := range []string{"num_init_children", "backend_hostname0", "backend_port1", "health_check_period", "process_management_mode", "user_redirect_preference_list"} {
		if !slices.Contains(list, name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range list {
		if p, _ := pgpoolconf.Parameter(name); p.Fate == pgpoolconf.Alias {
			t.Errorf("an old spelling is asked for: %s", name)
		}
		if strings.HasPrefix(name, "backend_flag") || facts.SensitiveName(name) || name == "master_slave_mode" {
			t.Errorf("%s is asked for", name)
		}
	}
	if list := names("4.1.4"); !slices.Contains(list, "master_slave_mode") || slices.Contains(list, "backend_clustering_mode") {
		t.Error("4.1 is asked for the parameters of another release")
	}
}

// TestWithoutAbsent: Pgpool-II answers for backend nodes that it does not have.
func TestWithoutAbsent(t *testing.T) {
	t.Parallel()
	var list []facts.Measured
	for _, item := range [][2]string{
		{"backend_hostname0", "pg-0"}, {"backend_hostname1", ""}, {"backend_hostname10", "pg-10"}, {"backend_port0", "5432"}, {"backend_port1", "0"},
		{"backend_port10", "5432"}, {"backend_weight1", "0"}, {"health_check_period1", "0"}, {"port", "0"},
	} {
		list = append(list, parameter(item[0], item[1], "4.6.1"))
	}
	var left []string
	for _, m := range withoutAbsent(list) {
		left = append(left, m.Name)
	}
	if got := strings.Join(left, " "); got != "backend_hostname0 backend_hostname10 backend_port0 backend_port10 health_check_period1 port" {
		t.Error(got)
	}
}

func TestMilliseconds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, unit, want string }{
		{"30s", "ms", "30000"}, {"5min", "ms", "300000"}, {"5 min", "s", "300000"}, {"2000", "ms", "2000"}, {"90", "s", "90000"},
		{"0", "s", "0"}, {"-1", "ms", "-1"}, {"0.5h", "ms", "1800000"}, {"public", "", "public"}, {"12 parsecs", "ms", "12 parsecs"},
		{"", "ms", ""}, {"64", "8kB", "64"}, {"s", "ms", "s"},
	} {
		if got := milliseconds(c.value, c.unit); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.value, c.unit, got, c.want)
		}
	}
	if got := normal("1440", "min"); got != "86400000" {
		t.Errorf("1440 min: %q", got)
	}
}

func TestChangeLogLock(t *testing.T) {
	t.Parallel()
	row := hex.EncodeToString([]byte(`{"id": 1, "locked": true, "lockedby": "bb-1 (10.0.0.7)", "lockgranted": "2026-11-23T04:23:40.1"}`))
	if got := changeLogLock(row); got == nil || *got != (facts.ChangeLogLock{Locked: true, By: "bb-1 (10.0.0.7)", Since: "2026-11-23T04:23:40.1"}) {
		t.Errorf("%+v", got)
	}
	free := hex.EncodeToString([]byte(`{"id": 1, "locked": false, "lockedby": null, "lockgranted": null}`))
	if got := changeLogLock(free); got == nil || got.Locked || got.By != "" {
		t.Errorf("%+v", got)
	}
	for _, foreign := range []string{"", "zz", hex.EncodeToString([]byte(`{"locked": "yes"}`)), hex.EncodeToString([]byte(`{"loc`))} {
		if got := changeLogLock(foreign); foreign != "" && got != nil {
			t.Errorf("%q: %+v", foreign, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("password=geheim")
	f.Add("\x1b[31mred\x00\xff")
	f.Add(strings.Repeat("ä", 3000))
	f.Fuzz(func(t *testing.T, text string) {
		got := clean(text)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x1b\r") || len(got) > 3*mostText+100 {
			t.Errorf("%q became %q", text, got)
		}
		if again := clean(got); len(got) < mostText && again != got {
			t.Errorf("%q became %q and then %q", text, got, again)
		}
	})
}
