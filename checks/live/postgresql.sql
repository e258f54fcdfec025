/*NO LOAD BALANCE*/ WITH RECURSIVE me AS (
  SELECT oid, rolname, rolsuper, rolreplication, rolbypassrls, rolcreaterole, rolcreatedb, rolconnlimit, rolvaliduntil
  FROM pg_catalog.pg_roles WHERE rolname = session_user
), groups(oid) AS (
  SELECT m.roleid FROM pg_catalog.pg_auth_members m, me WHERE m.member = me.oid
  UNION SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN groups g ON m.member = g.oid
), db AS (
  SELECT d.oid, d.datname, d.datdba, d.encoding, d.datcollate, d.datctype, d.datconnlimit, pg_catalog.to_jsonb(d) AS j
  FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
), changes AS (
  SELECT pg_catalog.to_regclass('databasechangeloglock') AS oid
)
SELECT pg_catalog.json_build_object(
  'versionNum', pg_catalog.current_setting('server_version_num')::int,
  'version', pg_catalog.current_setting('server_version'),
  'inRecovery', pg_catalog.pg_is_in_recovery(),
  'readOnly', pg_catalog.current_setting('transaction_read_only') = 'on',
  'now', pg_catalog.clock_timestamp(),
  'pid', pg_catalog.pg_backend_pid(),
  'seesActivity', (SELECT rolsuper FROM me) OR pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'USAGE'),
  'settings', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(name, pg_catalog.current_setting(name), setting, coalesce(unit, '')) ORDER BY name)
    FROM pg_catalog.pg_settings WHERE name = ANY ('{$SETTINGS}')),
  'database', (SELECT pg_catalog.json_build_object(
    'name', datname, 'encoding', pg_catalog.pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
    'provider', CASE coalesce(j->>'datlocprovider', 'c') WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE j->>'datlocprovider' END,
    'collationVersion', coalesce(j->>'datcollversion', ''),
    'actualCollationVersion', coalesce(CASE WHEN pg_catalog.to_regprocedure('pg_catalog.pg_database_collation_actual_version(oid)') IS NOT NULL
      THEN pg_catalog.substring(pg_catalog.query_to_xml('SELECT pg_catalog.pg_database_collation_actual_version(' || oid || ') AS v', false, true, '')::text, '<v>(.*)</v>') END, ''),
    'owner', pg_catalog.pg_get_userbyid(datdba),
    'ownedByRole', datdba = (SELECT oid FROM me) OR datdba IN (SELECT oid FROM groups),
    'connectionLimit', datconnlimit,
    'searchPath', pg_catalog.current_setting('search_path'),
    'currentSchema', coalesce(pg_catalog.current_schema(), ''),
    'schemaOwner', coalesce((SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = pg_catalog.current_schema()), ''),
    'schemaOwnedByRole', coalesce((SELECT nspowner = (SELECT oid FROM me) OR nspowner IN (SELECT oid FROM groups) FROM pg_catalog.pg_namespace WHERE nspname = pg_catalog.current_schema()), false),
    'mayCreateInSchema', coalesce(pg_catalog.has_schema_privilege(pg_catalog.current_schema(), 'CREATE'), false),
    'mayCreateSchema', pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
    'lock', (SELECT CASE WHEN changes.oid IS NOT NULL AND pg_catalog.has_table_privilege(changes.oid, 'SELECT')
      THEN pg_catalog.substring(pg_catalog.query_to_xml('SELECT pg_catalog.encode(pg_catalog.convert_to(pg_catalog.left(pg_catalog.to_jsonb(t)::text, 2000), ''UTF8''), ''hex'') AS v FROM '
        || changes.oid::regclass || ' t LIMIT 1', false, true, '')::text, '<v>(.*)</v>') END FROM changes),
    'sessions', pg_catalog.pg_stat_get_db_numbackends(oid)
  ) FROM db),
  'role', (SELECT pg_catalog.json_build_object(
    'name', rolname, 'superuser', rolsuper, 'replication', rolreplication, 'bypassRLS', rolbypassrls,
    'createRole', rolcreaterole, 'createDB', rolcreatedb, 'connectionLimit', rolconnlimit,
    'validUntil', coalesce(CASE WHEN pg_catalog.isfinite(rolvaliduntil) THEN rolvaliduntil::text END, ''),
    'validFor', coalesce(CASE WHEN pg_catalog.isfinite(rolvaliduntil) THEN pg_catalog.date_part('epoch', rolvaliduntil - pg_catalog.clock_timestamp()) END, 0),
    'settings', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(s.scope, s.line) ORDER BY s.scope, s.line) FROM (
      SELECT CASE WHEN setdatabase = 0 THEN 'role' WHEN setrole = 0 THEN 'database' ELSE 'role in database' END AS scope, pg_catalog.left(u.line, 1000) AS line
      FROM pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) AS u(line)
      WHERE setrole IN (0, me.oid) AND setdatabase IN (0, (SELECT oid FROM db)) LIMIT 200) s),
    'memberOf', (SELECT pg_catalog.json_agg(n ORDER BY n) FROM (SELECT DISTINCT pg_catalog.pg_get_userbyid(oid)::text AS n FROM groups LIMIT 200) g),
    'members', (SELECT pg_catalog.json_agg(n ORDER BY n) FROM (SELECT DISTINCT pg_catalog.pg_get_userbyid(member)::text AS n FROM pg_catalog.pg_auth_members WHERE roleid = me.oid LIMIT 200) g),
    'otherDatabases', (SELECT pg_catalog.json_agg(n ORDER BY n) FROM (SELECT d.datname::text AS n FROM pg_catalog.pg_database d
      WHERE d.datname <> pg_catalog.current_database() AND NOT d.datistemplate AND (d.datdba = me.oid OR EXISTS (
        SELECT 1 FROM pg_catalog.aclexplode(d.datacl) a WHERE a.grantee = me.oid AND a.privilege_type = 'CONNECT')) LIMIT 200) g),
    'ownsElsewhere', (SELECT pg_catalog.json_agg(n ORDER BY n) FROM (SELECT DISTINCT d.datname::text AS n FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_database d ON d.oid = s.dbid
      WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.refobjid = me.oid AND s.deptype = 'o' AND d.datname <> pg_catalog.current_database() LIMIT 200) g),
    'applications', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.name, 'database', a.database, 'client', a.client, 'sessions', a.sessions) ORDER BY a.name, a.database, a.client) FROM (
      SELECT coalesce(application_name, '') AS name, coalesce(datname::text, '') AS database, coalesce(pg_catalog.host(client_addr), '') AS client, pg_catalog.count(*) AS sessions
      FROM pg_catalog.pg_stat_activity WHERE usesysid = me.oid AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid() AND application_name <> '$APPLICATION'
      GROUP BY 1, 2, 3 LIMIT 200) a)
  ) FROM me)
)::text AS facts
