package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// parseWireText turns the notation of the corpus for protobuf bytes into bytes:
//
//	1{ 2"text\xff" }   field 1 with a message of one field 2, a string with Go's escapes
//	3=150              field 3, a varint (negative numbers take ten bytes)
//	4:17               field 4, eight bytes little-endian
//	5.17               field 5, four bytes little-endian
//	!0a02ff            these bytes as they are
//	# …                a comment up to the end of the line
//
// Whitespace separates. Nothing is checked against a schema: the notation is
// for requests that no encoder would write.
func parseWireText(text string) ([]byte, error) {
	p := wireText{rest: text}
	out, err := p.fields()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	return out, nil
}

type wireText struct{ rest string }

func (p *wireText) skipSpace() {
	for {
		p.rest = strings.TrimLeft(p.rest, " \t\n")
		if !strings.HasPrefix(p.rest, "#") {
			return
		}
		_, p.rest, _ = strings.Cut(p.rest, "\n")
	}
}

// fields reads up to the end or a closing brace.
func (p *wireText) fields() ([]byte, error) {
	out := []byte{}
	for {
		p.skipSpace()
		if p.rest == "" || p.rest[0] == '}' {
			return out, nil
		}
		field, err := p.field()
		if err != nil {
			return nil, err
		}
		out = append(out, field...)
	}
}

func (p *wireText) field() ([]byte, error) {
	if p.rest[0] == '!' {
		p.rest = p.rest[1:]
		return hex.DecodeString(p.take("0123456789abcdefABCDEF"))
	}
	number, err := strconv.ParseUint(p.take("0123456789"), 10, 61)
	if err != nil || p.rest == "" {
		return nil, fmt.Errorf("field number expected before %q", p.rest)
	}
	kind := p.rest[0]
	if kind == '"' {
		return p.text(number)
	}
	p.rest = p.rest[1:]
	if kind == '{' {
		content, err := p.fields()
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(p.rest, "}") {
			return nil, fmt.Errorf("no } for field %d", number)
		}
		p.rest = p.rest[1:]
		return lengthDelimited(number, content), nil
	}
	value, err := parseInteger(p.take("-0123456789"))
	if err != nil {
		return nil, err
	}
	switch kind {
	case '=':
		return binary.AppendUvarint(binary.AppendUvarint(nil, number<<3), value), nil
	case ':':
		return binary.LittleEndian.AppendUint64(binary.AppendUvarint(nil, number<<3|1), value), nil
	case '.':
		return binary.LittleEndian.AppendUint32(binary.AppendUvarint(nil, number<<3|5), uint32(value)), nil
	default:
		return nil, fmt.Errorf("field %d: unexpected %q", number, kind)
	}
}

func (p *wireText) text(number uint64) ([]byte, error) {
	quoted, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		return nil, fmt.Errorf("field %d: %w", number, err)
	}
	p.rest = p.rest[len(quoted):]
	content, err := strconv.Unquote(quoted)
	return lengthDelimited(number, []byte(content)), err
}

func (p *wireText) take(alphabet string) string {
	end := len(p.rest) - len(strings.TrimLeft(p.rest, alphabet))
	taken := p.rest[:end]
	p.rest = p.rest[end:]
	return taken
}

func parseInteger(text string) (uint64, error) {
	if strings.HasPrefix(text, "-") {
		value, err := strconv.ParseInt(text, 10, 64)
		return uint64(value), err
	}
	return strconv.ParseUint(text, 10, 64)
}

func lengthDelimited(number uint64, content []byte) []byte {
	out := binary.AppendUvarint(nil, number<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(content))), content...)
}
