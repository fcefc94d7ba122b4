package watch

import (
	"testing"
	"time"
)

func TestUrgentRequestsKeepTheirDistance(t *testing.T) {
	var k keyframes
	k.received(1, false, begin)
	k.urgent = true
	if !k.due(begin) {
		t.Fatal("not due at once")
	}
	k.urgent = true
	if k.due(begin.Add(firstKeyframeWait - 1)) {
		t.Error("due again at once")
	}
	if !k.due(begin.Add(firstKeyframeWait)) {
		t.Error("forgotten")
	}
}

func TestFrameDecodedMeanwhileEndsTheUrgency(t *testing.T) {
	var k keyframes
	k.received(1, false, begin)
	k.urgent = true
	k.decoded(begin)
	if k.due(begin.Add(ms)) {
		t.Error("due though frames are decoded")
	}
	k.received(2, false, begin.Add(laterKeyframeWait-ms))
	if k.due(begin.Add(laterKeyframeWait-1)) || !k.due(begin.Add(laterKeyframeWait)) {
		t.Error("not due three seconds after the last frame")
	}
}

func TestNothingIsDueBeforeTheFirstPacket(t *testing.T) {
	var k keyframes
	k.urgent = true
	if k.due(begin.Add(time.Hour)) {
		t.Error("due of a source that there is not")
	}
}
