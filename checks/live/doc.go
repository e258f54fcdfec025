// Package live asks the running endpoint what it is and how it is set up, and puts every answer into a [facts.Snapshot].
// It judges nothing, and it changes nothing: all it sends are SHOW, PGPOOL SHOW and SELECT.
//
// Pgpool-II serves one client per child process, so [Probe] logs in once and asks everything one after another on that
// connection. It uses the simple query protocol outside any transaction, because Pgpool-II answers SHOW pool_* nowhere
// else, and finds columns by name, because their number changes with the version. Only [Target.AdminUser] and
// [Target.ProbeCapacity] open more connections.
//
// Nothing here waits without bound or reads without bound: there is a deadline on the connection, on the login and on every
// statement, and a limit on what an answer may weigh. Text that came from a server is redacted when it is read.
package live
