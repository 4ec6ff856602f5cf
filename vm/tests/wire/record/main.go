// Records what the reference's codec does with the requests of this folder.
//
//	go run . < cases > recorded
//
// A case is a line `signal<TAB>form<TAB>name<TAB>base64`, with form `protobuf` or `json`. What is recorded
// is the case with a fifth column: the request as the reference writes it in OTLP/JSON, or `!` if it was
// refused. The reference resolves the string references of profiles when it reads and makes new ones when
// it writes.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pprofile"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		columns := strings.Split(in.Text(), "\t")
		request, err := base64.StdEncoding.DecodeString(columns[3])
		if err != nil {
			panic(err)
		}
		written, err := rewrite(columns[0], columns[1], request)
		if err != nil {
			written = []byte("!")
		}
		fmt.Fprintf(out, "%s\t%s\n", strings.Join(columns[:4], "\t"), written)
	}
	if in.Err() != nil {
		panic(in.Err())
	}
}

func rewrite(signal, form string, request []byte) ([]byte, error) {
	isJSON := form == "json"
	switch signal {
	case "traces":
		var from ptrace.Unmarshaler = &ptrace.ProtoUnmarshaler{}
		if isJSON {
			from = &ptrace.JSONUnmarshaler{}
		}
		data, err := from.UnmarshalTraces(request)
		if err != nil {
			return nil, err
		}
		return (&ptrace.JSONMarshaler{}).MarshalTraces(data)
	case "metrics":
		var from pmetric.Unmarshaler = &pmetric.ProtoUnmarshaler{}
		if isJSON {
			from = &pmetric.JSONUnmarshaler{}
		}
		data, err := from.UnmarshalMetrics(request)
		if err != nil {
			return nil, err
		}
		return (&pmetric.JSONMarshaler{}).MarshalMetrics(data)
	case "logs":
		var from plog.Unmarshaler = &plog.ProtoUnmarshaler{}
		if isJSON {
			from = &plog.JSONUnmarshaler{}
		}
		data, err := from.UnmarshalLogs(request)
		if err != nil {
			return nil, err
		}
		return (&plog.JSONMarshaler{}).MarshalLogs(data)
	default:
		var from pprofile.Unmarshaler = &pprofile.ProtoUnmarshaler{}
		if isJSON {
			from = &pprofile.JSONUnmarshaler{}
		}
		data, err := from.UnmarshalProfiles(request)
		if err != nil {
			return nil, err
		}
		return (&pprofile.JSONMarshaler{}).MarshalProfiles(data)
	}
}
