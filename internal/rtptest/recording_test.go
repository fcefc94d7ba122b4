package rtptest_test

import (
	"bufio"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recordedPacket is a packet that a browser sent.
type recordedPacket struct {
	rid        string
	marker     bool
	descriptor []byte
	payload    []byte // its beginning
}

// recording reads one of the files that sfu/codec/testdata/README.md describes.
func recording(t *testing.T, name string) []recordedPacket {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "sfu", "codec", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var packets []recordedPacket
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		fields := strings.Fields(lines.Text())
		var p recordedPacket
		if len(fields) == 7 {
			p.rid, fields = fields[0], fields[1:]
		}
		p.marker = fields[2] == "1"
		p.descriptor = octets(t, strings.TrimPrefix(fields[4], "dd="))
		p.payload = octets(t, strings.TrimPrefix(fields[5], "payload="))
		packets = append(packets, p)
	}
	return packets
}

func octets(t *testing.T, s string) []byte {
	t.Helper()
	if s == "-" {
		return nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
