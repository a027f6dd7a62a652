.DEFAULT_GOAL := help
GO ?= go
PROVE_GO = $(GO) -C bot/prove# the proving ground is a module of its own
TOOL = tool -modfile=$(CURDIR)/.ci/tools.mod

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

quick: ## the tests that start no other process: seconds, for while you write
	$(GO) test -short ./...
	$(PROVE_GO) test -short ./...

# Most of the tests that take long wait: so more of them run at once than there are processors, and those of
# both modules run side by side. What both are built of is compiled before that: two go commands that find the
# cache empty compile the standard library twice. make lint vets the tests, and nobody debugs these programs.
RACE = -race -vet=off -ldflags='-s -w' -p $$(($$(getconf _NPROCESSORS_ONLN) + 2))

test: redis-server ## install what is missing and run all tests with the race detector
	@$(GO) list -race -export -deps ./... github.com/stretchr/testify/require >/dev/null
	@$(PROVE_GO) test $(RACE) ./... & proof=$$!; \
	KAIWA_NPM=1 $(GO) test $(RACE) ./...; own=$$?; wait $$proof && exit $$own

redis-server: ## install redis-server where it is missing (Debian, as root)
	@sh .ci/redis-server

run: ## run the booking example: memory store, LINE stand-in and chat page
	$(GO) run ./examples/booking

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . ./...

prove: redis-server ## try to break real bots on real Redis: the short form, under 15 minutes
	$(PROVE_GO) run . $(PROVE)

prove-long: redis-server ## all of it, in full size: see bot/PROOF.md
	$(PROVE_GO) run . -long $(PROVE)

prove-ci: redis-server ## the rows that CI runs: counts are strict, times make allowance for the machine
	$(PROVE_GO) run . -ci $(PROVE)

FUZZ ?= 10m
fuzz: ## run every fuzz target, 10 minutes each; FUZZ=30s for another time
	bash .ci/fuzz $(FUZZ)

mutate: redis-server ## take each guard out of the code, and see that its test notices
	$(PROVE_GO) run ./mutate $(MUTATE)

golden: ## write the golden files again
	KAIWA_UPDATE=1 $(GO) test ./...
	KAIWA_UPDATE=1 $(PROVE_GO) test ./mutate

lint: ## formatting, vet, staticcheck, tidiness of both modules
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./... && $(GO) $(TOOL) staticcheck ./... && $(GO) mod tidy -diff
	$(PROVE_GO) vet ./... && $(PROVE_GO) $(TOOL) staticcheck ./... && $(PROVE_GO) mod tidy -diff

vuln: ## go mod verify and govulncheck
	bash .ci/vuln

ci: ## what CI runs
	bash .ci/run

.PHONY: help quick test redis-server run bench prove prove-long prove-ci mutate fuzz golden lint vuln ci
