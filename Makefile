# Two commands matter: `make run` starts the product, `make test` proves it. The rest serves them.
.PHONY: setup setup-forum run test check soak bench screenshots lock lock-forum clean

setup: ## install what is needed; takes no time when nothing changed
	@scripts/setup

run: setup ## start everything on http://127.0.0.1:8000 until Ctrl-C
	@exec .venv/bin/mediadl serve

test: setup setup-forum check ## all checks and all tests
	@scripts/with-services scripts/test

check: setup ## style, types, layers, templates, migrations
	@scripts/check

setup-forum: setup ## the forum program that the tests read
	@scripts/setup-forum

soak: setup ## the multiples of the tests that break things; SOAK_SCALE=0.1 TIMES=5 for fewer
	@SOAK_SCALE=$(SOAK_SCALE) scripts/with-services scripts/soak $(if $(TIMES),--times $(TIMES)) $(SOAK_ARGS)

bench: setup ## speed at 1,000,000 rows
	@.venv/bin/pytest -q -s tests/bench --override-ini='python_files=bench_*.py'

screenshots: setup ## pictures of every page, below screenshots/
	@.venv/bin/python -m tests.browser.screenshots

# The lock is made by uv (not part of it): newer releases within pyproject.toml's ranges, for every
# platform, with hashes and without addresses. Read docs/releasing.md first.
lock:
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header \
	  --no-emit-index-url --no-annotate --upgrade --output-file requirements.lock

lock-forum: # Misago pins all that it needs, so nothing is resolved here
	uv pip compile tests/forums/misago/requirements.in --no-deps --universal --python-version 3.11 --only-binary :all: \
	  --generate-hashes --no-header --no-emit-index-url --no-annotate --output-file tests/forums/misago/requirements.lock

clean: ## remove what setup and the checks made; the data folder stays
	rm -rf .venv .venv-misago node_modules static/vendor static/build .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis screenshots
	find . -name __pycache__ -prune -exec rm -rf {} +
