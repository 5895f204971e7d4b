# Clew. `make demo` shows it; `make test` checks all of it.
# Needs Go and Node with npm. `make test` also wants Chromium and PostgreSQL:
# it says so and skips those parts when they are missing, and fails instead when
# CLEW_REQUIRE_BROWSER=1 and CLEW_REQUIRE_POSTGRES=1 (as in .ci/run).

TEMPL := $(shell find internal -name '*.templ')
DRAWN := $(TEMPL:.templ=_templ.go)
GO_SOURCES = $(shell find cmd internal migrations web tool -name '*.go')

.PHONY: demo test check build bench fuzz faults attack clean pages

demo: build
	./bin/clew demo

build: bin/clew

bin/clew: pages $(GO_SOURCES) go.mod
	go build -trimpath -o bin/clew ./cmd/clew

# The pages: components drawn by templ, styles and scripts bundled by esbuild.
pages: $(DRAWN) web/dist/manifest.json

%_templ.go: %.templ
	go tool templ generate -log-level error -f $<

web/dist/manifest.json: node_modules/.package-lock.json $(wildcard assets/*) $(wildcard tool/assets/*.go)
	go run ./tool/assets

node_modules/.package-lock.json: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The quick loop: one engine, no browser.
check: pages
	go vet ./...
	go test -short ./...

test: pages
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not formatted:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go test -timeout 30m ./...

# Writes docs/benchmarks/. CLEW_LINKAGE_DATA names a folder of public linkage
# data (docs/benchmarks/README.md says which); without it that part is left out.
bench: build
	go run ./tool/bench

# Each fuzzer in turn, FUZZTIME each.
FUZZTIME ?= 10m
fuzz: pages
	go run ./tool/fuzz -time $(FUZZTIME)

# A program killed a hundred times under load, after every statement of every step
# of the schema and all over an import; the power cut a thousand times; a PostgreSQL
# killed with another to follow it; a disk that is full; 5 GB sent. docs/security/faults.md
# has the rest, which ordinary tests try. It takes some ten minutes.
FAULTS = CLEW_FAULTS=long CLEW_REQUIRE_POSTGRES=1 go test -v -count=1 -timeout 60m
faults: pages
	$(FAULTS) ./internal/app -run 'Killed|PowerCut|Standby|DiskFull'
	$(FAULTS) ./internal/report/reportweb -run 'UploadTooLarge|UploadBrokenOff'

# Tries to break it: sqlmap and wapiti on every route, a stopwatch on what is secret,
# and every payload in every field. Writes docs/security/attack-*.md. ATTACK passes
# flags on, such as ATTACK='-each 30s -technique BEU -crawl 2m'. It takes some hours.
attack: pages
	CLEW_ATTACK=1 go test -timeout 60m ./internal/app -run 'Payload|Suspect|Guarded|Matrix|Hidden'
	go run ./tool/attack $(ATTACK)

clean:
	rm -rf bin node_modules $(DRAWN)
	find web/dist -mindepth 1 ! -name .keep -delete
