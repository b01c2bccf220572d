# The front door. `make` alone prints this help.
.DEFAULT_GOAL := help
SOAK_MINUTES ?= 10
.PHONY: help run test faults check build docs bench loadtest trace-demo simulate mutants image manifests chart cluster cluster-down e2e clean

# Node from the npm package `node`, so that every command runs on the pinned version.
NODE := node_modules/.bin/node
NPM  := npm --no-fund --no-audit
VITEST := $(NODE) node_modules/vitest/vitest.mjs
# Further flags for the service: make run ARGS="--heartbeat 5s"
ARGS ?=
# A file for the results of the tests, which the gate counts: make test VITEST_RESULTS=file.json
RESULTS = $(if $(VITEST_RESULTS),--reporter=default --reporter=json --outputFile.json=$(VITEST_RESULTS))

# Flags of the load test that have a variable of their own.
LOADTEST_FLAGS = $(if $(URL),--url '$(URL)') $(if $(PUBLISH_URL),--publish-url '$(PUBLISH_URL)') \
  $(if $(TARGET),--target '$(TARGET)') $(if $(SUBSCRIBERS),--subscribers '$(SUBSCRIBERS)') \
  $(if $(CHANNELS),--channels '$(CHANNELS)') $(if $(RATE),--rate '$(RATE)') \
  $(if $(SECONDS),--seconds '$(SECONDS)') $(if $(BASELINE),--baseline '$(BASELINE)')

VERSION  := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
REVISION  = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
# The name of the image: make image IMAGE=registry.example/runnel:test
IMAGE    ?= runnel:$(VERSION)
# The first of these that works. The command docker is often installed without its daemon.
BUILDER  ?= $(firstword $(foreach name,docker podman buildah,$(shell $(name) info >/dev/null 2>&1 && echo $(name))))
# An image with Node 24 and npm, to replace the one in the Dockerfile.
BASE_IMAGE ?=

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: node_modules ## Run the stream service on http://127.0.0.1:8080 (Ctrl-C drains, twice ends at once)
	@$(NODE) src/main.ts serve --drain-window 2s $(ARGS)

test: node_modules ## Install what the tests need, then run all of them
	@test/prepare.sh
	@$(NPM) test --silent -- $(RESULTS) $(ARGS)

faults: node_modules ## Fail servers and pods under traffic, with a soak of SOAK_MINUTES=10, and write docs/reliability.md
	@test/prepare.sh
	@rm -f docs/faults.jsonl.new
	@FAULTS_OUT=docs/faults.jsonl.new FAULTS_SOAK=$(SOAK_MINUTES) $(NPM) run --silent faults -- $(ARGS)
	@mv docs/faults.jsonl.new docs/faults.jsonl
	@$(NPM) run --silent docs

check: node_modules ## Check format, lint, layers, types, generated files and the build
	@$(NPM) run --silent format:check
	@$(NPM) run --silent lint
	@$(NPM) run --silent types
	@$(NPM) run --silent docs -- --check
	@$(NPM) run --silent crds -- --check
	@$(NPM) run --silent build
	@echo 'check: all good'

build: node_modules ## Compile to dist/
	@$(NPM) run --silent build

docs: node_modules ## Write the pages that are generated from code
	@$(NPM) run --silent docs

bench: node_modules ## Compare with nchan, Mercure, node:http and a loop in C, half an hour (ARGS="--only paced")
	@bench/prepare.sh
	@$(NPM) run --silent bench -- $(ARGS)

loadtest: node_modules ## Load the cluster, a local service or URL=, and judge it (SCENARIO= SUBSCRIBERS= RATE= …, ARGS=--help)
	@$(NODE) loadtest/main.ts $(SCENARIO) $(LOADTEST_FLAGS) $(ARGS)

trace-demo: node_modules ## Publish an event to three processes, and follow it in Jaeger (JAEGER= a released one, ARGS=--once)
	@$(NODE) demo/trace/main.ts $(ARGS)

simulate: node_modules ## Try the planner of fleets on thousands of simulated clients, and draw what happens
	@$(NPM) run --silent simulate -- $(ARGS)

mutants: node_modules ## Put known faults into the code, and see that tests fail, fifty minutes (ARGS="--only capacity")
	@test/prepare.sh
	@$(NPM) run --silent mutants -- $(ARGS)

image: ## Build the container image with docker, podman or buildah (IMAGE=, BASE_IMAGE=, BUILDER=)
	@builder='$(BUILDER)'; if [ -z "$$builder" ]; then \
	  echo 'expected docker, podman or buildah to work, none does: install one, or name it with BUILDER=' >&2; exit 1; fi; \
	echo "building $(IMAGE) with $$builder" >&2; \
	$$builder build --tag $(IMAGE) --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
	  $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) .

manifests: node_modules ## Write manifests/ from the chart, and the CRDs of both from code
	@$(NPM) run --silent crds
	@helm=$$($(NODE) rig/main.ts tool helm-4) && HELM=$$helm $(NODE) manifests/generate.ts

chart: node_modules ## Test what the chart renders, with Helm 4 and Helm 3
	@helm=$$($(NODE) rig/main.ts tool helm-4) && helm_3=$$($(NODE) rig/main.ts tool helm-3) && \
	  HELM=$$helm HELM_3=$$helm_3 $(VITEST) run --project=chart $(RESULTS) $(ARGS)

cluster: node_modules ## Bring up a one-node Kubernetes with ingress-nginx (CLUSTER=existing or kind: another)
	@$(NODE) rig/main.ts up

cluster-down: node_modules ## End the cluster, and check that nothing of it is left
	@$(NODE) rig/main.ts down

e2e: node_modules ## Try the chart in a cluster, from outside and inside (KEDA=1: build KEDA for its tests)
	@test/prepare.sh
	@$(if $(KEDA),$(NODE) rig/main.ts tool keda-operator && $(NODE) rig/main.ts tool keda-adapter)
	@$(NODE) rig/main.ts exec $(VITEST) run --project=chart --project=e2e --project=e2e-controller $(RESULTS) $(ARGS)

clean: ## Remove generated files and packages
	rm -rf dist build node_modules

node_modules: node_modules/.package-lock.json

# npm writes this file last, so that an interrupted installation is repeated.
node_modules/.package-lock.json: package.json package-lock.json
	$(NPM) ci
	@touch $@
