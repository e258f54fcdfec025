package repmgr

import (
	"os/exec"
	"strings"
	"testing"
)

// TestShell proves against bash what the family takes for granted of the image's scripts: that digits with a leading 0
// are octal, and that with nocasematch on, as the scripts have it, capitals do not matter when two hosts are compared.
func TestShell(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	run := func(script string) string {
		out, _ := exec.Command(bash, "-c", script).CombinedOutput()
		return strings.TrimSpace(string(out))
	}
	for digits, octal := range map[string]bool{"0": false, "7": false, "07": false, "007": false, "10": false, "100": false, "010": true, "0010": true, "017": true} {
		decimal := strings.TrimLeft(digits, "0")
		if decimal == "" {
			decimal = "0"
		}
		if got := run("echo $(("+digits+"))") != decimal; got != octal || isOctal("pg-"+digits) != octal {
			t.Errorf("%s: bash takes it for another number: %t; isOctal: %t; want %t", digits, got, isOctal("pg-"+digits), octal)
		}
	}
	for _, digits := range []string{"08", "09", "018"} {
		if got := run("echo $((" + digits + "+1000))"); !strings.Contains(got, "value too great") {
			t.Errorf("$((%s+1000)) gives %q", digits, got)
		}
	}
	for hosts, same := range map[string]bool{
		`"PG-0:5432" = "pg-0:5432"`: true, `"pg-0.:5432" = "pg-0:5432"`: false, `"pg-0.db.internal:5432" = "pg-0:5432"`: false, `"pg-0:05432" = "pg-0:5432"`: false,
	} {
		if got := run("shopt -s nocasematch; if [[ "+hosts+" ]]; then echo same; fi") == "same"; got != same {
			t.Errorf("[[ %s ]] is %t, want %t", hosts, got, same)
		}
	}
}
