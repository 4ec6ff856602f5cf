package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// runsMin and runsMax are how often a case runs: Go iterates over maps in
	// random order, so a case that may do so runs until two runs differ.
	runsMin, runsMax = 3, 24
	// caseTimeout bounds one run of one case.
	caseTimeout = 10 * time.Second
	// textMax bounds recorded error texts, in bytes: their presence is what counts.
	textMax = 120
	// varyingText stands for a text that is different each time.
	varyingText = "(varies)"
	// invalidByte + b stands for a byte b that is no UTF-8 in recorded JSON.
	invalidByte = rune(0xF700)
)

// expectation is what the reference gave for a case.
type expectation struct {
	ConfigError string   `json:"config_error,omitempty"`
	Error       string   `json:"error,omitempty"`
	Logged      []string `json:"logged,omitempty"`
	// Output is the request that came out, absent when all data was dropped or
	// when Changes says it more shortly.
	Output json.RawMessage `json:"output,omitempty"`
	// Changes is how the output differs from the header's passthrough of the
	// input (see difference), for unordered cases with both sorted.
	Changes *map[string]json.RawMessage `json:"changes,omitempty"`
}

// header is the first line of a recorded file.
type header struct {
	Topic       string                     `json:"topic"`
	Sources     []string                   `json:"sources"`       // the files read, in order
	Hash        string                     `json:"source_sha256"` // of their contents, one after the other
	Recorded    int64                      `json:"recorded_unix_nano"`
	Passthrough map[string]json.RawMessage `json:"passthrough"` // input name → what comes out when nothing changes it
}

// record runs the named topics of the corpus in dir, or all of them, and writes
// what came out to dir/recorded, one file a topic.
func record(dir string, topics []string) error {
	entries, err := filepath.Glob(filepath.Join(dir, "*.toml"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "recorded"), 0o755); err != nil {
		return err
	}
	cases, size := 0, 0
	for _, path := range entries {
		name := filepath.Base(path)
		if name == setsFile || len(topics) > 0 && !slices.Contains(topics, strings.TrimSuffix(name, ".toml")) {
			continue
		}
		t, err := readTopic(dir, name)
		if err != nil {
			return err
		}
		n, bytes, err := recordTopic(t)
		if err != nil {
			return err
		}
		fmt.Printf("%-24s %5d cases %8d bytes\n", t.name, n, bytes)
		cases, size = cases+n, size+bytes
	}
	fmt.Printf("%-24s %5d cases %8d bytes\n", "all", cases, size)
	return nil
}

func recordTopic(t *topic) (cases, size int, err error) {
	all, err := t.expand()
	if err != nil {
		return 0, 0, err
	}
	head := header{Topic: t.name, Recorded: time.Now().UnixNano(), Passthrough: map[string]json.RawMessage{}}
	lines := [][]byte{nil}
	var refused []string
	for _, c := range all {
		if err := evaluate(c, head.Passthrough); err != nil {
			refused = append(refused, fmt.Sprintf("%s: %v", c.ID, err))
			continue
		}
		line, err := compactJSON(c)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", c.ID, err)
		}
		lines = append(lines, line)
	}
	if refused != nil {
		return 0, 0, fmt.Errorf("these cases cannot be recorded:\n%s", strings.Join(refused, "\n"))
	}
	head.Sources = t.files
	if head.Hash, err = t.hash(); err != nil {
		return 0, 0, err
	}
	maps.DeleteFunc(head.Passthrough, func(name string, _ json.RawMessage) bool { return !used(all, name) })
	if lines[0], err = compactJSON(head); err != nil {
		return 0, 0, err
	}
	content := append(bytes.Join(lines, []byte("\n")), '\n')
	path := filepath.Join(t.dir, "recorded", t.name+".jsonl")
	return len(all), len(content), os.WriteFile(path, content, 0o644)
}

// used says whether a case refers to the passthrough of the input.
func used(all []*expandedCase, input string) bool {
	return slices.ContainsFunc(all, func(c *expandedCase) bool {
		return c.Expected.Changes != nil && string(c.Input) == fmt.Sprintf("%q", input)
	})
}

// evaluate runs c until it is known what the reference makes of it.
func evaluate(c *expandedCase, passthrough map[string]json.RawMessage) error {
	first, err := runBounded(c)
	if err != nil {
		return err
	}
	c.Expected = first
	for n := 1; n < runs(c); n++ {
		again, err := runBounded(c)
		if err != nil {
			return err
		}
		hideVarying(&first, &again)
		c.Expected = first
		if same(first, again) {
			continue
		}
		c.Unordered = true
		if first.Output, err = sortMaps(first.Output); err != nil {
			return err
		}
		if again.Output, err = sortMaps(again.Output); err != nil {
			return err
		}
		if !same(first, again) {
			return fmt.Errorf("two runs differ:\n  %.600s\n  %.600s", mustJSON(first), mustJSON(again))
		}
		c.Expected = first
		break
	}
	return shorten(c, passthrough)
}

// runs is how often c has to run: often if its configuration may build a map.
func runs(c *expandedCase) int {
	text := string(c.Config)
	for _, source := range []string{"Parse", "Extract", "SliceToMap", "UserAgent", "URL", "MapKeys", "Reduce"} {
		if strings.Contains(text, source) {
			return runsMax
		}
	}
	if strings.Count(text, "{") > 1 {
		return runsMax
	}
	return runsMin
}

// shorten replaces an output by its differences to the input's passthrough.
func shorten(c *expandedCase, passthrough map[string]json.RawMessage) error {
	var name string
	if c.Expected.Output == nil || json.Unmarshal(c.Input, &name) != nil {
		return nil
	}
	if passthrough[name] == nil {
		plain, err := runBounded(&expandedCase{Signal: c.Signal, Config: json.RawMessage("{}"), request: c.request})
		if err != nil {
			return err
		}
		passthrough[name] = plain.Output
	}
	base := passthrough[name]
	if c.Unordered {
		var err error
		if base, err = sortMaps(base); err != nil {
			return err
		}
	}
	changes, err := difference(base, c.Expected.Output)
	if err != nil {
		return err
	}
	if len(mustJSON(changes)) < len(c.Expected.Output) {
		c.Expected.Output, c.Expected.Changes = nil, &changes
	}
	return nil
}

// hideVarying replaces texts that differ between two runs: they hold the time,
// an address or the order of a map.
func hideVarying(a, b *expectation) {
	hide := func(a, b *string) {
		if *a != *b && *a != "" && *b != "" {
			*a, *b = varyingText, varyingText
		}
	}
	hide(&a.ConfigError, &b.ConfigError)
	hide(&a.Error, &b.Error)
	for i := range min(len(a.Logged), len(b.Logged)) {
		hide(&a.Logged[i], &b.Logged[i])
	}
}

func same(a, b expectation) bool {
	return a.ConfigError == b.ConfigError && a.Error == b.Error && slices.Equal(a.Logged, b.Logged) && bytes.Equal(a.Output, b.Output)
}

// runBounded runs c once, with its texts made comparable.
func runBounded(c *expandedCase) (expectation, error) {
	one := Case{ID: c.ID, Processor: c.Processor, Signal: c.Signal, Input: c.request, Wire: c.Wire, Gates: c.Gates}
	if err := json.Unmarshal(c.Config, &one.Config); err != nil {
		return expectation{}, err
	}
	done := make(chan Result, 1)
	go func() { done <- runCase(one) }()
	select {
	case r := <-done:
		for i, text := range r.Logged {
			r.Logged[i] = stableText(text)
		}
		return expectation{
			ConfigError: stableText(r.ConfigError), Error: stableText(r.Error), Logged: r.Logged, Output: validUTF8(r.Output),
		}, nil
	case <-time.After(caseTimeout):
		return expectation{}, fmt.Errorf("no end after %v", caseTimeout)
	}
}

var (
	quotedList  = regexp.MustCompile(`\[("[a-z_]+" ?)+\]`)
	optionsList = regexp.MustCompile(`options are: .*`)
	oneOfList   = regexp.MustCompile(`one of: .*`)
	typeNoise   = regexp.MustCompile(`\[?\*?github\.com/[\w./-]+\]?`)
)

// stableText drops from an error text what differs from run to run (the order
// of lists that come from maps, stack traces) and what is only Go's.
func stableText(text string) string {
	if strings.HasPrefix(text, "panic: ") {
		text, _, _ = strings.Cut(text, "\n")
	}
	sorted := func(list string) string {
		words := strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(`[], "`, r) })
		sort.Strings(words)
		return "[" + strings.Join(words, " ") + "]"
	}
	text = quotedList.ReplaceAllStringFunc(text, sorted)
	text = optionsList.ReplaceAllString(text, "options are: …")
	text = oneOfList.ReplaceAllString(text, "one of: …")
	text = typeNoise.ReplaceAllString(text, "")
	text = string(validUTF8([]byte(text)))
	if len(text) > textMax {
		cut := textMax
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return text
}

// validUTF8 replaces every byte b that is no UTF-8 by the character
// invalidByte + b, so that what is recorded is JSON.
func validUTF8(raw []byte) []byte {
	if utf8.Valid(raw) {
		return raw
	}
	var out []byte
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError && n == 1 {
			r = invalidByte + rune(raw[0])
		}
		out = utf8.AppendRune(out, r)
		raw = raw[n:]
	}
	return out
}

// sortMaps sorts attributes and map values by key.
func sortMaps(raw json.RawMessage) (json.RawMessage, error) {
	if raw == nil {
		return nil, nil
	}
	value, err := decodeJSON(raw)
	if err != nil {
		return nil, err
	}
	sortWithin(value)
	return compactJSON(value)
}

func sortWithin(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, item := range value {
			sortWithin(item)
		}
	case []any:
		for _, item := range value {
			sortWithin(item)
		}
		if slices.ContainsFunc(value, isKeyValue) {
			sort.SliceStable(value, func(i, j int) bool { return sortKey(value[i]) < sortKey(value[j]) })
		}
	}
}

func isKeyValue(item any) bool {
	entry, ok := item.(map[string]any)
	return ok && entry["key"] != nil
}

func sortKey(item any) string {
	entry, _ := item.(map[string]any)
	key, _ := entry["key"].(string)
	return key
}

func mustJSON(value any) []byte {
	raw, err := compactJSON(value)
	if err != nil {
		return []byte(err.Error())
	}
	return raw
}
