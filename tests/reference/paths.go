package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.uber.org/zap"
)

const ottlModule = "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"

// pathContexts are the contexts whose paths can be asked for, each with a signal
// that has it. Paths of the collector are asked for in the context of logs.
var pathContexts = [][2]string{
	{"resource", "logs"}, {"scope", "logs"}, {"span", "traces"}, {"spanevent", "traces"}, {"metric", "metrics"},
	{"datapoint", "metrics"}, {"exemplar", "metrics"}, {"log", "logs"}, {"profile", "profiles"}, {"otelcol", "logs"},
}

// segmentsMax is how many names a path has behind its context, at most.
const segmentsMax = 3

// dumpPaths writes the paths that statements can read, a line `context path`
// each. Names are tried that the context's source mentions.
func dumpPaths(out io.Writer) error {
	w := bufio.NewWriter(out)
	for _, c := range pathContexts {
		context, signal := c[0], c[1]
		words, err := pathWords(context)
		if err != nil {
			return err
		}
		prefixes := []string{""}
		for range segmentsMax {
			var next []string
			for _, prefix := range prefixes {
				for _, word := range words {
					name := strings.TrimPrefix(prefix+"."+word, ".")
					is := hasPath(context, signal, name)
					if is {
						fmt.Fprintln(w, context, name)
					}
					// What begins a path is one, too, except for the collector's groups.
					if is || context == "otelcol" {
						next = append(next, name)
					}
				}
			}
			prefixes = next
		}
	}
	return w.Flush()
}

func hasPath(context, signal, name string) bool {
	group := map[string]any{"context": context, "statements": []any{fmt.Sprintf(`set(cache["x"], %s.%s)`, context, name)}}
	if context == "otelcol" {
		group["context"] = "log"
	}
	config := map[string]any{strings.TrimSuffix(signal, "s") + "_statements": []any{group}}
	_, err := newPipeline("transform", signal, config, zap.NewNop())
	return err == nil
}

var quotedWord = regexp.MustCompile(`"([a-z_]+)"`)

// pathWords are the words in quotes in the source of a context.
func pathWords(context string) ([]string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", ottlModule).Output()
	if err != nil {
		return nil, err
	}
	words := []string{"cache"}
	contexts := filepath.Join(strings.TrimSpace(string(dir)), "contexts")
	for _, pattern := range []string{"internal/ctx" + context + "/*.go", "ottl" + context + "/*.go"} {
		files, err := filepath.Glob(filepath.Join(contexts, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for _, match := range quotedWord.FindAllSubmatch(source, -1) {
				words = append(words, string(match[1]))
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words), nil
}
