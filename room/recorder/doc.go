// Package recorder writes what a tap gets to a file that plays: Opus with VP8, VP9 or AV1
// as WebM, with H.264 as Matroska, sound and picture together and in time.
//
//	room.Manager.AddTap ─► Recorder ─► ordering ─► assembly ─► origin ─► Matroska
//	                       one each a track, up to here       where the tracks meet
//
// It runs on the goroutine of its tap and is no part of the server: an application that
// does not import it has none of it. Nothing is decoded: the file holds what the
// publisher encoded. After a loss the picture goes on with the next keyframe, which the tap
// asks for by itself only when the loss was its own; the sound has a gap.
//
//	f, _ := os.Create("ann.webm")
//	rec := recorder.New(f)
//	err := rooms.AddTap(ctx, ann, room.DefaultStream, room.All, rec)
//	...
//	select {
//	case <-rec.Failed(): // the disk is full: the file plays up to here
//		err = rooms.RemoveTap(ctx, ann, room.DefaultStream, rec)
//	case <-rec.Done(): // after RemoveTap, or the end of the stream
//	}
//	err = rec.Err() // waits for Done
//
// A file begins with the first keyframe. Where the size of the picture changes later, it
// changes in the file, which players take. What VP9 has in several spatial layers is
// written as it comes and not every player takes it; the orientation that phones send
// beside the picture is not written.
package recorder
