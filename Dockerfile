# Alpine's Rust builds for musl natively, on amd64 and arm64 alike: the result is static without cross-compiling.
FROM rust:1.95.0-alpine3.23@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2 AS build

# A C compiler and headers, for the C code among the dependencies.
RUN apk add --no-cache build-base linux-headers

# What is built in goes into the image's list of contents, which could not be told from the binary.
ARG BUILDKIT_SBOM_SCAN_STAGE=true

WORKDIR /src
COPY . .

# One target directory a platform. The touch: cargo compares times, and a checkout can be older than the cache.
ARG TARGETPLATFORM
RUN --mount=type=cache,id=bigcommerce-mock-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=bigcommerce-mock-target-${TARGETPLATFORM},target=/src/target,sharing=locked \
    find src -name '*.rs' -exec touch {} + \
    # Kernels on arm64 have pages of up to 64 KiB; the allocator must be built for the largest.
    && if [ "$(uname -m)" = aarch64 ]; then export JEMALLOC_SYS_WITH_LG_PAGE=16; fi \
    # As .ci/release-build does, and says why. The target is named, so that this is for the program alone: build scripts
    # and macros are loaded.
    && target="$(uname -m)-unknown-linux-musl" \
    && flags='-C relocation-model=static -C llvm-args=-inline-threshold=150' \
    && export "CARGO_TARGET_$(echo "$target" | tr 'a-z-' 'A-Z_')_RUSTFLAGS=$flags" \
    && cargo build --release --locked --target "$target" \
    && cp "target/$target/release/bigcommerce-mock" /bigcommerce-mock \
    && readelf -lW /bigcommerce-mock > /headers \
    && ! grep -q INTERP /headers \
    && mkdir /empty

FROM scratch

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bigcommerce-mock" \
      org.opencontainers.image.description="A local server that behaves like BigCommerce's Customers API" \
      org.opencontainers.image.source="https://github.com/bigcommerce-mock/bigcommerce-mock" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=build /bigcommerce-mock /bigcommerce-mock
# A named volume mounted here takes over its owner, so BCMOCK_DATA_DIR=/data can be written to.
COPY --from=build --chown=65532:65532 /empty /data

# Numeric, because there is no /etc/passwd, and so that Kubernetes can see it is not root.
USER 65532:65532
# Inside a container, loopback would be out of reach; `::` takes IPv4 as well.
ENV BCMOCK_HOST=::
EXPOSE 2442
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=3 CMD ["/bigcommerce-mock", "healthcheck"]
ENTRYPOINT ["/bigcommerce-mock"]
