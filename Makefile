# Two commands are all of the set-up on a fresh Debian machine with Go: make demo, make test.

GO ?= go
BIN := bin
LINT_VERSION := v2.15.0

.PHONY: build demo test unit oracle cluster compat browser bench lint systems fuzz packages clean

build: $(BIN)/bbdoctor

$(BIN)/bbdoctor: $(shell find cmd checks rules docs -name '*.go' -not -name '*_test.go' -o -name '*.tsv' -o -name '*.md' -o -path 'rules/report/html/*') go.mod go.sum
	CGO_ENABLED=0 $(GO) build -trimpath -tags urfave_cli_no_docs -ldflags "-s -w" -o $@ ./cmd/bbdoctor

# Checks the configuration that Atlassian's page shows, shows what --fix would change, fixes a copy, and checks again;
# then checks a real cluster, healthy and with two things broken.
demo: build
	@./.ci/demo $(BIN)/bbdoctor

# Everything: what needs nothing, the comparison with the real Java classes, the tests on a real cluster, and the look at the
# HTML report in a real browser.
test: packages unit oracle cluster browser

unit:
	$(GO) vet ./...
	$(GO) test ./...

# The release of systemd that fixtures/oracle/systemd asks, where Debian 12 has it.
SYSTEMD := /usr/lib/x86_64-linux-gnu/systemd/libsystemd-core-252.so

# Makes the goldens again with the real java.util.Properties, org.postgresql.Driver, Helm, podman and systemd; any difference
# is a failure.
oracle: packages
	./fixtures/oracle/properties/regenerate.sh
	./fixtures/oracle/jdbcurl/regenerate.sh
	./fixtures/oracle/helm/regenerate.sh
	./fixtures/oracle/quadlet/regenerate.sh
	./fixtures/oracle/kubernetes/regenerate.sh
	cd fixtures/oracle/kubernetes && $(GO) test .
	@if [ -e $(SYSTEMD) ]; then $(GO) test ./checks/offline/systemd -run 'TestUnits|TestEnvironmentFiles' -update; \
	else echo "systemd 252 is not here, so its goldens are not made anew"; fi
	@git diff --exit-code --stat -- fixtures/oracle checks/offline/kubernetes/testdata || { echo "the goldens differ from what the real programs say" >&2; exit 1; }
	BBDOCTOR_ORACLE=1 $(GO) test -count=1 ./checks/jdbcurl/... ./checks/offline/properties/...

# Starts PostgreSQL, repmgr and Pgpool-II for real, two clusters at a time: one package after the other. In cmd/bbdoctor the
# tests that need one have Live in their names.
cluster: packages
	BBDOCTOR_CLUSTER=require ./.ci/twice $(GO) test -count=1 -p 1 -parallel 2 ./fixtures/cluster/... ./checks/live
	BBDOCTOR_CLUSTER=require ./.ci/twice $(GO) test -count=1 -parallel 2 -run Live ./cmd/bbdoctor
	BBDOCTOR_CLUSTER=require ./.ci/twice $(GO) test -count=1 -p 1 ./checks/offline/pgpoolconf ./checks/offline/postgresqlconf

# The tests on a real cluster with the releases of other Debians, each in a directory of its own (COMPAT="trixie sid").
# Slow; needs root, debootstrap and a mirror.
compat:
	@./.ci/compat $(or $(COMPAT),bullseye trixie sid)

# Looks at the HTML report in Chromium; BBDOCTOR_SCREENSHOTS=DIR keeps the pictures.
browser: packages
	BBDOCTOR_CHROMIUM=require $(GO) test -count=1 -run Browser ./cmd/bbdoctor

# Debian packages that the tests need and the machine lacks; needs root only when one is missing.
packages:
	@./.ci/packages

lint: $(BIN)/golangci-lint
	$(BIN)/golangci-lint run

$(BIN)/golangci-lint:
	GOBIN=$(abspath $(BIN)) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

# Builds for the other systems that releases are made for.
systems:
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) build -o $(BIN)/systems/ ./cmd/bbdoctor
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) build -o $(BIN)/systems/ ./cmd/bbdoctor

# Speed, against peers measured in the same run.
bench: build packages
	BBDOCTOR_CLUSTER=require $(GO) test -run '^$$' -bench . -benchtime 1x ./cmd/bbdoctor

# A short run of every fuzz test.
fuzz:
	@./.ci/fuzz $(or $(FUZZTIME),10s)

clean:
	rm -rf $(BIN)
