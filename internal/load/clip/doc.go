// Package clip holds the media that synthetic publishers send: a test picture
// with the number of the frame and a running clock, four seconds that repeat, in
// each codec and three sizes, and a tone that pauses as speech does.
//
//	make-clips.sh ──ffmpeg──> videos/*.ivf, *.h264   voice/voice.ogg, levels
//	                             │ IVF, Annex B         │ Ogg, text
//	                          Videos(codec)          Voice()
//
// The files are embedded. They are encoded as for a call: the first frame is the
// only keyframe, each depends on those before it alone, all are shown. README.md
// tells how they were made and under which licence they are.
package clip
