package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"strings"
	"time"
)

// entry is a file of an archive.
type entry struct {
	from string // where it is
	name string // in the archive
	mode os.FileMode
	data []byte
}

// writeArchive packs the entries in their order below a directory. Everything that
// depends on where and when it is packed is left out: owners, times but that of
// the source, the name in gzip's header.
func writeArchive(to, directory string, entries []entry, at time.Time) error {
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	if strings.HasSuffix(to, ".zip") {
		err = writeZip(file, directory, entries, at)
	} else {
		err = writeTar(file, directory, entries, at)
	}
	return errors.Join(err, file.Close())
}

func writeTar(w io.Writer, directory string, entries []entry, at time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(directory, e.name), Size: int64(len(e.data)),
			Mode: int64(e.mode.Perm()), ModTime: at, Format: tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func writeZip(w io.Writer, directory string, entries []entry, at time.Time) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, e := range entries {
		header := &zip.FileHeader{Name: path.Join(directory, e.name), Method: zip.Deflate, Modified: at.UTC()}
		header.SetMode(e.mode)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.data); err != nil {
			return err
		}
	}
	return archive.Close()
}
