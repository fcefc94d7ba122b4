# Atrium needs Go, make and git. What a target needs besides, it installs
# (.ci/tools, with apt-get) or says that it cannot.

GO        ?= go
FUZZTIME  ?= 10s
FUZZTIME_fuzz-short  = 1s
FUZZTIME_fuzz-minute = 1m
FUZZTIME_fuzz-long   = 10m
BENCH     ?= .
BENCHTIME ?= 1s
BENCHARGS ?=
BWEARGS   ?=
SOAK      ?= 4h
SEEDS     ?= 3
FOR       ?= 10m
SWEEPARGS ?=
PROMOUT   ?=

# What starts goroutines or shares state between them is tested with the race detector too.
CONCURRENT = $(shell grep -rlE --include='*.go' --exclude='*_test.go' --exclude-dir=bench '^[[:space:]]+(go (func|[a-z])|"sync)' \
	cmd internal metrics room sfu signaling | xargs -n1 dirname | sort -u | sed 's|^|./|')

# Packages in the versions of package-lock.json.
NPM_CI  = test node_modules/.package-lock.json -nt package-lock.json || $(CURDIR)/.ci/node npm ci --ignore-scripts --no-audit --no-fund

LINT    = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SOURCES = $(shell find . -name '*.go' -not -path '*/node_modules/*')

# git refuses to read a checkout of another owner (in some containers); then there is no revision to stamp.
ifneq ($(shell git rev-parse HEAD >/dev/null 2>&1; echo $$?),0)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.DEFAULT_GOAL := help
.PHONY: help run build test nightly weekly unit race race-nightly unit-nightly sim e2e e2e-nightly e2e-deps prom check lint churn soak bench bwe gobench fuzz fuzz-short fuzz-minute fuzz-long vuln docs client client-test client-check client-types client-deps dist dist-check deploy-check cross api api-check

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build the server and run it: the call page is at http://localhost:8080
	./atrium serve

build: ## Build ./atrium
	$(GO) build -o atrium ./cmd/atrium

test: ## Run what each submission runs: Go, race detector, deployment, Prometheus, browser client, a short fuzz, real browsers
	@.ci/stages unit race cross api-check deploy-check prom client-check fuzz-short e2e

nightly: ## Run what takes an hour or two: all browsers, links and faults, full floods, all simulations, a minute of each fuzz target
	@KEEP_GOING=1 .ci/stages test e2e-nightly unit-nightly race-nightly sim churn fuzz-minute vuln dist-check

weekly: ## Run what takes a night: four hours of soak, a search for new seeds, ten minutes of each fuzz target, the cost of a packet
	@KEEP_GOING=1 .ci/stages soak sweep fuzz-long bench

unit: build ## Build, check the format, vet, and run the Go tests
	@unformatted=$$(gofmt -l $(SOURCES)); test -z "$$unformatted" || { echo "not formatted (gofmt -w): $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) test ./...

cross: ## See that everything compiles for macOS and Windows
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) vet ./...

api-check: ## Hold the exported Go API against the one that was accepted last
	cd docs/api && $(GO) vet ./... && $(GO) test -count=1 ./...

api: ## Accept the exported Go API as it is now (docs/api/baseline)
	cd docs/api && $(GO) test -count=1 -run Accepted ./... -accept

race: ## Run the tests of concurrent packages under the race detector
	@.ci/tools cc
	CGO_ENABLED=1 $(GO) test -race -timeout 30m $(CONCURRENT)

race-nightly:
	@ATRIUM_NIGHTLY=1 $(MAKE) race

sim: ## Play all committed seeds of the whole server, and every scenario of the media plane with every format (SEEDS=3 of each)
	ATRIUM_SIM_SEEDS=1 $(GO) test -count=1 -timeout 60m ./internal/world
	cd sfu && ATRIUM_SIM_SEEDS=$(SEEDS) $(GO) test -run '^TestPlane' -count=1 -timeout 60m

sweep: ## Search new seeds on which the whole server fails (FOR=10m, SWEEPARGS='-family loss -seed 1')
	ATRIUM_SWEEP=$(FOR) $(GO) test -count=1 -timeout 0 -run '^TestSweep$$' ./internal/world -args $(SWEEPARGS)

unit-nightly: ## Run the Go tests in their long forms, one package at a time
	ATRIUM_NIGHTLY=1 $(GO) test -p 1 -count=1 -timeout 2h ./...

e2e: e2e-deps ## Run the call page in real browsers against the server
	cd client/e2e && ATRIUM_BIN="$(CURDIR)/atrium" ../../.ci/node npm test

e2e-nightly: e2e-deps ## Run the browser tests that take long, or a link, or many browsers (some as root)
	@.ci/tools ip
	@.ci/tools gstreamer || echo "going on: the test with GStreamer is skipped"
	cd client/e2e && ATRIUM_BIN="$(CURDIR)/atrium" ../../.ci/node npm run nightly

e2e-deps: build
	@.ci/tools node chromium
	@.ci/tools firefox || echo "going on: tests with Firefox are skipped"
	cd client/e2e && { $(NPM_CI); }

client: client-types ## Build the browser client: client/dist, declarations in client/out/types, API documentation in client/docs
	cd client/bundle && $(GO) run .
	cd client && ../.ci/node npx typedoc

client-test: client-deps ## Check the types of the browser client and run its unit tests
	cd client && ../.ci/node npx tsc -p . && ../.ci/node npx tsc -p test && ../.ci/node npx tsc -p examples
	cd client/bundle && $(GO) run . -test ../out/test
	cd client && ../.ci/node node --enable-source-maps --test $$(cd out/test && find "$$PWD" -name '*.test.mjs' | sort)

# -count=1: the sources are outside of the bundler's module, so that the cache would not see them change.
client-check: client-test client-types ## client-test, and: client/dist is fresh and within budget, what npm would publish, documentation
	cd client/bundle && $(GO) vet ./... && $(GO) test -count=1 ./... && $(GO) run . -check
	cd client && ../.ci/node node --test check/*.test.mjs
	cd client && ../.ci/node npx typedoc --emit none

client-types: client-deps
	rm -rf client/out/types && cd client && ../.ci/node npx tsc -p tsconfig.declarations.json
	cp LICENSE client/LICENSE

client-deps:
	@.ci/tools node
	@cd client && { $(NPM_CI); }

prom: build ## Ask every query of dashboards and alerts of a real Prometheus (PROMOUT=directory for the answers)
	@.ci/tools prometheus
	ATRIUM_BIN="$(CURDIR)/atrium" $(GO) test ./internal/dashboards/proof -run Live -v -count=1 -args -live -out '$(abspath $(PROMOUT))'

check: unit lint ## Run the Go tests and the linter (builds it at first: some minutes)

lint:
	$(GO) run $(LINT) run ./...

churn: ## Let 20 join and leave each second, then 200 join in 2 s, and look at what the server holds afterwards (3 minutes)
	$(GO) run ./internal/soak churn

soak: ## Hold a call for SOAK (4h) and look at goroutines, files, heap and series: out/soak/call.html
	$(GO) run ./internal/soak -for $(SOAK) call

bench: ## Measure what a forwarded packet costs, beside a naive forwarder (BENCHARGS=-help)
	$(GO) run ./internal/bench $(BENCHARGS)

bwe: ## Simulate congestion control and write docs/bench/bwe.md anew (BWEARGS=-help)
	$(GO) run ./internal/bench/ccsim -out docs/bench/bwe.md $(BWEARGS)

gobench: ## Run the benchmarks of Go's functions (BENCH=regexp, BENCHTIME=1s)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem ./...

fuzz: ## Run every fuzz target for FUZZTIME (10s) each
	@.ci/fuzz $(FUZZTIME)

fuzz-short fuzz-minute fuzz-long:
	@.ci/fuzz $(FUZZTIME_$@)

vuln: ## Ask Go's vulnerability database about the server, where it can be reached
	@.ci/vuln

docs: ## Write the generated tables of the documentation anew
	$(GO) test ./internal/config ./internal/load/result ./internal/load/scenario ./metrics ./internal/dashboards ./internal/auth ./internal/feed ./signaling/rpc -run Docs -update
	$(GO) test ./docs/examples/meeting -run Guide -update

dist: ## Make the files of a release in dist/: archives for five platforms, SBOMs, checksums
	$(GO) run ./deploy/dist

dist-check: ## Build a release from two clones without a cache, and compare (minutes)
	@deploy/dist/check

# -mod=mod: its requirements follow the server's, which are raised more often. -count=1: the files are outside of its module,
# so that the cache would not see them change.
deploy-check: ## Hold deploy/ against Helm, Kubernetes and Compose, and run the container's files (as root)
	@.ci/tools ip
	cd deploy/check && $(GO) vet -mod=mod ./... && $(GO) test -mod=mod -count=1 ./...
	@deploy/container/check
