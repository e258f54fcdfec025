package dockerrun

import "github.com/bbdoctor/bbdoctor/checks/offline/input"

// The options of docker run and docker create, from docker/cli 29.9.3 (cli/command/container/opts.go, run.go, create.go)
// and those that older versions had (--pull and --quiet are there since 20.10 and 24). A test compares them with the
// source.
var (
	dockerFlags = input.Names(`detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all
		quiet read-only rm sig-proxy tty use-api-socket`)
	dockerOptions = input.Names(`add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns
		cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems
		detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns dns-opt
		dns-option dns-search domainname entrypoint env env-file expose gpus group-add health-cmd health-interval
		health-retries health-start-interval health-start-period health-timeout hostname io-maxbandwidth io-maxiops ip ip6 ipc
		isolation kernel-memory label label-file link link-local-ip log-driver log-opt mac-address memory memory-reservation
		memory-swap memory-swappiness mount name net net-alias network network-alias oom-score-adj pid pids-limit platform
		publish pull restart runtime security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit umask user
		userns uts volume volume-driver volumes-from workdir`)
	dockerShort = map[byte]string{
		'a': "attach", 'c': "cpu-shares", 'd': "detach", 'e': "env", 'h': "hostname", 'i': "interactive", 'l': "label",
		'm': "memory", 'p': "publish", 'P': "publish-all", 'q': "quiet", 't': "tty", 'u': "user", 'v': "volume", 'w': "workdir",
	}

	// What podman run takes beyond docker's options: https://docs.podman.io/en/latest/markdown/podman-run.1.html.
	podmanFlags = input.Names(`env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify
		unsetenv-all`)
	podmanOptions = input.Names(`arch authfile cert-dir cgroup-conf cgroups chrootdirs conmon-pidfile cpuset creds decryption-key
		env-merge gidmap group-entry health-log-destination health-max-log-count health-max-log-size health-on-failure
		health-startup-cmd health-startup-interval health-startup-retries health-startup-success health-startup-timeout
		hosts-file hostuser image-volume init-ctr init-path log-level no-session os passwd-entry personality pidfile pod
		pod-id-file preserve-fd preserve-fds rdt-class requires retry retry-delay sdnotify seccomp-policy secret shm-size-systemd
		subgidname subuidname systemd timeout tz uidmap unsetenv variant`)

	// What nerdctl run takes beyond docker's options: docs/command-reference.md of containerd/nerdctl.
	nerdctlFlags   = input.Names(`insecure-registry rootfs systemd-cgroup`)
	nerdctlOptions = input.Names(`bandwidth-limit cosign-certificate-identity cosign-certificate-identity-regexp
		cosign-certificate-oidc-issuer cosign-certificate-oidc-issuer-regexp cosign-key cpu-period ipfs-address log-uri
		nerdctl-io rdt-class snapshotter soci-index-digest verify`)

	// Options in front of the subcommand that take a value.
	globalOptions = map[string]func() map[string]bool{
		"docker": input.Names(`--config --context -c --host -H --log-level -l --tlscacert --tlscert --tlskey`),
		"podman": input.Names(`--cgroup-manager --conmon --connection -c --events-backend --hooks-dir --identity --imagestore --log-level
			--module --network-cmd-path --network-config-dir --out --root --runroot --runtime --runtime-flag --ssh
			--storage-driver --storage-opt --tmpdir --url --volumepath`),
		"nerdctl": input.Names(`--address -a -H --host --cgroup-manager --cni-netconfpath --cni-path --data-root --hosts-dir --namespace -n
			--snapshotter --storage-driver`),
	}
)

// takesValue says of a long option whether it takes a value, and whether it is known at all.
func takesValue(program, name string) (takes, known bool) {
	switch {
	case dockerOptions()[name]:
		return true, true
	case dockerFlags()[name]:
		return false, true
	case program == "podman" && podmanOptions()[name], program == "nerdctl" && nerdctlOptions()[name]:
		return true, true
	case program == "podman" && podmanFlags()[name], program == "nerdctl" && nerdctlFlags()[name]:
		return false, true
	}
	return false, false
}

// shortOption gives the long name of an option of one letter.
func shortOption(_ string, letter byte) (name string, known bool) {
	name, known = dockerShort[letter]
	return name, known
}

// globalTakesValue says of an option in front of the subcommand whether the next word is its value.
func globalTakesValue(program, word string) bool {
	options, ok := globalOptions[program]
	return ok && options()[word]
}
