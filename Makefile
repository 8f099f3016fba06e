# One word a job; `make help` lists them. All building is done by CMake's presets (CMakePresets.json).
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
SECONDS ?= 60
REPLAYS ?= 2000

PACKAGES := tools/install-packages.sh
CONFIGURE := cmake --log-level=WARNING --preset
BUILD := cmake --build -j $(JOBS) --preset
CTEST := ctest -j $(JOBS) --preset

# $(call build,PRESET): configure and build it. $(call test,PRESET[,TEST PRESET]): and run its tests.
build = $(CONFIGURE) $(1) && $(BUILD) $(1)
build_versus = $(PACKAGES) bench/versus/packages.txt && $(CONFIGURE) bench -DETALON_VERSUS=ON && $(BUILD) bench && \
  $(BUILD) bench --target versus
test = $(call build,$(1)) && $(CTEST) $(or $(2),$(1))

.DEFAULT_GOAL := release
.PHONY: release demo test test-slow test-asan test-tsan test-aarch64 calibration fuzz tidy format bench compare versus results install packages clean help

release: ## Build build/release/etalon (what plain `make` does)
	@{ $(call build,release); } || { $(PACKAGES) --check packages.txt; false; }

demo: packages ## Install packages, build, run the default study on the built-in sets
	@$(call build,release)
	@build/release/etalon tune

test: packages ## Install packages, build with warnings as errors, run all tests but the slow ones
	@$(call test,dev)

test-slow: packages ## Run the slow tests alone
	@$(call test,dev,slow)

test-asan: packages ## Run the tests under the address and undefined-behaviour sanitizers
	@$(call test,asan-ubsan)

test-tsan: packages ## Run the tests under the thread sanitizer
	@$(call test,tsan)

test-aarch64: packages ## Build for 64-bit ARM with a cross-compiler and run the tests in an emulator
	@$(PACKAGES) tools/packages-aarch64.txt
	@$(call test,aarch64)

calibration: packages ## Replay REPLAYS (default 2000) small studies on each table of many seeds: how right the certificates are
	@$(call build,dev)
	@build/dev/calibration $(REPLAYS) tests/calibration/tables/*.csv --simulated

fuzz: packages ## Search SECONDS (default 60) with each fuzzer for an input that breaks something
	@$(PACKAGES) tools/packages-fuzz.txt
	@$(call build,fuzz)
	@fuzz/run.sh build/fuzz $(SECONDS)

tidy: packages ## Compile with clang and clang-tidy, every finding an error
	@$(PACKAGES) tools/packages-tidy.txt
	@$(call build,tidy)

format: ## Lay out every C++ file with clang-format
	@find etalon tests fuzz reference bench examples \( -name '*.h' -o -name '*.cpp' \) -print0 | xargs -0 clang-format -i

bench: packages ## Build and run the benchmarks (about five minutes; BENCH=--quick: one)
	@$(call build,bench)
	@bench/run.py build/bench $(BENCH)
	@bench/store.py build/bench $(BENCH)

compare: packages ## Fail if this checkout is slower than OLD=DIR, another checkout's build/bench (COMPARE=--layers: each layer)
	@$(call build,bench)
	@bench/compare.py "$(OLD)" build/bench $(COMPARE)

versus: packages ## Install PyTorch, oneDNN and others, and run the same work in them and in Etalon
	@$(build_versus)
	@bench/versus/run.py build/bench $(VERSUS)
	@bench/versus/store.py build/bench

results: packages ## Measure all of it and write bench/RESULTS.md (about 15 minutes; goes on where it was stopped)
	@$(build_versus)
	@bench/results.py build/bench $(RESULTS)

install: release ## Install the program under PREFIX (default /usr/local), within DESTDIR
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)" --strip

packages: ## Install the Debian packages of packages.txt that are missing (sudo when not root)
	@$(PACKAGES) packages.txt

clean: ## Remove build/; studies and reports stay
	rm -rf build

help: ## List these jobs
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## /\1\t/p' Makefile | expand -t 14
