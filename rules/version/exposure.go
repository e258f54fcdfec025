package version

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	enablePoolHBA   facts.Key = "enable_pool_hba"
	clearTextAuth   facts.Key = "allow_clear_text_frontend_auth"
	clusteringMode  facts.Key = "backend_clustering_mode"
	ownHBA          facts.Key = "PGPOOL_USER_HBA_FILE"
	memoryCache     facts.Key = "memory_cache_enabled"
	tls             facts.Key = "ssl"
	useWatchdog     facts.Key = "use_watchdog"
	lifecheckMethod facts.Key = "wd_lifecheck_method"
	lifecheckSecret facts.Key = "wd_lifecheck_password"
)

// exposure is whether a configuration meets the conditions of a vulnerability.
type exposure struct {
	// exposed says that it does; else doubt says what is not known that decides, and is empty when it does not.
	exposed bool
	doubt   string
	// setting is the one that decides; without is what to do about it when the release must stay.
	setting facts.Setting
	without string
}

// exposures are the conditions by their names in the table.
var exposures = map[string]func(rules.Instance) exposure{
	"authentication":    authentication,
	"query cache":       queryCache,
	"watchdog password": watchdogPassword,
	"tls":               encrypted,
}

// switched is the exposure of what a boolean parameter turns on.
func switched(i rules.Instance, key facts.Key, without string) exposure {
	setting := i.Get(key)
	switch {
	case setting.Known() && setting.Norm == "on":
		return exposure{exposed: true, setting: setting, without: without}
	case setting.Known() && setting.Norm == "off":
		return exposure{}
	}
	return exposure{doubt: string(key) + " is not known", setting: setting, without: without}
}

func queryCache(i rules.Instance) exposure {
	return switched(i, memoryCache, "Until then set memory_cache_enabled = off.")
}

func encrypted(i rules.Instance) exposure {
	return switched(i, tls, "Until then keep everybody else off the network between Bitbucket, Pgpool-II and the nodes.")
}

// watchdogPassword is met when the watchdog logs in to other Pgpool-II with a password that is not encrypted.
func watchdogPassword(i rules.Instance) exposure {
	const without = "Until then write the password AES-encrypted (pg_enc), or use wd_lifecheck_method = 'heartbeat'."
	watchdog := switched(i, useWatchdog, without)
	method, secret := i.Get(lifecheckMethod), i.Get(lifecheckSecret)
	switch {
	case !watchdog.exposed && watchdog.doubt == "", method.Known() && method.Norm != "query":
		return exposure{}
	case watchdog.doubt != "":
		return watchdog
	case !method.Known():
		return exposure{doubt: "wd_lifecheck_method is not known", setting: method, without: without}
	case !secret.Known(), strings.Trim(secret.Text, "*") == "" && secret.Text != "":
		return exposure{doubt: "wd_lifecheck_password is not shown", setting: secret, without: without}
	case secret.Text == "", strings.HasPrefix(secret.Text, "AES"):
		return exposure{}
	}
	return exposure{exposed: true, setting: secret, without: without}
}

// authentication is met in three ways (release notes of 4.6.1), and each depends on pg_hba.conf of a node, which is never
// known. Some configurations meet none whatever is in there: pool_hba.conf on, allow_clear_text_frontend_auth on; or
// pool_hba.conf on as the image writes it, without the method password, and not raw mode.
func authentication(i rules.Instance) exposure {
	const (
		turnOn  = "Until then turn enable_pool_hba on, with no method but scram-sha-256 in pool_hba.conf."
		without = "Until then write no method but scram-sha-256 into pool_hba.conf and the nodes' pg_hba.conf."
	)
	hba := switched(i, enablePoolHBA, turnOn)
	switch {
	case hba.doubt != "":
		return hba
	case !hba.exposed:
		setting := i.Get(enablePoolHBA)
		return exposure{doubt: rules.NameOf(setting) + "=" + setting.Shown() + ", and pg_hba.conf of the nodes is not read", setting: setting, without: turnOn}
	}
	if mode := i.Get(clusteringMode); mode.Known() && mode.Norm == "raw" {
		return exposure{doubt: "the mode is raw, and pg_hba.conf of the nodes is not read", setting: mode, without: without}
	}
	if clearText := i.Get(clearTextAuth); clearText.Known() && clearText.Norm == "on" {
		return exposure{}
	}
	own := i.Variable(ownHBA)
	if i.Image() && (own.State == facts.Absent || own.Known() && own.Text == "") {
		return exposure{}
	}
	return exposure{doubt: "pool_hba.conf is not read", setting: i.Get(enablePoolHBA), without: without}
}
