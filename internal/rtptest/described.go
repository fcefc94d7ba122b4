package rtptest

// described writes the dependency descriptors of one stream.
type described struct {
	structure *Structure
	numbers   *frameNumbers
	// sent are the frame numbers that frames got, by their number in the stream.
	sent [1 << 8]uint16
}

// frameNumbers counts frames the way descriptors do.
type frameNumbers struct{ next uint16 }

// begin gives the frame its number.
func (d *described) begin(f layerFrame) {
	d.sent[f.number%uint32(len(d.sent))] = d.numbers.next
	d.numbers.next++
}

// packet returns the descriptor of one packet. As libwebrtc does it, the first
// one of a frame without references brings the structure.
func (d *described) packet(f layerFrame, stamp Stamp) []byte {
	out := Descriptor{
		First:       stamp.Index == 0,
		Last:        stamp.Index == stamp.Count-1,
		FrameNumber: d.sent[f.number%uint32(len(d.sent))],
		Template: Template{
			Spatial: f.spatial, Temporal: f.temporal, Targets: f.targets,
			Diffs: d.diffs(f, f.refs), Chains: d.diffs(f, f.chains),
		},
	}
	if out.First && f.independent() {
		out.Attached = d.structure
	}
	return d.structure.Marshal(out)
}

// diffs turns distances in the stream into distances between frame numbers,
// which are longer if other encodings count too.
func (d *described) diffs(f layerFrame, list []int) []int {
	var out []int
	for _, diff := range list {
		from := d.sent[(f.number-uint32(diff))%uint32(len(d.sent))]
		out = append(out, int(d.sent[f.number%uint32(len(d.sent))]-from))
	}
	return out
}
