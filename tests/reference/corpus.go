package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// fields are what a topic file may set for all its cases and each case for itself.
type fields struct {
	Processor string   `toml:"processor"`  // "transform" (the default) or "filter"
	Signal    string   `toml:"signal"`     // "logs" (the default), "traces", "metrics" or "profiles"
	Input     any      `toml:"input"`      // the name of a file in inputs/, or a request: a table or OTLP/JSON text
	Context   string   `toml:"context"`    // the group's `context:`, if it has one
	ErrorMode string   `toml:"error_mode"` // the configuration's, if it has one
	Gates     []string `toml:"gates"`      // feature gates to enable
}

// template is one [[case]] of a topic file: one case, or with `each` many.
type template struct {
	fields
	Name       string         `toml:"name"`       // unique in the topic; {x} stands for the label of each.x
	Why        string         `toml:"why"`        // what makes the case worth having
	Statement  string         `toml:"statement"`  // the same as a list of one
	Statements []string       `toml:"statements"` // of one group
	Condition  string         `toml:"condition"`  // the same as a list of one
	Conditions []string       `toml:"conditions"` // of one group
	Config     map[string]any `toml:"config"`     // the whole configuration, instead of the four above
	Wire       string         `toml:"wire"`       // the request as protobuf, in the notation of wiretext.go, instead of input
	Each       map[string]any `toml:"each"`       // name → list of texts, table label → text, or the name of a set
}

// topic is one file of the corpus.
type topic struct {
	fields
	Sets  map[string]any `toml:"sets"` // lists and tables that `each` can name
	Cases []template     `toml:"case"`
	name  string
	dir   string
	files []string // all that was read, relative to dir
}

// expandedCase is what a template stands for, ready to run and to write.
type expandedCase struct {
	ID        string          `json:"id"`
	Processor string          `json:"processor,omitempty"` // absent for "transform"
	Signal    string          `json:"signal"`
	Config    json.RawMessage `json:"config"`
	Input     json.RawMessage `json:"input,omitempty"` // a name, or a request
	Wire      []byte          `json:"wire,omitzero"`
	Gates     []string        `json:"gates,omitempty"`
	Unordered bool            `json:"unordered,omitempty"` // maps come out in random order
	Expected  expectation     `json:"expected"`

	request json.RawMessage // what Input names
}

const setsFile = "sets.toml"

// readTopic reads a topic file and the sets that all topics share.
func readTopic(dir, name string) (*topic, error) {
	t := &topic{name: strings.TrimSuffix(name, ".toml"), dir: dir}
	var shared struct {
		Sets map[string]any `toml:"sets"`
	}
	if err := t.decode(setsFile, &shared); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := t.decode(name, t); err != nil {
		return nil, err
	}
	for label, set := range shared.Sets {
		if _, own := t.Sets[label]; own {
			return nil, fmt.Errorf("%s: set %q is in %s already", name, label, setsFile)
		}
		if t.Sets == nil {
			t.Sets = map[string]any{}
		}
		t.Sets[label] = set
	}
	return t, nil
}

func (t *topic) decode(name string, into any) error {
	raw, err := t.read(name)
	if err != nil {
		return err
	}
	decoder := toml.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return fmt.Errorf("%s: %s", name, strict.String())
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// read reads a file of the corpus and remembers that the topic depends on it.
func (t *topic) read(name string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(t.dir, name))
	if err == nil && !slices.Contains(t.files, name) {
		t.files = append(t.files, name)
	}
	return raw, err
}

// hash covers every file that was read, in the order of t.files.
func (t *topic) hash() (string, error) {
	sum := sha256.New()
	for _, name := range t.files {
		raw, err := os.ReadFile(filepath.Join(t.dir, name))
		if err != nil {
			return "", err
		}
		sum.Write(raw)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// expand gives the topic's cases in the order of the file.
func (t *topic) expand() ([]*expandedCase, error) {
	var all []*expandedCase
	seen := map[string]bool{}
	for _, c := range t.Cases {
		bindings, err := t.bindings(c.Each)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", t.name, c.Name, err)
		}
		for _, b := range bindings {
			one, err := t.instantiate(c, b)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", t.name, c.Name, err)
			}
			if seen[one.ID] {
				return nil, fmt.Errorf("two cases named %q", one.ID)
			}
			seen[one.ID] = true
			all = append(all, one)
		}
	}
	return all, nil
}

// binding maps {x} to the label it has in names and the text it has elsewhere.
type binding struct {
	labels *strings.Replacer
	texts  texts
}

// texts replaces {x}, also in what it has put there: a text may hold another's place.
type texts struct{ replacer *strings.Replacer }

func (t texts) Replace(s string) string { return t.replacer.Replace(t.replacer.Replace(s)) }

// bindings is the cross product of what `each` lists.
func (t *topic) bindings(each map[string]any) ([]binding, error) {
	names := make([]string, 0, len(each))
	for name := range each {
		names = append(names, name)
	}
	sort.Strings(names)
	rows := [][][2]string{{}}
	for _, name := range names {
		choices, err := t.choices(each[name])
		if err != nil {
			return nil, fmt.Errorf("each.%s: %w", name, err)
		}
		var next [][][2]string
		for _, row := range rows {
			for _, choice := range choices {
				next = append(next, append(slices.Clone(row), choice))
			}
		}
		rows = next
	}
	all := make([]binding, 0, len(rows))
	for _, row := range rows {
		var labels, with []string
		for i, name := range names {
			labels = append(labels, "{"+name+"}", row[i][0])
			with = append(with, "{"+name+"}", row[i][1])
		}
		all = append(all, binding{strings.NewReplacer(labels...), texts{strings.NewReplacer(with...)}})
	}
	return all, nil
}

// choices gives label and text of every member of a list, table or named set.
func (t *topic) choices(from any) ([][2]string, error) {
	switch from := from.(type) {
	case string:
		set, ok := t.Sets[from]
		if !ok {
			return nil, fmt.Errorf("no set %q", from)
		}
		return t.choices(set)
	case []any:
		var all [][2]string
		for _, item := range from {
			all = append(all, [2]string{fmt.Sprint(item), fmt.Sprint(item)})
		}
		return all, nil
	case map[string]any:
		var all [][2]string
		for label, text := range from {
			all = append(all, [2]string{label, fmt.Sprint(text)})
		}
		sort.Slice(all, func(i, j int) bool { return all[i][0] < all[j][0] })
		return all, nil
	default:
		return nil, fmt.Errorf("%T is neither list, table nor set", from)
	}
}

func (t *topic) instantiate(c template, b binding) (*expandedCase, error) {
	pick := func(own, topics, otherwise string) string {
		for _, s := range []string{own, topics} {
			if s != "" {
				return b.texts.Replace(s)
			}
		}
		return otherwise
	}
	one := &expandedCase{
		ID:        t.name + "/" + b.labels.Replace(c.Name),
		Processor: pick(c.Processor, t.Processor, ""),
		Signal:    pick(c.Signal, t.Signal, "logs"),
		Gates:     t.Gates,
	}
	if c.Gates != nil {
		one.Gates = nil
		for _, gate := range c.Gates {
			one.Gates = append(one.Gates, b.texts.Replace(gate))
		}
	}
	config := c.Config
	if config == nil {
		config = shorthand(one, c, pick(c.Context, t.Context, ""), pick(c.ErrorMode, t.ErrorMode, ""))
	}
	var err error
	if one.Config, err = compactJSON(substitute(config, b.texts)); err != nil {
		return nil, err
	}
	if c.Wire != "" {
		one.Wire, err = parseWireText(b.texts.Replace(c.Wire))
		return one, err
	}
	input := t.Input
	if c.Input != nil {
		input = c.Input
	}
	return one, t.resolveInput(one, substitute(input, b.texts))
}

// shorthand builds the configuration that statements or conditions stand for.
func shorthand(one *expandedCase, c template, context, errorMode string) map[string]any {
	list, single, suffix := c.Statements, c.Statement, "statements"
	if one.Processor == "filter" {
		list, single, suffix = c.Conditions, c.Condition, "conditions"
	}
	items := []any{}
	for _, s := range list {
		items = append(items, s)
	}
	if single != "" {
		items = append(items, single)
	}
	if context != "" {
		items = []any{map[string]any{"context": context, suffix: items}}
	}
	config := map[string]any{strings.TrimSuffix(one.Signal, "s") + "_" + suffix: items}
	if errorMode != "" {
		config["error_mode"] = errorMode
	}
	return config
}

func (t *topic) resolveInput(one *expandedCase, input any) error {
	var err error
	if text, ok := input.(string); ok {
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			one.Input = json.RawMessage(text)
			one.request = one.Input
			return nil
		}
		if one.request, err = t.read("inputs/" + text + ".json"); err != nil {
			return err
		}
	}
	one.Input, err = compactJSON(input)
	if one.request == nil {
		one.request = one.Input
	}
	return err
}

// substitute replaces {x} in every string and key within value.
func substitute(value any, texts texts) any {
	switch value := value.(type) {
	case string:
		return texts.Replace(value)
	case []any:
		all := make([]any, len(value))
		for i, item := range value {
			all[i] = substitute(item, texts)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(value))
		for key, item := range value {
			all[texts.Replace(key)] = substitute(item, texts)
		}
		return all
	default:
		return value
	}
}

// compactJSON is JSON that leaves <, > and & as they are.
func compactJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}
