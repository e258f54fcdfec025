package bitnami

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// BenchmarkPgpool is the cost of one container of ordinary size.
func BenchmarkPgpool(b *testing.B) {
	var environment []facts.Assignment
	source := facts.NewSource("compose.yaml", []byte("0:pg-0:5432,1:pg-1:5432"))
	for name, value := range map[string]string{
		"PGPOOL_BACKEND_NODES": "0:pg-0:5432,1:pg-1:5432", "PGPOOL_SR_CHECK_USER": "check", "PGPOOL_SR_CHECK_PASSWORD": "x", "PGPOOL_ADMIN_USERNAME": "admin",
		"PGPOOL_ADMIN_PASSWORD": "x", "PGPOOL_POSTGRES_PASSWORD": "x", "PGPOOL_ENABLE_LOAD_BALANCING": "no", "PGPOOL_NUM_INIT_CHILDREN": "100", "PGPOOL_MAX_POOL": "1",
	} {
		environment = append(environment, facts.Assignment{Name: name, Value: facts.Setting{
			Text: value, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{End: len(value)}, Key: name},
		}})
	}
	c := &facts.Container{Image: facts.Setting{Text: "bitnami/pgpool:4.5.5", State: facts.Set}, Environment: environment}
	b.ReportAllocs()
	for b.Loop() {
		Pgpool(c, testContext)
	}
}
