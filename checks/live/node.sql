SELECT pg_catalog.json_build_object(
  'versionNum', pg_catalog.current_setting('server_version_num')::int,
  'inRecovery', pg_catalog.pg_is_in_recovery(),
  'settings', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(name, pg_catalog.current_setting(name), setting, coalesce(unit, '')) ORDER BY name)
    FROM pg_catalog.pg_settings WHERE name = ANY ('{$SETTINGS}')),
  'collation', coalesce(CASE WHEN pg_catalog.to_regprocedure('pg_catalog.pg_database_collation_actual_version(oid)') IS NOT NULL
    THEN pg_catalog.substring(pg_catalog.query_to_xml('SELECT pg_catalog.pg_database_collation_actual_version(oid) AS v FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()', false, true, '')::text, '<v>(.*)</v>') END, ''),
  'replication', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
    'applicationName', coalesce(application_name, ''), 'state', coalesce(state, ''), 'syncState', coalesce(sync_state, ''),
    'lagBytes', coalesce(pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, replay_lsn), 0)::bigint,
    'lagSeconds', coalesce(pg_catalog.date_part('epoch', replay_lag), 0)) ORDER BY application_name, pid)
    FROM pg_catalog.pg_stat_replication)
)::text AS facts
