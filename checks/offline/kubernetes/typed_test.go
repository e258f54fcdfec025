package kubernetes

import (
	"math/rand/v2"
	"testing"

	"go.yaml.in/yaml/v2"
)

// typedByKubernetes asks the library by which Kubernetes reads YAML.
func typedByKubernetes(text string) bool {
	var decoded any
	if err := yaml.Unmarshal([]byte(text), &decoded); err != nil {
		return false
	}
	switch decoded.(type) {
	case string, nil, []any, map[any]any, yaml.MapSlice:
		return false
	}
	return true
}

// plain says whether a text can be a plain scalar as it is, so that both are asked for the same.
func plain(text string) bool {
	var decoded []string
	return yaml.Unmarshal([]byte("[a, \""+text+"\"]"), &decoded) == nil && yaml.Unmarshal([]byte("- "+text), &decoded) == nil && len(decoded) == 1 && decoded[0] == text
}

func TestTypedAsKubernetes(t *testing.T) {
	t.Parallel()
	words := []string{
		"0", "1", "-1", "+1", "007", "08", "0o7", "0x1F", "0b11", "1_000", "1e3", "1.", ".5", "1.5e-3", ".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1:30", "190:20:30",
		"y", "Y", "yes", "Yes", "YES", "yEs", "n", "no", "NO", "on", "ON", "off", "Off", "true", "True", "TRUE", "false", "tRue", "yess", "2001-12-14", "2001-12-14t21:59:43.10-05:00",
		"2001-12-14 21:59:43.10", "99999999999999999999", "-9223372036854775809", "0x", "0b2", "-0b11", "-0x1", "1__0", "_1", "+", "-", ".", "..", "1.2.3", "4.6.7", "10.0.0.1", "5432", "1e", "e1", "0o8", "-0o7", "0_7", "0b1_0",
	}
	letters := "0123456789+-._eExXoObBaAfFyYsSnNtTrRuUlLiI:ZT "
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		text := make([]byte, 1+random.IntN(8))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		words = append(words, string(text))
	}
	compared := 0
	for _, word := range words {
		if !plain(word) {
			continue
		}
		compared++
		if got, want := typed(word), typedByKubernetes(word); got != want {
			t.Errorf("%q: typed %v, to Kubernetes %v", word, got, want)
			if t.Failed() && compared > 100_000 {
				return
			}
		}
	}
	if compared < 100_000 {
		t.Errorf("only %d compared", compared)
	}
}
