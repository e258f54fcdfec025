/*NO LOAD BALANCE*/ SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
  'id', node_id, 'name', node_name, 'type', type, 'active', active, 'upstream', coalesce(upstream_node_id, 0),
  'host', coalesce(pg_catalog.substring(conninfo, '(?:^|\s)host\s*=\s*''?([^''\s]+)'), ''),
  'port', coalesce(pg_catalog.substring(conninfo, '(?:^|\s)port\s*=\s*''?([0-9]+)'), '')) ORDER BY node_id)::text AS facts
FROM repmgr.nodes
