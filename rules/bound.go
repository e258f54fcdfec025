package rules

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"
)

// Unit says what a [Bound] counts and how it is written.
type Unit uint8

// The units.
const (
	Durations Unit = iota + 1 // nanoseconds, written as in 25ms
	Bytes                     // bytes, written as in 16MB, in powers of 1024 as PostgreSQL has them
	Numbers                   // whole numbers
)

// Bound is a figure that a rule judges by and that the user may set.
type Bound struct {
	// Name is the key in the config file: "maximum".
	Name string
	Unit Unit
	// Default is the figure when the user sets none; Least and Most are the range of what he may set.
	Default, Least, Most int64
	// InTitle is how the rule's title says the default, to be replaced when another figure holds; empty when it does not.
	// Word is what is counted, for a figure that does not say so: "months".
	InTitle, Word string
	// About says what the figure bounds.
	About string
}

// sizes are the units of bytes, the largest first.
var sizes = []struct {
	name  string
	bytes int64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}

// Parse reads a figure as the user writes it. The error says what to write instead.
func (b Bound) Parse(text string) (int64, error) {
	value, err := b.parse(text)
	if err != nil {
		return 0, err
	}
	if value < b.Least || value > b.Most {
		return 0, fmt.Errorf("%s is not between %s and %s", text, b.Show(b.Least), b.Show(b.Most))
	}
	return value, nil
}

func (b Bound) parse(text string) (int64, error) {
	switch b.Unit {
	case Durations:
		d, err := time.ParseDuration(text)
		if err != nil || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
			return 0, errors.New("write a duration with its unit, as in " + b.Show(b.Default))
		}
		return int64(d), nil
	case Bytes:
		for _, size := range sizes {
			digits, found := strings.CutSuffix(text, size.name)
			if !found {
				continue
			}
			n, err := strconv.ParseInt(digits, 10, 64)
			switch {
			case err != nil || digits[0] < '0' || digits[0] > '9':
			case n > b.Most/size.bytes:
				return math.MaxInt64, nil
			default:
				return n * size.bytes, nil
			}
			break
		}
		return 0, errors.New("write a size with its unit, as in " + b.Show(b.Default))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errors.New("write a whole number, as in " + b.Show(b.Default))
	}
	return n, nil
}

// Show writes a figure as Parse reads it.
func (b Bound) Show(value int64) string {
	switch b.Unit {
	case Durations:
		text := time.Duration(value).String()
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
		return text
	case Bytes:
		for _, size := range sizes {
			if value >= size.bytes && value%size.bytes == 0 {
				return strconv.FormatInt(value/size.bytes, 10) + size.name
			}
		}
	}
	return strconv.FormatInt(value, 10)
}

// Tuning is what a user changes about a rule.
type Tuning struct {
	// Severity is what every failure is worth, also one that the rule itself rates otherwise; 0 leaves that to the rule.
	Severity Severity
	// Bounds are figures by the name of the [Bound].
	Bounds map[string]int64
}

// Tuned gives the rule as the user wants it; the rule itself stays as it is.
func (r *Rule) Tuned(t Tuning) *Rule {
	tuned := *r
	if t.Severity != 0 {
		tuned.Severity, tuned.forced = t.Severity, true
	}
	tuned.bounds = maps.Clone(r.bounds)
	if tuned.bounds == nil {
		tuned.bounds = map[string]int64{}
	}
	maps.Copy(tuned.bounds, t.Bounds)
	for _, bound := range r.Bounds {
		if value, ok := t.Bounds[bound.Name]; ok && bound.InTitle != "" && value != bound.Default {
			tuned.Title = strings.Replace(tuned.Title, bound.InTitle, strings.TrimSpace(bound.Show(value)+" "+bound.Word), 1)
		}
	}
	return &tuned
}

// Bound gives the figure that holds for one of the rule's bounds.
func (p *Pass) Bound(name string) int64 {
	if value, ok := p.rule.bounds[name]; ok {
		return value
	}
	for _, bound := range p.rule.Bounds {
		if bound.Name == name {
			return bound.Default
		}
	}
	panic("the rule has no bound " + name)
}

// Duration is Bound for one that is a duration.
func (p *Pass) Duration(name string) time.Duration { return time.Duration(p.Bound(name)) }
