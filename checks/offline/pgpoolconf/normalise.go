package pgpoolconf

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"
)

// Normalise gives what a version of Pgpool-II (version "" is the newest) makes of a value: an integer in decimal and in
// the parameter's own unit, a boolean as "on" or "off", an enumeration in lower case, any other text as it is. bad says
// why the text is no proper value; norm is then what pgpool uses all the same, or refused is true, because pgpool does not
// start with it. An unknown parameter takes every text.
func Normalise(name, text, version string) (norm, bad string, refused bool) {
	p, index, ok := find(name)
	if !ok {
		return text, "", false
	}
	if reason := p.refusesName(index, version); reason != "" {
		return "", reason, true
	}
	norm, bad, refused = p.normalise(text, version, p.unitOf(index))
	if n, err := strconv.Atoi(index); err == nil && n > p.maxIndex() && bad == "" {
		bad = "the number of the node is above " + strconv.Itoa(p.maxIndex()) + ": pgpool writes it behind the end of its table"
	}
	return norm, bad, refused
}

// unitOf is the unit in which a value can be given. Without the number of a node health_check_period and its like take
// none: pgpool does not start with "30s" there, in any version from 4.2 to 4.7, although it does with health_check_period0.
func (p *Param) unitOf(index string) guc.Unit {
	if p.Index == IndexOptional && index == "" {
		return guc.None
	}
	return p.Unit
}

// maxIndex is the highest number of a node: there are 128 backends and watchdogs, 256 heartbeat interfaces. The next higher
// number passes pgpool's own check all the same.
func (p *Param) maxIndex() int {
	if strings.HasPrefix(p.Name, "heartbeat_") {
		return 255
	}
	return 127
}

// refusesName says why pgpool does not start because of a name: an indexed parameter without its number, or something
// else behind its name.
func (p *Param) refusesName(index, version string) string {
	if p.Index == NoIndex || !p.Exists(version) {
		return ""
	}
	if index == "" {
		// wd_port became an indexed parameter in 4.2.
		r, known := parseRelease(version)
		if p.Index == IndexOptional || p.Name == "wd_port" && known && r.before(mustRelease("4.2")) {
			return ""
		}
		return "the number of the node is missing behind the name: pgpool does not start"
	}
	for i := range len(index) {
		if !guc.Decimal(index[i]) {
			return "only a number may follow " + p.Name + ": pgpool does not start"
		}
	}
	if n, err := strconv.Atoi(index); err != nil || n > p.maxIndex()+1 {
		return "the number of the node is above " + strconv.Itoa(p.maxIndex()) + ": pgpool does not start"
	}
	return ""
}

func (p *Param) normalise(text, version string, unit guc.Unit) (norm, bad string, refused bool) {
	switch p.Type {
	case Bool:
		if value, ok := guc.Boolean(text); ok {
			return onOff(value), "", false
		}
		return "on", "no boolean word: pgpool reads it as on", false
	case Int, Long:
		return p.integer(text, version, unit)
	case Double:
		return p.double(text)
	case Enum:
		for _, word := range p.Values(version) {
			if strings.EqualFold(text, word) {
				return strings.ToLower(word), "", false
			}
		}
		return "", "not one of " + strings.Join(p.Values(version), ", "), true
	}
	switch p.Name {
	case "backend_flag":
		return backendFlag(text, version)
	case "log_destination":
		return logDestination(text, version)
	}
	return text, "", false
}

func onOff(value bool) string {
	if value {
		return "on"
	}
	return "off"
}

func (p *Param) integer(text, version string, unit guc.Unit) (norm, bad string, refused bool) {
	largest := int64(math.MaxInt32)
	if p.Type == Long {
		largest, _ = strconv.ParseInt(p.Max, 10, 64)
	}
	var value int64
	if r, known := parseRelease(version); known && r.before(mustRelease("4.2")) {
		var whole bool
		if value, whole = atol(text); p.Type == Int {
			value = int64(int32(value)) // as C's atoi cuts it off
		}
		if !whole {
			bad = "before 4.2 pgpool knows no units and reads " + strconv.FormatInt(value, 10)
		}
	} else {
		var err error
		if value, err = guc.Integer(text, unit, largest); err != nil {
			return "", integerReason(err, unit), true
		}
	}
	lowest, _ := strconv.ParseInt(p.Min, 10, 64)
	highest, _ := strconv.ParseInt(p.Max, 10, 64)
	if value < lowest || value > highest {
		return "", p.outside(), true
	}
	return strconv.FormatInt(value, 10), bad, false
}

func integerReason(err error, unit guc.Unit) string {
	switch {
	case errors.Is(err, guc.ErrTakesNoUnit):
		return "not an integer, and the parameter takes no unit"
	case errors.Is(err, guc.ErrUnknownUnit) && (unit == guc.Byte || unit == guc.Kilobyte):
		return "not an integer with one of the units B, kB, MB, GB, TB"
	case errors.Is(err, guc.ErrUnknownUnit):
		return "not an integer with one of the units us, ms, s, min, h, d"
	case errors.Is(err, guc.ErrRange):
		return "too large"
	}
	return "not an integer"
}

func (p *Param) outside() string {
	if p.Max == strconv.Itoa(math.MaxInt32) || p.Max == strconv.Itoa(math.MaxInt64) {
		return "below " + p.Min
	}
	return "outside " + p.Min + " to " + p.Max
}

// atol is C's: it stops at the first character that is no digit. whole says that nothing was left.
func atol(text string) (value int64, whole bool) {
	trimmed := strings.TrimLeft(text, " \t\n\v\f\r")
	end := 0
	if end < len(trimmed) && (trimmed[end] == '+' || trimmed[end] == '-') {
		end++
	}
	first := end
	for end < len(trimmed) && guc.Decimal(trimmed[end]) {
		end++
	}
	if end == first {
		return 0, false
	}
	// Too large a number becomes the largest one.
	value, _ = strconv.ParseInt(trimmed[:end], 10, 64)
	return value, end == len(trimmed)
}

// double reads as C's atof does: the number at the start, or 0.
func (p *Param) double(text string) (norm, bad string, refused bool) {
	value, whole := guc.Float(text)
	if !whole {
		bad = "not a number: pgpool reads " + formatFloat(value)
	}
	lowest, _ := strconv.ParseFloat(p.Min, 64)
	highest, _ := strconv.ParseFloat(p.Max, 64)
	if value < lowest || value > highest {
		return "", "outside " + formatFloat(lowest) + " to " + formatFloat(highest), true
	}
	return formatFloat(value), bad, false
}

func formatFloat(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// items are the words of a list. Blanks around them are cut off by newer versions: 4.6 and 4.7 do, 4.3 does not; those in
// between, and a version that is not known, are taken to do so.
func items(text, separator, version string) []string {
	words := strings.FieldsFunc(text, func(c rune) bool { return string(c) == separator })
	if !Before(version, "4.4") {
		for i := range words {
			words[i] = strings.Trim(words[i], " \t\n\v\f\r")
		}
	}
	return words
}

// backendFlag reads the flags of a backend, which are joined by bars, and gives them as pgpool shows them.
func backendFlag(text, version string) (norm, bad string, refused bool) {
	alwaysPrimary := "ALWAYS_PRIMARY"
	if Before(version, "4.2") {
		alwaysPrimary = "ALWAYS_MASTER"
	}
	var allow, disallow, always bool
	for _, flag := range items(text, "|", version) {
		switch flag {
		case "ALLOW_TO_FAILOVER":
			allow = true
		case "DISALLOW_TO_FAILOVER":
			disallow = true
		case alwaysPrimary:
			always = true
		default:
			return "", "not one of ALLOW_TO_FAILOVER, DISALLOW_TO_FAILOVER, " + alwaysPrimary + ", nor several of them joined by |", true
		}
		if allow && disallow {
			return "", "ALLOW_TO_FAILOVER and DISALLOW_TO_FAILOVER exclude each other", true
		}
	}
	if text == "" && Before(version, "4.2") {
		return "", "empty", true
	}
	norm = "ALLOW_TO_FAILOVER"
	if disallow {
		norm = "DISALLOW_TO_FAILOVER"
	}
	if always {
		norm += "|" + alwaysPrimary
	}
	return norm, "", false
}

func logDestination(text, version string) (norm, bad string, refused bool) {
	words := items(text, ",", version)
	for _, word := range words {
		if word != "stderr" && word != "syslog" {
			return "", "not stderr, syslog or both, separated by a comma", true
		}
	}
	if len(words) == 0 {
		return "", "empty: stderr, syslog or both are expected", true
	}
	return text, "", false
}
