package dockerrun

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestOptionsAreDockers compares the table with the calls that define docker's options, in the source of docker/cli.
func TestOptionsAreDockers(t *testing.T) {
	t.Parallel()
	found, err := build.Import("github.com/docker/cli/cli/command/container", ".", build.FindOnly)
	if err != nil {
		t.Skipf("the source of docker/cli is not here: %v", err)
	}
	defined := map[string]bool{}
	for _, file := range []string{"opts.go", "run.go", "create.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(found.Dir, file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if receiver, ok := method.X.(*ast.Ident); !ok || receiver.Name != "flags" {
				return true
			}
			var texts []string
			for _, argument := range call.Args {
				if literal, ok := argument.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					texts = append(texts, text)
				}
			}
			switch kind := method.Sel.Name; kind {
			case "SetInterspersed", "SetAnnotation", "MarkHidden", "MarkDeprecated", "Changed", "Visit":
			default:
				if len(texts) == 0 {
					t.Errorf("flags.%s without a name", kind)
					return true
				}
				name, boolean := texts[0], strings.HasPrefix(kind, "Bool")
				defined[name] = true
				if takes, known := takesValue("docker", name); !known || takes == boolean {
					t.Errorf("--%s: known %v, takes a value %v; docker says flags.%s", name, known, takes, kind)
				}
				if strings.HasSuffix(kind, "P") && texts[1] != "" {
					if long, _ := shortOption("docker", texts[1][0]); long != name {
						t.Errorf("-%s is --%s, the table says %q", texts[1], name, long)
					}
				}
			}
			return true
		})
	}
	if len(defined) < 100 {
		t.Fatalf("only %d options found", len(defined))
	}
	for _, table := range []map[string]bool{dockerOptions(), dockerFlags()} {
		for name := range table {
			if !defined[name] {
				t.Errorf("docker does not define --%s", name)
			}
		}
	}
	for letter, name := range dockerShort {
		if _, known := takesValue("docker", name); !known {
			t.Errorf("-%c is the unknown --%s", letter, name)
		}
	}
}
