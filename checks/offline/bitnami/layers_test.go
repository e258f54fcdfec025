package bitnami

import (
	"maps"
	"reflect"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// A container gets nothing of what another has: what they have in common stays as it is.
func TestCommonIsNeverChanged(t *testing.T) {
	t.Parallel()
	given := func(image string, pairs ...string) *facts.Container {
		c := &facts.Container{Image: facts.Setting{Text: image, State: facts.Set}}
		for i := 0; i < len(pairs); i += 2 {
			value := facts.Setting{Text: pairs[i+1], State: facts.Set, Origin: facts.Origin{Key: pairs[i], Runs: []facts.Run{}}}
			c.Environment = append(c.Environment, facts.Assignment{Name: pairs[i], Value: value})
		}
		return c
	}
	pgpool, node := "bitnami/pgpool:4.5.5", "bitnami/postgresql-repmgr:17"
	plainPool, plainNode := Pgpool(given(pgpool), testContext), Node(given(node), testContext)
	settings, variables := maps.Clone(plainPool.Settings.Common), maps.Clone(plainPool.Environment.Common)
	parameters := maps.Clone(plainNode.Settings.Common)
	for _, c := range []*facts.Container{
		given(pgpool, "PGPOOL_BACKEND_NODES", "0:a:5432,1:b:5433", "PGPOOL_MAX_POOL", "7", "PGPOOL_LOAD_BALANCING", "x"),
		given(pgpool, "PGPOOL_NUM_INIT_CHILDREN", "", "PGPOOL_ENABLE_TLS", "yes"),
	} {
		Pgpool(c, testContext)
	}
	for _, c := range []*facts.Container{
		given(node, "REPMGR_NODE_NAME", "pg-1", "POSTGRESQL_MAX_CONNECTIONS", "300", "POSTGRESQL_EXTRA_FLAGS", "-c idle_session_timeout=5s"),
		given(node, "POSTGRES_PORT_NUMBER", "5433", "REPMGR_PRIMARY_PORT", ""),
	} {
		Node(c, testContext)
	}
	again, againNode := Pgpool(given(pgpool), testContext), Node(given(node), testContext)
	if !reflect.DeepEqual(again.Settings.Common, settings) || !reflect.DeepEqual(again.Environment.Common, variables) || !reflect.DeepEqual(againNode.Settings.Common, parameters) {
		t.Error("what containers have in common was changed")
	}
	if again.Settings.Get("max_pool").State != facts.Default || againNode.Settings.Get("max_connections").State != facts.Default {
		t.Errorf("%+v, %+v", again.Settings.Get("max_pool"), againNode.Settings.Get("max_connections"))
	}
}
