package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// difference describes how to get from one JSON value to another: JSON pointer
// → new value, null for what is gone, and pointer + "/+" for a list of items
// that follow at the end of an array. An array that shrank is replaced whole.
func difference(from, to json.RawMessage) (map[string]json.RawMessage, error) {
	a, err := decodeJSON(from)
	if err != nil {
		return nil, err
	}
	b, err := decodeJSON(to)
	if err != nil {
		return nil, err
	}
	changes := map[string]json.RawMessage{}
	return changes, addDifference(changes, "", a, b)
}

func addDifference(changes map[string]json.RawMessage, pointer string, from, to any) error {
	switch a := from.(type) {
	case map[string]any:
		b, ok := to.(map[string]any)
		if !ok {
			break
		}
		for key := range a {
			if _, still := b[key]; !still {
				changes[pointer+"/"+key] = json.RawMessage("null")
			}
		}
		for key, item := range b {
			if err := addDifference(changes, pointer+"/"+key, a[key], item); err != nil {
				return err
			}
		}
		return nil
	case []any:
		b, ok := to.([]any)
		if !ok || len(b) < len(a) {
			break
		}
		for i := range a {
			if err := addDifference(changes, pointer+"/"+strconv.Itoa(i), a[i], b[i]); err != nil {
				return err
			}
		}
		if len(b) > len(a) {
			return setChange(changes, pointer+"/+", b[len(a):])
		}
		return nil
	}
	if reflect.DeepEqual(from, to) {
		return nil
	}
	return setChange(changes, pointer, to)
}

func setChange(changes map[string]json.RawMessage, pointer string, to any) error {
	raw, err := compactJSON(to)
	changes[pointer] = raw
	return err
}

// decodeJSON keeps numbers as they are written.
func decodeJSON(raw json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("%w in %.80s", err, raw)
	}
	return value, nil
}
