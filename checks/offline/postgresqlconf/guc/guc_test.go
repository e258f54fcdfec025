package guc_test

import (
	"errors"
	"math"
	"strconv"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"
)

func TestInteger(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		unit guc.Unit
		want int64
		err  error
	}{
		{"10", guc.None, 10, nil}, {"10s", guc.None, 0, guc.ErrTakesNoUnit}, {"10 min", guc.Second, 600, nil}, {"10 min", guc.Millisecond, 600000, nil},
		{"90s", guc.Minute, 2, nil}, {"150s", guc.Minute, 2, nil}, {"1GB", guc.Kilobyte, 1 << 20, nil}, {"1.5kB", guc.Byte, 1536, nil}, {"1gb", guc.Byte, 0, guc.ErrUnknownUnit},
		{"017", guc.None, 15, nil}, {"019", guc.None, 0, guc.ErrTakesNoUnit}, {"0x1f", guc.None, 31, nil}, {"-010", guc.None, -8, nil}, {"", guc.None, 0, guc.ErrNoInteger},
		{"\t 7\n", guc.None, 7, nil}, {"0.5", guc.None, 0, nil}, {"1.5", guc.None, 2, nil}, {"2.5", guc.None, 2, nil}, {"-1.5", guc.None, -2, nil},
		{"2147483648", guc.None, 0, guc.ErrRange}, {"-2147483649", guc.None, 0, guc.ErrRange}, {"18446744073709551616", guc.None, 0, guc.ErrRange}, {"1e999", guc.None, 0, guc.ErrNoInteger},
		{"30.1GB", guc.Byte, 0, guc.ErrRange}, {"1us", guc.Second, 0, nil}, {"1 s s", guc.Second, 0, guc.ErrUnknownUnit}, {"5e", guc.None, 0, guc.ErrTakesNoUnit},
	} {
		got, err := guc.Integer(c.text, c.unit, math.MaxInt32)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q in %q: got %d, %v; want %d, %v", c.text, c.unit, got, err, c.want, c.err)
		}
	}
	// A fraction is rounded to a multiple of the next smaller unit before it is converted.
	if got, err := guc.Integer("30.1GB", guc.Byte, math.MaxInt64); got != 30822*(1<<20) || err != nil {
		t.Errorf("30.1GB: %d, %v", got, err)
	}
}

func TestBoolean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"on": "on", "ON": "on", "of": "off", "off": "off", "o": "", "t": "on", "fals": "off", "y": "on", "N": "off", "1": "on", "0": "off", "10": "", "": "", "yess": "", " on": "", "\x00": "", "ōn": "",
	} {
		got := ""
		if value, ok := guc.Boolean(text); ok {
			got = map[bool]string{true: "on", false: "off"}[value]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzInteger holds that a result, written in decimal, is read as itself.
func FuzzInteger(f *testing.F) {
	for _, text := range []string{"10", "10 min", "0x1.8p1", "010", "-.5", "1e3d", " 5\t", "99999999999999999999", "1e-400s"} {
		f.Add(text, byte(guc.Second))
	}
	f.Fuzz(func(t *testing.T, text string, unit byte) {
		u := guc.Unit(unit % 6)
		value, err := guc.Integer(text, u, math.MaxInt64)
		if err != nil {
			if value != 0 {
				t.Fatalf("%q in %s: %d with %v", text, u, value, err)
			}
			return
		}
		if again, err := guc.Integer(strconv.FormatInt(value, 10), u, math.MaxInt64); err != nil || math.Abs(float64(again)-float64(value)) > math.Abs(float64(value))/1e15 {
			t.Fatalf("%q in %s is %d, which is %d, %v", text, u, value, again, err)
		}
		guc.Float(text)
		guc.Boolean(text)
	})
}
