package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// FileLedger is a Ledger of one file per campaign, in a directory of a local disk. Each record is
// synced to the disk before anything relies on it, and a lock keeps other processes out until
// this one ends. It needs a Unix.
//
// A file has the ids of the recipients, about 17 kB per chunk, and only its owner may read it. It
// may be deleted when the campaign shall never be run again.
type FileLedger struct {
	dir  string
	sync func(dir string) error
}

// NewFileLedger returns a ledger in this directory, which is made where it is missing.
func NewFileLedger(dir string) *FileLedger { return &FileLedger{dir, syncDir} }

// Open implements Ledger.
func (l *FileLedger) Open(_ context.Context, name string) (Log, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := l.makeDir(l.dir); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(l.dir, name+".campaign"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("campaign: ledger: %w", err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := l.sync(l.dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileLog{f: f}, nil
}

// makeDir makes a directory where it is missing, such that it outlives a crash.
func (l *FileLedger) makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil // if it is no directory, the file cannot be opened
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := l.makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	return l.sync(parent)
}

// syncDir makes the names of what is new in a directory outlive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	return nil
}

// fileLog is an open file of a campaign.
type fileLog struct {
	f      file
	buf    []byte
	broken bool
}

// file is what a fileLog does with its file.
type file interface {
	io.ReadWriteSeeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

var errBroken = errors.New("campaign: ledger: an earlier append failed: open it again")

// Read implements Log, and cuts off what a crash left behind the last record.
func (l *fileLog) Read(_ context.Context, f func(record []byte) error) error {
	l.broken = true // until the end of the file is known
	size, err := readFrames(l.f, f)
	if err != nil {
		return err
	}
	if err := l.f.Truncate(size); err != nil {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	if _, err := l.f.Seek(size, io.SeekStart); err != nil {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	if err := l.f.Sync(); err != nil { // the last record may be of a process that died before it
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	l.broken = false
	return nil
}

// Append implements Log.
func (l *fileLog) Append(_ context.Context, record []byte, _ bool) error {
	switch {
	case l.broken:
		return errBroken
	case bytes.IndexByte(record, '\n') >= 0 || len(record) > maxFrame-sumLen-2:
		return errors.New("campaign: ledger: not a record")
	}
	l.buf = appendFrame(l.buf[:0], record)
	_, err := l.f.Write(l.buf)
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		l.broken = true // nobody knows what of it is on the disk
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	return nil
}

// Close implements Log.
func (l *fileLog) Close() error {
	if err := l.f.Close(); err != nil {
		return fmt.Errorf("campaign: ledger: %w", err)
	}
	return nil
}
