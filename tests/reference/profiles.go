package main

import (
	"fmt"
	"math/rand"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pprofile"
)

const (
	profilesPerResource = 8
	samplesPerProfile   = 32
	functionsPerRequest = 300
	stacksPerRequest    = 200
	framesPerStackMax   = 24
	threadsPerRequest   = 40
)

func encodedProfiles(data pprofile.Profiles) []byte {
	return must((&pprofile.ProtoMarshaler{}).MarshalProfiles(data))
}

// profilesRequest makes what a profiler of a host sends: profiles of the processor time of several containers, which
// share their stacks, with a dictionary of all names.
func profilesRequest(r *rand.Rand, n int) pprofile.Profiles {
	data := pprofile.NewProfiles()
	names := map[string]int32{}
	text := func(name string) int32 {
		index, ok := names[name]
		if !ok {
			index = int32(len(names))
			names[name] = index
			data.Dictionary().StringTable().Append(name)
		}
		return index
	}
	text("")
	fillDictionary(r, data.Dictionary(), text)
	for i := range resourcesPerRequest {
		rp := data.ResourceProfiles().AppendEmpty()
		rp.SetSchemaUrl("https://opentelemetry.io/schemas/1.27.0")
		resource(r, rp.Resource().Attributes(), n*3+i)
		sp := rp.ScopeProfiles().AppendEmpty()
		sp.Scope().SetName("otelcol/ebpfreceiver")
		sp.Scope().SetVersion("0.56.0")
		for range profilesPerResource {
			fillProfile(r, sp.Profiles().AppendEmpty(), text)
		}
	}
	return data
}

// fillDictionary makes functions with a location each, stacks of them and attributes; the first of a table stands for
// none.
func fillDictionary(r *rand.Rand, d pprofile.ProfilesDictionary, text func(string) int32) {
	d.LinkTable().AppendEmpty()
	d.AttributeTable().AppendEmpty()
	d.StackTable().AppendEmpty()
	d.LocationTable().AppendEmpty()
	d.FunctionTable().AppendEmpty()
	d.MappingTable().AppendEmpty()
	mapping := d.MappingTable().AppendEmpty()
	mapping.SetMemoryStart(0x400000)
	mapping.SetMemoryLimit(0x1c00000)
	mapping.SetFilenameStrindex(text("/usr/local/bin/shop"))
	attribute := func(key string, value func(pcommon.Value)) {
		a := d.AttributeTable().AppendEmpty()
		a.SetKeyStrindex(text(key))
		value(a.Value())
	}
	attribute("profile.frame.type", func(v pcommon.Value) { v.SetStr("go") })
	for i := range threadsPerRequest {
		attribute("thread.name", func(v pcommon.Value) { v.SetStr(fmt.Sprintf("worker-%d", i)) })
		attribute("process.pid", func(v pcommon.Value) { v.SetInt(int64(1000 + r.Intn(30000))) })
	}
	for i := range functionsPerRequest {
		service := pick(r, services)
		f := d.FunctionTable().AppendEmpty()
		f.SetNameStrindex(text(fmt.Sprintf("example.com/shop/%s.(*Server).handle%04x", service, i)))
		f.SetFilenameStrindex(text(fmt.Sprintf("/src/shop/%s/server%d.go", service, r.Intn(9))))
		f.SetStartLine(int64(r.Intn(2000)))
		l := d.LocationTable().AppendEmpty()
		l.SetMappingIndex(1)
		l.SetAddress(0x400000 + uint64(r.Intn(0x1800000)))
		l.AttributeIndices().Append(1)
		line := l.Lines().AppendEmpty()
		line.SetFunctionIndex(int32(i + 1))
		line.SetLine(int64(r.Intn(2000)))
	}
	for range stacksPerRequest {
		s := d.StackTable().AppendEmpty()
		for range 4 + r.Intn(framesPerStackMax-4) {
			s.LocationIndices().Append(int32(1 + r.Intn(functionsPerRequest)))
		}
	}
}

func fillProfile(r *rand.Rand, p pprofile.Profile, text func(string) int32) {
	p.SampleType().SetTypeStrindex(text("samples"))
	p.SampleType().SetUnitStrindex(text("count"))
	p.PeriodType().SetTypeStrindex(text("cpu"))
	p.PeriodType().SetUnitStrindex(text("nanoseconds"))
	p.SetPeriod(50_000_000)
	start := uint64(epochNano) + uint64(r.Int63n(60e9))
	p.SetTime(pcommon.Timestamp(start))
	p.SetDurationNano(5e9)
	var id [16]byte
	r.Read(id[:])
	p.SetProfileID(id)
	thread := int32(2 + 2*r.Intn(threadsPerRequest))
	p.AttributeIndices().Append(thread, thread+1)
	for range samplesPerProfile {
		s := p.Samples().AppendEmpty()
		s.SetStackIndex(int32(1 + r.Intn(stacksPerRequest)))
		s.AttributeIndices().Append(int32(2 + 2*r.Intn(threadsPerRequest)))
		s.Values().Append(int64(1 + r.Intn(5)))
		s.TimestampsUnixNano().Append(start + uint64(r.Int63n(5e9)))
	}
}
