#!/usr/bin/env bash
# Records per second of the reference and of ottlc, by turns, on one core and the same requests.
#
#     benches/compare.sh [ROUNDS] [SECONDS] [FOLDER]
#
# FOLDER has the rows' configurations: tests/reference/bench, or tests/reference/bench/functions with a row for each
# family of functions.
# Needs Go and Python 3. Before it measures a row it compares the outputs of both for a case of the row's shape; a row
# whose outputs differ is refused. Prints a Markdown table; each number is the median of the rounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5}
seconds=${2:-2}
folder=${3:-tests/reference/bench}

command -v go >/dev/null || { echo "compare.sh: the reference needs Go" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd tests/reference && go build -o "$work/reference" .) >&2
cargo build --release --bin ottlc >&2
ottlc=${CARGO_TARGET_DIR:-target}/release/ottlc
reference=$work/reference
"$reference" gen "$work" >&2

pin=()
if command -v taskset >/dev/null; then pin=(taskset -c 1); fi

# The value of a number in the last line, which is JSON.
number() { tail -n 1 | sed -nE "s/.*\"$1\": *([0-9.eE+]+).*/\1/p"; }
median() { sort -g | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

# A case for both: the configuration and the first request of the data.
first_case() {
    python3 - "$1" "$2" <<'PYTHON'
import base64, json, struct, sys
config = json.load(open(sys.argv[1]))
data = open(sys.argv[2], "rb").read()
(length,) = struct.unpack(">I", data[:4])
print(json.dumps({"id": "first", **config, "wire": base64.b64encode(data[4:4 + length]).decode()}))
PYTHON
}

same_outputs() {
    first_case "$1" "$2" >"$work/case.jsonl"
    "$reference" run <"$work/case.jsonl" >"$work/theirs.jsonl"
    "$ottlc" conform "$work/case.jsonl" >"$work/ours.jsonl"
    # Maps have no order, nor have data points that were aggregated: they are compared as sets.
    python3 - "$work/theirs.jsonl" "$work/ours.jsonl" <<'PYTHON'
import json, sys
def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        items = [plain(v) for v in value]
        if items and all(isinstance(i, dict) and ("key" in i or "timeUnixNano" in i) for i in items):
            items.sort(key=lambda i: json.dumps(i, sort_keys=True))
        return items
    return value
theirs, ours = (plain(json.load(open(path)).get("output")) for path in sys.argv[1:3])
sys.exit(theirs != ours)
PYTHON
}

echo "| row | reference, records/s | ours, full | ours, touched | full / reference | touched / reference |"
echo "|---|---:|---:|---:|---:|---:|"
failed=0
for config in "$folder"/*.json; do
    row=$(basename "$config" .json)
    signal=$(sed -nE 's/.*"signal": *"([a-z]+)".*/\1/p' "$config")
    data=$work/$signal.otlp
    if ! same_outputs "$config" "$data"; then
        echo "| $row | outputs differ | | | | |"
        failed=1
        continue
    fi
    for _ in $(seq "$rounds"); do
        GOGC=100 "${pin[@]}" "$reference" bench "$config" "$data" "$seconds" | number records_per_second >>"$work/$row.theirs"
        "${pin[@]}" "$ottlc" bench "$config" "$data" "$seconds" --validate full | number records_per_second >>"$work/$row.full"
        "${pin[@]}" "$ottlc" bench "$config" "$data" "$seconds" --validate touched | number records_per_second >>"$work/$row.touched"
    done
    awk -v row="$row" -v theirs="$(median <"$work/$row.theirs")" -v full="$(median <"$work/$row.full")" \
        -v touched="$(median <"$work/$row.touched")" \
        'BEGIN { printf "| %s | %.0f | %.0f | %.0f | %.1f | %.1f |\n", row, theirs, full, touched, full / theirs, touched / theirs }'
done
exit "$failed"
