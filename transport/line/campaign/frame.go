package campaign

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const (
	sumLen   = 8       // hexadecimal digits
	maxFrame = 1 << 20 // far above a record of 500 ids
)

// appendFrame appends a record as a line: its checksum, a blank, the record and a line feed.
func appendFrame(b, record []byte) []byte {
	sum := crc32.Checksum(record, castagnoli)
	b = hex.AppendEncode(b, []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	b = append(b, ' ')
	b = append(b, record...)
	return append(b, '\n')
}

// readFrames calls f with each record and returns how many bytes they take. A last line without
// its line feed is what a crash leaves of a record that was never relied on: it is not counted.
// Everything else that is not a record is ErrCorrupt.
func readFrames(r io.Reader, f func(record []byte) error) (size int64, err error) {
	lines := bufio.NewReaderSize(r, maxFrame)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return size, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return size, fmt.Errorf("%w: line %d is too long", ErrCorrupt, n)
		case err != nil:
			return size, fmt.Errorf("campaign: ledger: %w", err)
		}
		record, ok := unframe(line)
		if !ok {
			return size, fmt.Errorf("%w: line %d", ErrCorrupt, n)
		}
		if err := f(record); err != nil {
			return size, fmt.Errorf("%w (line %d)", err, n)
		}
		size += int64(len(line))
	}
}

// unframe returns the record of a line that ends with its line feed.
func unframe(line []byte) ([]byte, bool) {
	if len(line) < sumLen+2 || line[sumLen] != ' ' {
		return nil, false
	}
	record := line[sumLen+1 : len(line)-1]
	return record, bytes.Equal(appendFrame(nil, record), line)
}
