package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/filterprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pprofile"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/collector/processor/xprocessor"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// Case is one line of input to `reference run`.
type Case struct {
	ID        string          `json:"id"`
	Processor string          `json:"processor"` // "transform" (the default) or "filter"
	Signal    string          `json:"signal"`    // "traces", "metrics", "logs" or "profiles"
	Config    map[string]any  `json:"config"`    // the processor's configuration, as in the collector's YAML
	Input     json.RawMessage `json:"input"`     // an OTLP/JSON request, or
	Wire      []byte          `json:"wire"`      // an OTLP protobuf request, in base64
	Gates     []string        `json:"gates"`     // feature gates to enable for this case
}

// Result is one line of output of `reference run`.
type Result struct {
	ID          string          `json:"id"`
	ConfigError string          `json:"config_error,omitempty"` // the configuration was refused
	Error       string          `json:"error,omitempty"`        // the processor returned an error (error_mode: propagate)
	Logged      []string        `json:"logged,omitempty"`       // what the processor logged: under error_mode ignore, one entry per failed statement and record
	Output      json.RawMessage `json:"output,omitempty"`       // the transformed OTLP/JSON request; absent when all data was dropped
}

func runCases(in io.Reader, out io.Writer) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 1<<20), 1<<28)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for scanner.Scan() {
		if len(scanner.Bytes()) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			return fmt.Errorf("case: %w", err)
		}
		if err := encoder.Encode(runCase(c)); err != nil {
			return err
		}
	}
	return scanner.Err()
}

func runCase(c Case) (result Result) {
	result.ID = c.ID
	defer func() {
		if p := recover(); p != nil {
			result.Error = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	gates := featuregate.GlobalRegistry()
	for _, gate := range c.Gates {
		if gateIsEnabled(gate) { // by default: it must stay so for the cases after this one
			continue
		}
		if err := gates.Set(gate, true); err != nil {
			result.ConfigError = err.Error()
			return result
		}
		defer gates.Set(gate, false)
	}
	core, logs := observer.New(zap.WarnLevel)
	p, err := newPipeline(c.Processor, c.Signal, c.Config, zap.New(core))
	if err != nil {
		result.ConfigError = err.Error()
		return result
	}
	var output []byte
	if c.Wire != nil {
		output, err = p.wire(c.Wire)
		if err == nil && output != nil {
			output, err = p.toJSON(output)
		}
	} else {
		output, err = p.json(c.Input)
	}
	if err != nil {
		result.Error = err.Error()
	}
	result.Output = output
	for _, entry := range logs.All() {
		result.Logged = append(result.Logged, fmt.Sprintf("%s %v", entry.Message, entry.ContextMap()["error"]))
	}
	return result
}

func gateIsEnabled(id string) (enabled bool) {
	featuregate.GlobalRegistry().VisitAll(func(gate *featuregate.Gate) {
		if gate.ID() == id {
			enabled = gate.IsEnabled()
		}
	})
	return enabled
}

// pipeline is one processor between a decoder and a sink. Its functions
// return nil bytes when the processor dropped all data.
type pipeline struct {
	json func(input []byte) ([]byte, error)
	wire func(input []byte) ([]byte, error)
	// toJSON renders an encoded request as OTLP/JSON.
	toJSON func(encoded []byte) ([]byte, error)
	// decode only decodes, and counts the records.
	decode func(input []byte) (int, error)
}

// codec reads and writes one signal's requests; consume sends one through the
// processor and returns what arrived behind it, or false when nothing did.
type codec[D any] struct {
	fromJSON, fromProto func([]byte) (D, error)
	toJSON, toProto     func(D) ([]byte, error)
	count               func(D) int
	consume             func(D) (D, bool, error)
}

func (c codec[D]) pipeline() *pipeline {
	through := func(read func([]byte) (D, error), write func(D) ([]byte, error)) func([]byte) ([]byte, error) {
		return func(input []byte) ([]byte, error) {
			data, err := read(input)
			if err != nil {
				return nil, err
			}
			data, ok, err := c.consume(data)
			if !ok {
				return nil, err
			}
			return write(data)
		}
	}
	return &pipeline{
		json: through(func(input []byte) (D, error) {
			data, err := c.fromJSON(input)
			if err != nil {
				err = fmt.Errorf("input: %w", err)
			}
			return data, err
		}, c.toJSON),
		wire: through(c.fromProto, c.toProto),
		toJSON: func(encoded []byte) ([]byte, error) {
			data, err := c.fromProto(encoded)
			if err != nil {
				return nil, err
			}
			return c.toJSON(data)
		},
		decode: func(input []byte) (int, error) {
			data, err := c.fromProto(input)
			if err != nil {
				return 0, err
			}
			return c.count(data), nil
		},
	}
}

// first is what a sink received: one request, or none.
func first[D any](data D, all []D, err error) (D, bool, error) {
	if err != nil || len(all) == 0 {
		return data, false, err
	}
	return all[0], true, nil
}

func newPipeline(kind, signal string, config map[string]any, logger *zap.Logger) (*pipeline, error) {
	var factory processor.Factory
	switch kind {
	case "", "transform":
		factory = transformprocessor.NewFactory()
	case "filter":
		factory = filterprocessor.NewFactory()
	default:
		return nil, fmt.Errorf("unknown processor %q", kind)
	}
	cfg := factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(config).Unmarshal(&cfg); err != nil {
		return nil, err
	}
	if v, ok := cfg.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return nil, err
		}
	}
	settings := processortest.NewNopSettings(factory.Type())
	settings.TelemetrySettings.Logger = logger
	ctx := context.Background()
	host := componenttest.NewNopHost()

	switch signal {
	case "logs":
		sink := new(consumertest.LogsSink)
		p, err := factory.CreateLogs(ctx, settings, cfg, sink)
		if err != nil {
			return nil, err
		}
		return codec[plog.Logs]{
			fromJSON: (&plog.JSONUnmarshaler{}).UnmarshalLogs, fromProto: (&plog.ProtoUnmarshaler{}).UnmarshalLogs,
			toJSON: (&plog.JSONMarshaler{}).MarshalLogs, toProto: (&plog.ProtoMarshaler{}).MarshalLogs,
			count: plog.Logs.LogRecordCount,
			consume: func(data plog.Logs) (plog.Logs, bool, error) {
				sink.Reset()
				err := p.ConsumeLogs(ctx, data)
				return first(data, sink.AllLogs(), err)
			},
		}.pipeline(), p.Start(ctx, host)
	case "traces":
		sink := new(consumertest.TracesSink)
		p, err := factory.CreateTraces(ctx, settings, cfg, sink)
		if err != nil {
			return nil, err
		}
		return codec[ptrace.Traces]{
			fromJSON: (&ptrace.JSONUnmarshaler{}).UnmarshalTraces, fromProto: (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces,
			toJSON: (&ptrace.JSONMarshaler{}).MarshalTraces, toProto: (&ptrace.ProtoMarshaler{}).MarshalTraces,
			count: ptrace.Traces.SpanCount,
			consume: func(data ptrace.Traces) (ptrace.Traces, bool, error) {
				sink.Reset()
				err := p.ConsumeTraces(ctx, data)
				return first(data, sink.AllTraces(), err)
			},
		}.pipeline(), p.Start(ctx, host)
	case "metrics":
		sink := new(consumertest.MetricsSink)
		p, err := factory.CreateMetrics(ctx, settings, cfg, sink)
		if err != nil {
			return nil, err
		}
		return codec[pmetric.Metrics]{
			fromJSON: (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics, fromProto: (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics,
			toJSON: (&pmetric.JSONMarshaler{}).MarshalMetrics, toProto: (&pmetric.ProtoMarshaler{}).MarshalMetrics,
			count: pmetric.Metrics.DataPointCount,
			consume: func(data pmetric.Metrics) (pmetric.Metrics, bool, error) {
				sink.Reset()
				err := p.ConsumeMetrics(ctx, data)
				return first(data, sink.AllMetrics(), err)
			},
		}.pipeline(), p.Start(ctx, host)
	case "profiles":
		profiles, ok := factory.(xprocessor.Factory)
		if !ok {
			return nil, fmt.Errorf("%s does not support profiles", factory.Type())
		}
		sink := new(consumertest.ProfilesSink)
		p, err := profiles.CreateProfiles(ctx, settings, cfg, sink)
		if err != nil {
			return nil, err
		}
		return codec[pprofile.Profiles]{
			fromJSON: (&pprofile.JSONUnmarshaler{}).UnmarshalProfiles, fromProto: (&pprofile.ProtoUnmarshaler{}).UnmarshalProfiles,
			toJSON: (&pprofile.JSONMarshaler{}).MarshalProfiles, toProto: (&pprofile.ProtoMarshaler{}).MarshalProfiles,
			count: pprofile.Profiles.SampleCount,
			consume: func(data pprofile.Profiles) (pprofile.Profiles, bool, error) {
				sink.Reset()
				err := p.ConsumeProfiles(ctx, data)
				return first(data, sink.AllProfiles(), err)
			},
		}.pipeline(), p.Start(ctx, host)
	default:
		return nil, fmt.Errorf("unknown signal %q", signal)
	}
}
