# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PORT ?= 5000
TESTS ?= tests
WORKERS ?= 2
FLASK = .venv/bin/flask --app wsgi
UV_COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run test check bench test-release setup lock audit sbom
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules

help: ## Show this list
	@echo "Catch-up. Commands:"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name words; do \
		printf '  make %-14s %s\n' "$$name" "$$words"; done

run: export CATCHUP_DEMO ?= 1
run: export PORT := $(PORT)
run: ## Start the demonstration on http://127.0.0.1:5000 (another port: make run PORT=8000)
	@.ci/setup run
	@$(FLASK) db upgrade
	@$(FLASK) demo load --if-empty
	@exec $(FLASK) serve

test: ## Run every check and test, on both databases and in a browser (fewer: make test TESTS=tests/rules)
	@.ci/setup test
	@chromium=$$(.ci/chromium) && CATCHUP_CHROMIUM=$$chromium exec .venv/bin/pytest -n $(WORKERS) $(TESTS)

check: ## Run only the checks that need no database: format, types, templates, imports
	@.ci/setup test
	@exec .venv/bin/pytest -p no:randomly tests/test_tooling.py

bench: ## Measure the night, the queue, the saves and the memory against their floors, each in the same run
	@.ci/setup test
	@exec .venv/bin/python -m bench

test-release: export CATCHUP_TESTS = release
test-release: export CATCHUP_TRUST_FILE = docs/trust.md
test-release: ## Run the same tests with a release's numbers, then by themselves those that measure time
	@.ci/setup test
	@CATCHUP_CHROMIUM=$$(.ci/chromium) && export CATCHUP_CHROMIUM && \
	{ .venv/bin/pytest -n $(WORKERS) $(TESTS); together=$$?; } && \
	{ CATCHUP_ALONE=1 .venv/bin/pytest -p no:randomly $(TESTS); alone=$$?; } && \
	test $$together -eq 0 && { test $$alone -eq 0 || test $$alone -eq 5; } # 5: none of these tests is one

setup: ## Make the virtual environment .venv with everything in it
	@.ci/setup test

audit: ## Ask whether a package we run with is known to be vulnerable (3: could not look)
	@.ci/setup test
	@.ci/audit

sbom: ## Write what the service is made of to sbom.json, as CycloneDX
	@.ci/setup test
	@.venv/bin/python .ci/sbom > sbom.json
	@echo "$$(grep -c '"purl"' sbom.json) packages are in sbom.json"

lock: ## Write requirements*.txt and .ci/uv.txt anew from the *.in files
	@.ci/setup test
	@$(UV_COMPILE) requirements.in --output-file requirements.txt
	@$(UV_COMPILE) requirements-dev.in --output-file requirements-dev.txt
