package table

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is written beside where it will stand and takes its place in one step,
// so that a reader finds the old file or the whole new one, and a run that is
// cancelled leaves nothing half-written:
//
//	f, err := table.Create(path)
//	if err != nil {
//		return err
//	}
//	defer f.Abort()
//	…
//	return f.Commit()
type File struct {
	*bufio.Writer
	file *os.File
	path string // where it will stand; empty when it is written in place
}

// Create begins a file at path. Nobody but its owner may read it, since what
// Clew writes speaks of people. A path that is a pipe or a device is written
// straight to.
func Create(path string) (*File, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the link stays, and what it points to is replaced
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, bad("%q is a folder, so no file can be written there", path)
	case !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &File{bufio.NewWriterSize(f, 64<<10), f, ""}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad("there is no folder %q", filepath.Dir(path))
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, bad("you may not write in %q", filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	return &File{bufio.NewWriterSize(f, 64<<10), f, path}, nil
}

// Commit puts the file in its place, safely on disk. After an error nothing is
// there that was not before.
func (f *File) Commit() error {
	if f.file == nil {
		return fs.ErrClosed
	}
	defer f.Abort()
	if err := f.Flush(); err != nil {
		return err
	}
	if f.path == "" {
		file := f.file
		f.file = nil
		return file.Close()
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	if err := f.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.file.Name(), f.path); err != nil {
		return err
	}
	f.file = nil
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil { // so that the name survives too
		defer dir.Close()
		dir.Sync() // not every file system can; the file itself is safe
	}
	return nil
}

// Abort gives the file up. After Commit it does nothing.
func (f *File) Abort() {
	if f.file == nil {
		return
	}
	f.file.Close()
	if f.path != "" {
		os.Remove(f.file.Name())
	}
	f.file = nil
}
