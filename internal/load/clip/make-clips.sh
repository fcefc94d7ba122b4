#!/bin/sh
# Makes the clips in videos/ and the voice in voice/ out of ffmpeg's own test sources. Not part of the build: the results
# are committed. The same ffmpeg makes the same files again; the versions that made these are in README.md.
#
# Needs: ffmpeg with libvpx, libx264, libaom, libopus and drawtext; fonts-dejavu-core; awk.
set -eu
cd "$(dirname "$0")"
font=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p videos voice

# One thread, no dates, no version strings: the output depends on nothing but the input and ffmpeg.
ff() { ffmpeg -nostdin -v error -y "$@"; }
clean='-threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1'

# The picture, 4 s at 30 fps, once, without loss: colour bars, a ball that goes around once, the number of the frame, a running clock.
picture() {
	ff -filter_complex "
		gradients=size=1280x720:rate=30:duration=4:c0=0x12263a:c1=0x1f6f78:x0=0:y0=0:x1=1279:y1=719:speed=0.00001:
			nb_colors=2, format=yuv444p [ground];
		smptehdbars=size=1280x72:rate=30:duration=4, hue=s=0.7, eq=contrast=0.85, format=yuv444p [bars];
		color=0xe76f51:size=120x120:rate=30:duration=4, format=yuva444p,
			geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a='255*clip(60-hypot(X-59.5,Y-59.5),0,1)' [ball];
		[ground][bars] overlay=0:H-h [scene];
		[scene][ball] overlay=x='(W-w)/2*(1+0.94*sin(PI*t/2))':y='(H-72-h)/2*(1-0.94*cos(PI*t/2))',
		drawbox=x=280:y=108:w=720:h=432:color=0x0b141c@0.82:t=fill,
		drawtext=fontfile=$font:text='%{eif\:n\:d\:3}':fontsize=330:fontcolor=white:x=(w-tw)/2:y=140,
		drawtext=fontfile=$font:text='%{pts\:hms}':fontsize=92:fontcolor=0xffd166:x=(w-tw)/2-28:y=426 [out]" \
		-map '[out]' $clean -c:v ffv1 -pix_fmt yuv444p "$work/picture.mkv"
}

# video CODEC WIDTH HEIGHT KBIT SUFFIX ENCODER-OPTIONS...
video() {
	codec=$1 width=$2 height=$3 rate=$4 suffix=$5
	shift 5
	ff -i "$work/picture.mkv" -vf "scale=$width:$height:flags=area+bitexact+accurate_rnd,
		drawtext=fontfile=$font:text='$codec ${width}x$height':fontsize=h*0.075:fontcolor=0xd8dee4:x=(w-tw)/2:y=h*0.79,
		format=yuv420p" $clean "$@" -b:v "${rate}k" -maxrate "${rate}k" -bufsize "$((rate / 2))k" -g 9999 -fps_mode passthrough \
		"videos/$(echo "$codec" | tr -d . | tr '[:upper:]' '[:lower:]')-$height.$suffix"
}

# Every encoder: no lookahead, no reordering, nothing hidden, one keyframe, no frame dropped. libvpx takes a positive
# -cpu-used for VP8 as a share of the processor's time, which would make every run differ; a negative one is fixed.
videos() {
	for size in '320 180 120' '640 360 280' '1280 720 660'; do
		set -- $size
		video VP8 "$1" "$2" "$3" ivf -c:v libvpx -deadline realtime -cpu-used -4 -lag-in-frames 0 -auto-alt-ref 0 \
			-error-resilient default -max-intra-rate 600
		video VP9 "$1" "$2" "$3" ivf -c:v libvpx-vp9 -deadline realtime -cpu-used 5 -lag-in-frames 0 -auto-alt-ref 0 \
			-error-resilient default -max-intra-rate 600 -aq-mode 3 -tile-columns 0 -row-mt 0
		video AV1 "$1" "$2" "$3" ivf -c:v libaom-av1 -usage realtime -cpu-used 7 -lag-in-frames 0 -aq-mode 3 \
			-error-resilience default -tiles 1x1 -row-mt 0
		# filter_units takes out the SEI in which x264 names itself.
		video H.264 "$1" "$2" "$3" h264 -c:v libx264 -profile:v baseline -level 3.1 -preset slower -tune zerolatency \
			-x264-params slices=1:sliced-threads=0:scenecut=0:keyint=infinite:ref=1 -bsf:v filter_units=remove_types=6
	done
}

# 6 s, of which the encoder's delay is the last packet. A tone with harmonics whose pitch wanders, in syllables of a quarter
# second, in three phrases with pauses; a little noise all the time, as in a room.
speech='(0.55*sin(2*PI*(165*t+2.5*sin(2.1*t)))+0.3*sin(4*PI*(165*t+2.5*sin(2.1*t)))+0.15*sin(8*PI*(165*t+2.5*sin(2.1*t))))'
syllables='pow(sin(PI*4.3*t),2)*(0.7+0.3*sin(2.9*t))'
phrases='(between(t,0.3,1.6)+between(t,2.2,3.9)+between(t,4.7,5.6))'
voice() {
	ff -f lavfi -i "aevalsrc='0.22*$speech*$syllables*$phrases+0.0006*(random(0)-0.5)':sample_rate=48000:duration=5.98" \
		-c:a pcm_s16le "$work/voice.wav"
	ff -i "$work/voice.wav" $clean -c:a libopus -application voip -b:a 28k -vbr on -frame_duration 20 -dtx 0 voice/voice.ogg
	levels
}

# For each packet the level of what it decodes to, in -dBov (RFC 6464: the root mean square, full scale is 0, silence 127),
# and 1 if there is voice: louder than -45 dBov, or so within the last 200 ms. skip_manual keeps the samples of the
# encoder's delay, so that packets and periods of 20 ms go together.
levels() {
	ff -flags2 +skip_manual -i voice/voice.ogg -af 'asetnsamples=n=960:p=1,astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,
		ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-' -f null - |
		awk -F= 'BEGIN { since = 99 } /RMS_level/ {
			level = ($2 ~ /inf/) ? 127 : int(-$2 + 0.5)
			if (level < 0) level = 0
			if (level > 127) level = 127
			since = (level <= 45) ? 0 : since + 1
			print level, (since <= 10)
		}' >voice/levels
}

picture
videos
voice
