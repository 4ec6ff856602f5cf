#!/usr/bin/env bash
# Runs random programs over random requests here and in the reference, and tells what differs.
#
#     tests/reference/differential.sh [CASES] [SEED] [statements|calls]
#
# Needs Go and Rust. Exit status: 0 the same throughout, 1 differences, 2 it could not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go build -o "$folder/reference" . || exit 2
cargo run --quiet --manifest-path ../../fuzz/Cargo.toml --target-dir ../../target/fuzz \
    --no-default-features --bin differential -- "$folder/reference" "$@"
