// Command reference runs the Go reference implementation of OTTL (the
// OpenTelemetry Collector's transform and filter processors) over test cases
// and data sets, so that another implementation can be compared with it.
//
//	reference run       < cases.jsonl > results.jsonl   run cases through the processors
//	reference functions > functions.json                list every function with its signature
//	reference paths     > paths.txt                     list every path of every context
//	reference gen  DIR                                  write the benchmark data sets
//	reference bench CONFIG FILE [SECONDS]               measure wire-to-wire throughput on one core
//	reference record DIR [TOPIC]...                     record what the conformance corpus in DIR gives
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: reference run|functions|paths|gen|bench|record")
	}
	var err error
	switch os.Args[1] {
	case "run":
		err = runCases(os.Stdin, os.Stdout)
	case "functions":
		err = dumpFunctions(os.Stdout)
	case "paths":
		err = dumpPaths(os.Stdout)
	case "gen":
		err = withDirectory(generate)
	case "bench":
		err = bench(os.Args[2:])
	case "record":
		err = recordTopics(os.Args[2:])
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fail(err.Error())
	}
}

// withDirectory calls command with the one argument that it takes.
func withDirectory(command func(string) error) error {
	if len(os.Args) != 3 {
		return fmt.Errorf("usage: reference %s DIR", os.Args[1])
	}
	return command(os.Args[2])
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "reference:", message)
	os.Exit(1)
}
