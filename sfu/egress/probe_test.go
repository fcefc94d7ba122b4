package egress

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// A cluster all of whose octets are media in a few packets is completed with
// padding when its time is over. One that waits for more media would measure the
// bitrate of that, which is less than the estimate: no probe would ever find more.
func TestAProbeDoesNotWaitForMedia(t *testing.T) {
	l := newSlowLink(t)
	l.st.cfg.RTXPayloadType = 97
	l.sub.link.pacer.SetRate(10*bwe.Mbps, l.now)
	l.picture(1, true)
	l.pass(time.Second)
	cluster := bwe.Cluster{ID: 1, Rate: 500 * bwe.Kbps, MinPackets: 5, MinOctets: 938, MinDuration: 15 * time.Millisecond}
	l.sub.link.probe = probe{cluster: cluster, sub: l.sub, stream: l.st, began: l.now}
	l.sub.link.sendProbe(l.now)
	l.sub.link.pace()
	l.picture(1, false) // 1000 octets: all that the cluster wants
	before := l.st.Stats().Padded
	l.pass(cluster.MinDuration + paceInterval)
	if l.sub.link.probe.active() {
		t.Error("the probe goes on after its time")
	}
	if n := l.st.Stats().Padded - before; n != 3 {
		t.Errorf("%d packets of padding behind the first one and the picture, want 3", n)
	}
}
