package compose

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestTypedScalarsAgainstComposeGo compares what is made of thousands of unquoted scalars that look like numbers, dates and
// words of YAML.
func TestTypedScalarsAgainstComposeGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(10, 11))
	alphabets := []string{"0123456789", "01", "0123456789._", "0123456789-:TZ ", "0123456789eE.+-", "0xX1aAfFoObB_-+", "-+.0_1e"}
	words := []string{"true", "True", "TRUE", "tRue", "false", "yes", "no", "on", "off", "y", "n", "null", "Null", "NULL", "nulL", "~", ".inf", "-.Inf", ".nan", "infinity", "nan", "Inf", "=", "<<", "0o7", "-0", "+0", "-0.0", "2024-01-02", "2024-01-02T03:04:05Z", "2024-01-02t03:04:05.5+01:00", "2024-1-2 3:4:5"}
	var out strings.Builder
	out.WriteString("services:\n  web:\n    image: a\n    environment:\n")
	count := 0
	for i := range 4_000 {
		scalar := ""
		if i < len(words) {
			scalar = words[i]
		} else {
			alphabet := alphabets[r.IntN(len(alphabets))]
			for range 1 + r.IntN(8) {
				scalar += string(alphabet[r.IntN(len(alphabet))])
			}
			scalar = []string{"", "", "-", "0x", "0b", "0o", "+"}[r.IntN(7)] + strings.TrimSpace(scalar)
		}
		var document struct{ A any }
		var node yaml.Node
		text := "a: " + scalar
		if yaml.Unmarshal([]byte(text), &node) != nil || yaml.Unmarshal([]byte(text), &document) != nil {
			continue
		}
		if node.Content[0].Content[1].Kind != yaml.ScalarNode || node.Content[0].Content[1].Value != scalar {
			continue
		}
		if number, ok := document.A.(float64); ok && (math.IsInf(number, 0) || math.IsNaN(number)) {
			continue // no JSON, so compose-go refuses it
		}
		count++
		if null(node.Content[0].Content[1]) {
			scalar = `"` + scalar + `"`
		}
		fmt.Fprintf(&out, "      V%d: %s\n", i, scalar)
	}
	if count < 2_500 {
		t.Errorf("only %d scalars", count)
	}
	p := &project{files: map[string]string{"compose.yaml": out.String()}, compose: []string{"compose.yaml"}}
	p.compare(t)
}
