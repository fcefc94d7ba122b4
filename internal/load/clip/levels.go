package clip

import (
	"fmt"
	"strconv"
	"strings"
)

// withLevels joins packets with the lines that tell of each its level in -dBov
// and, as 0 or 1, whether there is voice.
func withLevels(packets [][]byte, lines string) ([]AudioFrame, error) {
	frames := make([]AudioFrame, 0, len(packets))
	for line := range strings.Lines(lines) {
		if len(frames) == len(packets) {
			return nil, fmt.Errorf("more lines than the %d packets: %w", len(packets), errFormat)
		}
		level, voice, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		number, err := strconv.ParseUint(level, 10, 7)
		if err != nil || !found || (voice != "0" && voice != "1") {
			return nil, fmt.Errorf("line %d: %q: %w", len(frames)+1, line, errFormat)
		}
		frames = append(frames, AudioFrame{Data: packets[len(frames)], Level: uint8(number), Voice: voice == "1"})
	}
	if len(frames) != len(packets) {
		return nil, fmt.Errorf("%d lines for %d packets: %w", len(frames), len(packets), errTruncated)
	}
	return frames, nil
}
