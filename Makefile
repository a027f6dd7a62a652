.DEFAULT_GOAL := help
GO ?= go
TOOL = $(GO) tool -modfile=.ci/tools.mod

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: redis-server ## install what is missing and run all tests with the race detector
	$(GO) test -race ./...

redis-server: ## install redis-server where it is missing (Debian, as root)
	@sh .ci/redis-server

run: ## run the booking example: memory store, LINE stand-in and chat page
	$(GO) run ./examples/booking

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . ./...

prove: redis-server ## try to break real bots on real Redis: the short form, under 10 minutes
	$(GO) run ./bot/prove $(PROVE)

prove-long: redis-server ## all of it, in full size: see bot/PROOF.md
	$(GO) run ./bot/prove -long $(PROVE)

prove-ci: redis-server ## the rows that CI runs: counts are strict, times make allowance for the machine
	$(GO) run ./bot/prove -ci $(PROVE)

FUZZ ?= 10m
fuzz: ## run every fuzz target, 10 minutes each; FUZZ=30s for another time
	bash .ci/fuzz $(FUZZ)

mutate: redis-server ## take each guard out of the code, and see that its test notices
	$(GO) run ./bot/prove/mutate $(MUTATE)

golden: ## write the golden files again
	KAIWA_UPDATE=1 $(GO) test ./...

lint: ## formatting, vet, staticcheck, tidiness
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(GO) mod tidy -diff

vuln: ## go mod verify and govulncheck
	bash .ci/vuln

ci: ## what CI runs
	bash .ci/run

.PHONY: help test redis-server run bench prove prove-long prove-ci mutate fuzz golden lint vuln ci
