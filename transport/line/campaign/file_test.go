package campaign

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// open opens a log and reads it.
func open(t *testing.T, l Ledger) (Log, []string, error) {
	t.Helper()
	g, err := l.Open(t.Context(), "spring")
	require.NoError(t, err)
	t.Cleanup(func() { _ = g.Close() }) // most are closed by then
	var records []string
	err = g.Read(t.Context(), func(b []byte) error {
		records = append(records, string(b))
		return nil
	})
	return g, records, err
}

func TestFileLedgerKeepsRecords(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	l := NewFileLedger(dir)
	g, records, err := open(t, l)
	require.NoError(t, err)
	require.Empty(t, records)
	want := []string{`{"n":1}`, "", strings.Repeat("x", 20000)}
	for _, r := range want {
		require.NoError(t, g.Append(t.Context(), []byte(r), false))
	}
	require.Error(t, g.Append(t.Context(), []byte("two\nlines"), false))
	require.Error(t, g.Append(t.Context(), make([]byte, maxFrame), false))

	_, err = l.Open(t.Context(), "spring")
	require.ErrorIs(t, err, ErrBusy)
	_, err = l.Open(t.Context(), "../spring")
	require.ErrorContains(t, err, "campaign: the name")
	require.NoError(t, g.Close())
	require.Error(t, g.Close())
	_, records, err = open(t, l)
	require.NoError(t, err)
	require.Equal(t, want, records)

	info, err := os.Stat(filepath.Join(dir, "spring.campaign"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// Each directory that is new is synced, and so is the one above it, which has its name.
func TestFileLedgerSyncsDirectories(t *testing.T) {
	root := t.TempDir()
	l := NewFileLedger(filepath.Join(root, "made", "here"))
	var synced []string
	l.sync = func(dir string) error {
		synced = append(synced, dir)
		return syncDir(dir)
	}
	_, _, err := open(t, l)
	require.NoError(t, err)
	require.Equal(t, []string{root, filepath.Join(root, "made"), filepath.Join(root, "made", "here")}, synced)

	l = NewFileLedger(filepath.Join(root, "other"))
	for left := range 2 {
		l.sync = func(dir string) error {
			if left--; left < 0 {
				return errDisk
			}
			return nil
		}
		_, err := l.Open(t.Context(), "spring")
		require.ErrorIs(t, err, errDisk)
		require.NoError(t, os.RemoveAll(l.dir))
	}
}

func TestFileLedgerAfterCrash(t *testing.T) {
	whole := appendFrame(appendFrame(nil, []byte("one")), []byte("two"))
	flipped := bytes.Clone(whole)
	flipped[sumLen+2] ^= 1
	for _, tt := range []struct {
		name string
		file []byte
		want []string // nil for ErrCorrupt
	}{
		{"whole", whole, []string{"one", "two"}},
		{"without the last line feed", whole[:len(whole)-1], []string{"one"}},
		{"a piece of the last line", whole[:len(whole)-9], []string{"one"}},
		{"zeros at the end", append(bytes.Clone(whole), 0, 0, 0), []string{"one", "two"}},
		{"a flipped bit", flipped, nil},
		{"an empty line", append([]byte("\n"), whole...), nil},
		{"a line of something else", append(bytes.Clone(whole), "hello, world\n"...), nil},
		{"capital digits", bytes.ToUpper(whole), nil},
		{"a line that is too long", bytes.Repeat([]byte("x"), maxFrame+1), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "spring.campaign")
			require.NoError(t, os.WriteFile(path, tt.file, 0o600))
			g, records, err := open(t, NewFileLedger(dir))
			if tt.want == nil {
				require.ErrorIs(t, err, ErrCorrupt)
				require.ErrorIs(t, g.Append(t.Context(), []byte("x"), false), errBroken)
				after, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, tt.file, after, "evidence is left alone")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, records)
			require.NoError(t, g.Append(t.Context(), []byte("three"), false))
			require.NoError(t, g.Close())
			_, records, err = open(t, NewFileLedger(dir))
			require.NoError(t, err)
			require.Equal(t, append(slices.Clone(tt.want), "three"), records)
		})
	}
}

var errDisk = errors.New("no space left on device")

// fullDisk is a file whose disk fails at a call.
type fullDisk struct {
	file
	fail string
}

func (d *fullDisk) at(call string) error {
	if d.fail == call {
		return errDisk
	}
	return nil
}

func (d *fullDisk) Read(p []byte) (int, error) {
	if err := d.at("read"); err != nil {
		return 0, err
	}
	return d.file.Read(p)
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if err := d.at("write"); err != nil {
		n, _ := d.file.Write(p[:len(p)/2])
		return n, err
	}
	return d.file.Write(p)
}

func (d *fullDisk) Seek(o int64, w int) (int64, error) {
	if err := d.at("seek"); err != nil {
		return 0, err
	}
	return d.file.Seek(o, w)
}

func (d *fullDisk) Truncate(n int64) error { return errors.Join(d.at("truncate"), d.file.Truncate(n)) }
func (d *fullDisk) Sync() error            { return errors.Join(d.at("sync"), d.file.Sync()) }

func TestFileLedgerOnABadDisk(t *testing.T) {
	none := func([]byte) error { return nil }
	for _, call := range []string{"write", "sync"} {
		l := NewFileLedger(t.TempDir())
		g, _, err := open(t, l)
		require.NoError(t, err)
		require.NoError(t, g.Append(t.Context(), []byte("one"), false))
		disk := &fullDisk{g.(*fileLog).f, call}
		g.(*fileLog).f = disk
		require.ErrorIs(t, g.Append(t.Context(), []byte("two"), false), errDisk)
		disk.fail = ""
		require.ErrorIs(t, g.Append(t.Context(), []byte("three"), false), errBroken, "behind half a record nothing is appended")
		require.NoError(t, g.Close())
		_, records, err := open(t, l)
		require.NoError(t, err)
		require.Contains(t, []string{"one", "one two"}, strings.Join(records, " "))
	}
	for _, call := range []string{"read", "truncate", "seek", "sync"} {
		g, err := NewFileLedger(t.TempDir()).Open(t.Context(), "spring")
		require.NoError(t, err)
		g.(*fileLog).f = &fullDisk{g.(*fileLog).f, call}
		require.ErrorIs(t, g.Read(t.Context(), none), errDisk, call)
		require.ErrorIs(t, g.Append(t.Context(), []byte("x"), false), errBroken)
		require.NoError(t, g.Close())
	}
}

func TestFileLedgerWithoutADirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := NewFileLedger(path).Open(t.Context(), "spring")
	require.ErrorContains(t, err, "campaign: ledger: ")
	require.Error(t, syncDir(path+"-missing"))
	_, err = NewFileLedger(filepath.Join(path, "below", "it")).Open(t.Context(), "spring")
	require.ErrorContains(t, err, "campaign: ledger: ")
	_, err = NewFileLedger("").Open(t.Context(), "spring")
	require.ErrorContains(t, err, "campaign: ledger: ")
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "spring.campaign"), 0o700))
	_, err = NewFileLedger(dir).Open(t.Context(), "spring")
	require.ErrorContains(t, err, "campaign: ledger: ")
}

// FuzzFrames: what is read is what was appended; all else is an error or a torn last line.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("00000000 \n"))
	f.Add(appendFrame(appendFrame(nil, []byte(`{"r":"begin"}`)), []byte("two")))
	f.Add(appendFrame(nil, []byte("one"))[:6])
	f.Fuzz(func(t *testing.T, file []byte) {
		var again []byte
		size, err := readFrames(bytes.NewReader(file), func(b []byte) error {
			again = appendFrame(again, b)
			return nil
		})
		require.Equal(t, string(file[:size]), string(again))
		rest := file[size:]
		if err == nil {
			require.NotContains(t, string(rest), "\n", "only a torn line may be left out")
		} else {
			require.ErrorIs(t, err, ErrCorrupt)
		}
	})
}

// FuzzRecords: no records make the state panic, and those that it takes leave it sound.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"r":"begin","v":1,"kind":"multicast","content":"c"}
{"r":"send","n":1,"at":1,"to":["Ua","Ub"]}
{"r":"doubt","n":1}
{"r":"send","n":1,"at":2,"to":["Ua","Ub"]}
{"r":"accepted","n":1,"request":"x"}
{"r":"done","progress":{"phase":"succeeded"}}`))
	f.Add([]byte(`{"r":"begin","v":1,"kind":"broadcast"}
{"r":"send","n":1}
{"r":"send","n":1}
{"r":"void","n":1}`))
	f.Fuzz(func(t *testing.T, lines []byte) {
		s := state{seen: map[mark]struct{}{}}
		for line := range bytes.Lines(lines) {
			if err := s.read(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
				require.ErrorContains(t, err, "campaign: the ledger")
				return
			}
			require.LessOrEqual(t, s.chunks+len(s.doubts), s.last)
			if s.open != nil {
				require.LessOrEqual(t, s.open.n, s.last)
			}
		}
	})
}

func TestRecordsOutOfTurn(t *testing.T) {
	const begin = `{"r":"begin","v":1,"kind":"multicast","content":"c"}`
	for _, tt := range []struct{ name, records, want string }{
		{"no begin", `{"r":"send","n":1}`, ErrCorrupt.Error()},
		{"two", begin + "\n" + begin, ErrCorrupt.Error()},
		{"of nothing", `{"r":"begin","v":1}`, ErrCorrupt.Error()},
		{"newer layout", `{"r":"begin","v":2,"kind":"multicast"}`, "layout 2"},
		{"a gap", begin + "\n" + `{"r":"send","n":2}`, ErrCorrupt.Error()},
		{"two open", begin + "\n" + `{"r":"send","n":1}` + "\n" + `{"r":"send","n":2}`, ErrCorrupt.Error()},
		{"note without a send", begin + "\n" + `{"r":"accepted","n":1}`, ErrCorrupt.Error()},
		{"note of another", begin + "\n" + `{"r":"send","n":1}` + "\n" + `{"r":"void","n":2}`, ErrCorrupt.Error()},
		{"unknown", begin + "\n" + `{"r":"send","n":1}` + "\n" + `{"r":"hm","n":1}`, ErrCorrupt.Error()},
		{"done too early", begin + "\n" + `{"r":"done","progress":{}}`, ErrCorrupt.Error()},
		{"no JSON", "hello", ErrCorrupt.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := state{seen: map[mark]struct{}{}}
			var err error
			for line := range strings.Lines(tt.records) {
				require.NoError(t, err)
				err = s.read([]byte(strings.TrimSpace(line)))
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}
