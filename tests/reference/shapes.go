package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// spansPerSet is about how many records each data set has.
const spansPerSet = requestsPerFile * resourcesPerRequest * recordsPerResource

// shapedDataSets are the telemetry of gen.go in the shapes that flatter a fast path least: each a file of its own,
// with a seed of its own.
func shapedDataSets() []dataSet {
	sets := []dataSet{
		spans("spans_descending", requestsPerFile, tracesRequest),
		spans("spans_small_scopes", requestsPerFile, smallScopes),
		spans("spans_shuffled", requestsPerFile, func(r *rand.Rand, n int) ptrace.Traces {
			return eachSpan(tracesRequest(r, n), func(s ptrace.Span) { shuffle(r, s.Attributes()) })
		}),
		spans("spans_distinct", requestsPerFile, func(r *rand.Rand, n int) ptrace.Traces {
			return eachSpan(tracesRequest(r, n), func(s ptrace.Span) {
				s.SetName(fmt.Sprintf("%s-%08x", s.Name(), r.Uint32()))
				distinct(r, s.Attributes())
			})
		}),
		spans("spans_wide", requestsPerFile/4, func(r *rand.Rand, n int) ptrace.Traces {
			return eachSpan(tracesRequest(r, n), func(s ptrace.Span) { widen(r, s.Attributes()) })
		}),
	}
	// The same spans in the other order.
	sets = append(sets, dataSet{"spans_ascending", ascendingAll(sets[0].requests, tracesFields)})
	for _, count := range []int{1, 10, 100, 1000, 8192} {
		resources := max(1, min(count/8, resourcesPerRequest))
		sets = append(sets, spans(fmt.Sprintf("spans_by_%d", count), max(2, spansPerSet/count), func(r *rand.Rand, n int) ptrace.Traces {
			left := resources
			rest := count
			return tracesOf(r, n, resources, func() int {
				spans := rest / left
				left, rest = left-1, rest-spans
				return spans
			})
		}))
	}
	for _, size := range []int{100, 1000, 10000} {
		sets = append(sets, bodies(size))
	}
	logs := seeded("logs_ascending", requestsPerFile, logsRequest, encodedLogs)
	return append(sets, dataSet{logs.name, ascendingAll(logs.requests, logsFields)})
}

// seeded makes requests from random numbers that the name alone determines.
func seeded[D any](name string, requests int, request func(*rand.Rand, int) D, encoded func(D) []byte) dataSet {
	seed := fnv.New64a()
	seed.Write([]byte(name))
	r := rand.New(rand.NewSource(int64(seed.Sum64())))
	set := dataSet{name: name}
	for n := range requests {
		set.requests = append(set.requests, encoded(request(r, n)))
	}
	return set
}

func spans(name string, requests int, request func(*rand.Rand, int) ptrace.Traces) dataSet {
	return seeded(name, requests, request, encodedTraces)
}

// smallScopes makes resources of one to three scopes with one to five spans each, as batches by trace have them.
func smallScopes(r *rand.Rand, n int) ptrace.Traces {
	data := ptrace.NewTraces()
	for i := 0; data.SpanCount() < resourcesPerRequest*recordsPerResource; i++ {
		rs := data.ResourceSpans().AppendEmpty()
		resource(r, rs.Resource().Attributes(), n*3+i)
		for range 1 + r.Intn(3) {
			fillScope(r, rs.ScopeSpans().AppendEmpty(), 1+r.Intn(5))
		}
	}
	return data
}

func eachSpan(data ptrace.Traces, change func(ptrace.Span)) ptrace.Traces {
	for _, rs := range data.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				change(s)
			}
		}
	}
	return data
}

// shuffle leaves out some attributes, adds others, and mixes their order.
func shuffle(r *rand.Rand, attributes pcommon.Map) {
	from := pcommon.NewMap()
	attributes.CopyTo(from)
	for range r.Intn(6) {
		from.PutInt(fmt.Sprintf("app.extra.%d", r.Intn(40)), r.Int63n(1000))
	}
	var keys []string
	for key := range from.All() {
		if r.Intn(5) > 0 {
			keys = append(keys, key)
		}
	}
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	attributes.Clear()
	for _, key := range keys {
		value, _ := from.Get(key)
		value.CopyTo(attributes.PutEmpty(key))
	}
}

// distinct makes every text one of its kind.
func distinct(r *rand.Rand, attributes pcommon.Map) {
	for _, value := range attributes.All() {
		if value.Type() == pcommon.ValueTypeStr {
			value.SetStr(fmt.Sprintf("%s-%08x", value.Str(), r.Uint32()))
		}
	}
}

// widen fills up to 60 attributes; those that gen.go makes stand in between.
func widen(r *rand.Rand, attributes pcommon.Map) {
	from := pcommon.NewMap()
	attributes.CopyTo(from)
	attributes.Clear()
	more := 60 - from.Len()
	put := func(i int) {
		key := fmt.Sprintf("app.feature.%02d.name", i)
		switch i % 4 {
		case 0:
			attributes.PutInt(key, r.Int63n(1_000_000))
		case 1:
			attributes.PutBool(key, r.Intn(2) == 0)
		default:
			attributes.PutStr(key, fmt.Sprintf("value-%d-%08x", i, r.Uint32()))
		}
	}
	for i := range more / 2 {
		put(i)
	}
	for key, value := range from.All() {
		value.CopyTo(attributes.PutEmpty(key))
	}
	for i := more / 2; i < more; i++ {
		put(i)
	}
}

// bodies makes log records whose bodies have so many bytes; the larger they are, the fewer.
func bodies(size int) dataSet {
	name := fmt.Sprintf("logs_of_%d", size)
	words := strings.Fields("request served from cache while upstream was slow user order payment retry after 250 ms trace flushed queue depth")
	return seeded(name, max(2, requestsPerFile*100/size), func(r *rand.Rand, n int) plog.Logs {
		data := logsRequest(r, n)
		for _, rl := range data.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, l := range sl.LogRecords().All() {
					var body strings.Builder
					fmt.Fprintf(&body, "level=info token=%016x ", r.Uint64())
					for body.Len() < size {
						body.WriteString(pick(r, words))
						body.WriteByte(' ')
					}
					l.Body().SetStr(body.String()[:size])
				}
			}
		}
		return data
	}, encodedLogs)
}

// nested are those of a message that are messages, each with its own.
type nested map[uint64]nested

// The messages of requests, as far as gen.go fills them.
var (
	pairFields     = nested{2: {}}
	resourceFields = nested{1: pairFields}
	scopeFields    = nested{3: pairFields}
	spanFields     = nested{9: pairFields, 11: {3: pairFields}, 15: {}}
	logFields      = nested{5: {}, 6: pairFields}
	tracesFields   = nested{1: {1: resourceFields, 2: {1: scopeFields, 2: spanFields}}}
	logsFields     = nested{1: {1: resourceFields, 2: {1: scopeFields, 2: logFields}}}
)

func ascendingAll(requests [][]byte, in nested) (all [][]byte) {
	for _, request := range requests {
		all = append(all, ascending(request, in))
	}
	return all
}

// ascending writes the fields of a message in the order of their numbers, as SDKs do; the collector's encoder
// writes them from the last to the first.
func ascending(message []byte, in nested) []byte {
	type field struct {
		number uint64
		bytes  []byte
	}
	var all []field
	for rest := message; len(rest) > 0; {
		tag, at := binary.Uvarint(rest)
		number, end := tag>>3, at
		switch tag & 7 {
		case 0:
			_, size := binary.Uvarint(rest[at:])
			end += size
		case 1:
			end += 8
		case 5:
			end += 4
		case 2:
			length, size := binary.Uvarint(rest[at:])
			end += size + int(length)
			if inner, ok := in[number]; ok {
				turned := ascending(rest[at+size:end], inner)
				all = append(all, field{number, append(slices.Clone(rest[:at+size]), turned...)})
				rest = rest[end:]
				continue
			}
		}
		all = append(all, field{number, rest[:end]})
		rest = rest[end:]
	}
	slices.SortStableFunc(all, func(a, b field) int { return int(a.number) - int(b.number) })
	var out []byte
	for _, f := range all {
		out = append(out, f.bytes...)
	}
	return out
}
