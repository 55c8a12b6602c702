# The tools of the house. `make test` on a fresh machine installs what it needs.
GO ?= go
JS := internal/js

.PHONY: build demo test check lint bench sabotage soak js s3 native pictures chromium shots

build:
	$(GO) build -o bin/xuncha ./cmd/xuncha

demo:
	$(GO) run ./cmd/xuncha demo

# js installs the clients that the tests drive, exactly as the lock file says.
js: $(JS)/node_modules/.installed
$(JS)/node_modules/.installed: $(JS)/package.json $(JS)/package-lock.json
	cd $(JS) && npm ci --no-audit --no-fund --ignore-scripts
	touch $@

# s3 builds the S3 server that the tests start, at its pinned version and apart from go.mod: it
# would bring hundreds of modules in.
S3 := internal/s3test/bin
s3: $(S3)/versitygw
$(S3)/versitygw: Makefile
	GOBIN="$(CURDIR)/$(S3)" GOFLAGS=-mod=mod $(GO) install github.com/versity/versitygw/cmd/versitygw@v1.8.0
	touch $@

# native compiles what has no other form; node's own headers are used where they lie beside it.
native: js $(JS)/native/node_modules/.installed
$(JS)/native/node_modules/.installed: $(JS)/native/package.json $(JS)/native/package-lock.json
	cd $(JS)/native && beside="$$(node -p 'require("path").resolve(process.execPath, "../..")')" && \
		if [ -f "$$beside/include/node/node.h" ]; then export npm_config_nodedir="$$beside"; fi && \
		npm_config_build_from_source=true npm ci --no-audit --no-fund
	touch $@

# chromium is what the tests of the board drive; Debian's is taken where there is none.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		{ apt-get update -q && apt-get install -q -y --no-install-recommends chromium; }

test: js s3 chromium
	$(GO) vet ./...
	$(GO) test -p 2 -timeout 20m ./...

check:
	@out="$$($(GO) tool gofumpt -l $$(git ls-files '*.go'))"; if [ -n "$$out" ]; then echo "not gofumpt-ed:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# lint builds the linter at its pinned version, apart from go.mod: it would bring 200 modules in.
lint:
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

bench:
	$(GO) run ./bench/sync
	$(GO) run ./bench/evidence
	$(GO) run ./bench/geo

# pictures takes those of the README anew; needs Chromium.
pictures: build
	docs/pictures/take.sh

# shots takes a picture of every screen of the board, in both themes, in Chinese at 1440 px and in English at 1024 px.
shots: js chromium
	mkdir -p shots
	BOARD_SHOTS="$(CURDIR)/shots" $(GO) test -count 1 -run TestEveryScreen ./internal/boardtest

# sabotage puts each wrong reading of the protocol into the real code, and a test must notice.
sabotage: js s3
	$(GO) run ./internal/sabotage

# soak runs what takes too long for every change, bounded in time.
soak: js s3 native
	$(GO) test -run '^$$' -fuzz FuzzReadMeta -fuzztime 60s ./evidence
	$(GO) test -run '^$$' -fuzz FuzzDerive -fuzztime 60s ./evidence
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime 10m ./evidence/jpegscale
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime 60s ./evidence/heic
	$(GO) test -run '^$$' -fuzz FuzzRead -fuzztime 60s ./evidence/stamp
	$(GO) test -run '^$$' -fuzz FuzzThumbnail -fuzztime 60s ./evidence
	QUEUE_PHOTOS=1000 $(GO) test -run TestAQueueOfLargePhotos -count 1 -timeout 60m ./evidence
	$(GO) test -run '^$$' -fuzz FuzzUploadMetadata -fuzztime 60s ./evidence
	$(GO) test -run '^$$' -fuzz FuzzReadRequest -fuzztime 60s ./sync
	$(GO) test -run '^$$' -fuzz FuzzUnseal -fuzztime 60s ./sync
	$(GO) test -run '^$$' -fuzz FuzzAnswer -fuzztime 60s ./sync
	$(GO) test -run '^$$' -fuzz FuzzSound -fuzztime 60s ./hooks/route
	$(GO) test -run '^$$' -fuzz FuzzReadBody -fuzztime 60s ./hooks/route
	$(GO) test -run '^$$' -fuzz FuzzDecision -fuzztime 60s ./hooks/route
	$(GO) test -run '^$$' -fuzz FuzzParseCaseFilter -fuzztime 60s ./hooks/store
	$(GO) test -run '^$$' -fuzz FuzzParseHeldFilter -fuzztime 60s ./hooks/store
	$(GO) test -run '^$$' -fuzz FuzzDecodePayload -fuzztime 60s ./notify
	$(GO) test -run '^$$' -fuzz FuzzReadTable -fuzztime 60s ./cmd/xuncha
	$(GO) test -run '^$$' -fuzz FuzzArgs -fuzztime 60s ./casework
	$(GO) test -run '^$$' -fuzz FuzzReadDivisions -fuzztime 60s ./geo
	$(GO) test -run 'TestTheIndexSays|TestTheSide|TestBordersAre' -rapid.checks 20000 ./geo
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime 60s ./intake
	$(GO) test -run '^$$' -fuzz FuzzFromForm -fuzztime 60s ./intake
	$(GO) test -run '^$$' -fuzz FuzzReadMapping -fuzztime 60s ./intake
	TMPDIR=$$(test -w /dev/shm && echo /dev/shm || echo /tmp) STORM_SEED=1 STORM_SEEDS=10000 STORM_LOADS=200 $(GO) test -count 1 -timeout 120m ./internal/storm
	$(GO) run ./internal/sabotage
	S3_AWAY=60 $(GO) test -run TestWhileS3IsAway -count 1 -timeout 10m ./hooks
	VERIFY_PHOTOS=10000 $(GO) test -run TestAnUntouchedStore -v -count 1 -timeout 30m ./cmd/xuncha
	IMPORT_ROWS=20000 $(GO) test -run TestALargeFile -count 1 -timeout 10m ./cmd/xuncha
	$(GO) test -run '^$$' -fuzz FuzzRows -fuzztime 60s ./sync/watermelon
	WATERMELON_SEEDS=200 $(GO) test -run TestAppsAndAPhone -count 1 -timeout 90m ./hooks
	WATERMELON_SEEDS=200 WATERMELON_STORAGE=sqlite $(GO) test -run 'TestAppsAndAPhone|TestAnApp' -count 1 -timeout 90m ./hooks
	SLOW_SOAK=1 $(GO) test -run TestSlowLines -count 1 -timeout 10m ./hooks
	$(GO) test -run '^$$' -fuzz FuzzUnseal -fuzztime 60s ./sync/rxdb
	RXDB_SEEDS=200 $(GO) test -run TestStockClients -count 1 -timeout 60m ./sync/rxdb
	JOURNEY_ORDERS=100 JOURNEY_KILLS=50 UPLOAD_KILLS=50 $(GO) test -run TestJourney -count 1 -timeout 60m ./internal/journey
