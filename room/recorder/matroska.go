package recorder

import (
	"github.com/at-wat/ebml-go/mkvcore"
	"github.com/at-wat/ebml-go/webm"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	// sorted is how many frames of a track wait for those of the other at most, so that
	// the file has them by time.
	sorted = 64
	// clusterMin and clusterMax are how long a cluster lasts, in milliseconds: players seek
	// to the beginning of one, which is a keyframe if one comes.
	clusterMin, clusterMax = 2000, 10000
	// indexOctets are kept free for the index. A longer one has fewer places.
	indexOctets = 16 << 10
)

// matroska is the file.
type matroska struct{ writers []webm.BlockWriteCloser }

// newMatroska writes what stands in front, and gives those tracks a way out of which enough
// is known.
func newMatroska(to *steady, tracks []*track) *matroska {
	header := *webm.DefaultEBMLHeader
	var entries []webm.TrackEntry
	var with []*track
	for _, t := range tracks {
		if t.Codec == codec.H264 {
			header.DocType = "matroska"
		}
		if entry, ok := t.entry(uint64(len(entries) + 1)); ok {
			entries, with = append(entries, entry), append(with, t)
		}
	}
	sorter, err := mkvcore.NewMultiTrackBlockSorter(mkvcore.WithMaxDelayedPackets(sorted), mkvcore.WithSortRule(mkvcore.BlockSorterWriteOutdated))
	to.fail(err)
	options := []mkvcore.BlockWriterOption{
		mkvcore.WithEBMLHeader(&header),
		mkvcore.WithSegmentInfo(&webm.Info{TimecodeScale: 1_000_000, MuxingApp: "ebml-go", WritingApp: "Atrium"}),
		mkvcore.WithBlockInterceptor(sorter), mkvcore.WithOnFatalHandler(to.fail), mkvcore.WithOnErrorHandler(to.fail),
		mkvcore.WithMinMaxClusterDuration(uint64(len(entries)), clusterMin, clusterMax), // the picture is last
		mkvcore.WithSeekHead(to.anywhere()),
	}
	if to.anywhere() {
		options = append(options, mkvcore.WithCues(indexOctets))
	}
	m := &matroska{}
	m.writers, err = webm.NewSimpleBlockWriter(to, entries, options...)
	if to.fail(err); err != nil {
		_ = to.Close()
		return m
	}
	for i, t := range with {
		t.out = m.writers[i]
	}
	return m
}

// close ends the file and waits until it is closed.
func (m *matroska) close() {
	for _, w := range m.writers {
		_ = w.Close() // steady has the errors
	}
}

// entry describes a track. ok is false when it cannot be described without a frame of it,
// and there is none.
func (t *track) entry(number uint64) (entry webm.TrackEntry, ok bool) {
	const video, audio = 1, 2 // types of tracks (RFC 9559 section 5.1.4.1.3)
	entry = webm.TrackEntry{TrackNumber: number, TrackUID: number, TrackType: video}
	if t.width == 0 {
		t.width, t.height = 640, 360 // the stream says it again
	}
	switch t.Codec {
	case codec.Opus:
		entry.TrackType, entry.CodecID, entry.CodecPrivate, entry.SeekPreRoll = audio, "A_OPUS", opusHead(), 80_000_000
		entry.Audio = &webm.Audio{SamplingFrequency: 48000, Channels: uint64(t.Channels)} //nolint:gosec // 2
		return entry, true
	case codec.VP8:
		entry.CodecID = "V_VP8"
	case codec.VP9:
		entry.CodecID = "V_VP9"
	case codec.AV1:
		if entry.CodecID = "V_AV1"; t.begun() {
			entry.CodecPrivate = av1Config(t.first.data)
		}
	case codec.H264:
		if entry.CodecID = "V_MPEG4/ISO/AVC"; t.begun() {
			entry.CodecPrivate = avcConfig(t.first.data)
		}
	case codec.Unknown:
		return entry, false
	}
	entry.Video = &webm.Video{PixelWidth: uint64(t.width), PixelHeight: uint64(t.height)}
	known := t.Codec == codec.VP8 || t.Codec == codec.VP9 || entry.CodecPrivate != nil
	return entry, known
}
