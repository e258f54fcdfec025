package endpoint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestEveryCauseHasAdvice holds the tables against the constants of package facts: a new cause needs advice of its own, in
// one of the two rules.
func TestEveryCauseHasAdvice(t *testing.T) {
	t.Parallel()
	causes := causesOf(t, "../../checks/facts/snapshot.go")
	if len(causes) < 20 {
		t.Fatalf("only %d causes were found", len(causes))
	}
	for _, cause := range causes {
		_, onTheWay := unreached[cause]
		_, byServer := refused[cause]
		switch cause {
		case facts.CauseNone, facts.CauseCancelled:
			if onTheWay || byServer {
				t.Errorf("%q is no fault", cause)
			}
		default:
			if onTheWay == byServer {
				t.Errorf("%q: advice in endpoint/reachable %v, in endpoint/login %v; it belongs to one of them", cause, onTheWay, byServer)
			}
		}
	}
}

// causesOf reads the constants of type LoginCause out of the source, because Go cannot list them.
func causesOf(t *testing.T, path string) (causes []facts.LoginCause) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "LoginCause" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		causes = append(causes, facts.LoginCause(text))
		return true
	})
	return causes
}
