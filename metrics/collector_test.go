package metrics

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/atrium-rtc/atrium/internal/docstest"
	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/udp"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func fixed(rooms room.Stats, sessions signaling.Stats, media sfu.Stats) Sources {
	return Sources{
		Version: "v1.2.3", Revision: "abc",
		Rooms:    func() room.Stats { return rooms },
		Sessions: func() signaling.Stats { return sessions },
		Media:    func() sfu.Stats { return media },
	}
}

func TestScrapeShowsTheSnapshots(t *testing.T) {
	from := fixed(
		room.Stats{
			Rooms: 2, Participants: 5, Publications: 4, Subscriptions: 12, Joins: 9,
			Leaves:       map[room.LeaveReason]uint64{room.LeftByRequest: 3, room.LeftByEvict: 1},
			Errors:       map[room.Code]uint64{room.CodeUserExists: 6},
			Negotiations: map[room.NegotiationOutcome]uint64{{Role: room.Subscriber, Outcome: room.Failed}: 3},
			JoinSeconds:  observed(0.5, 0.25),
			Commands:     4,
		},
		signaling.Stats{
			Sockets: 3, Sessions: 5, Waiting: 2, Draining: true,
			RequestSeconds: map[string]histogram.Snapshot{"joinRoom": observed(2)},
			Traffic:        rpc.Traffic{OctetsOut: 77},
			Requests:       map[signaling.RequestOutcome]uint64{{Method: "joinRoom", Code: api.Code(104)}: 2},
		},
		sfu.Stats{
			Peers: 16, Publications: 4, Packets: 100,
			Ingress: ingress.Totals{Malformed: 2},
			Handshakes: sfu.HandshakeStats{
				ICE: sfu.ICEOutcomes{Closed: 3}, ICESeconds: observed(0.1),
				Pairs: []sfu.PairStats{{Transport: "udp", Remote: "prflx", Family: "ipv6", Connections: 12}},
			},
			Network: udp.Stats{DatagramsIn: 7, DatagramsOut: 70, Dropped: udp.Dropped{QueueFull: 8}},
			Egress: egress.Stats{
				Dropped: egress.Dropped{Mailbox: 11}, Retransmitted: 4,
				Sent:           egress.PerKind[egress.Sent]{Video: egress.Sent{Packets: 500, Octets: 550000}},
				ForwardLatency: observed(0.5),
				Shards:         []egress.ShardStats{{}, {Busy: 1500 * time.Millisecond, Waiting: 3}},
			},
		},
	)
	text := scrape(t, from)
	for _, want := range []string{
		`atrium_build_info{revision="abc",version="v1.2.3"} 1`,
		"# TYPE atrium_joins_total counter",
		"atrium_joins_total 9",
		`atrium_leaves_total{reason="evicted"} 1`,
		`atrium_leaves_total{reason="left"} 3`,
		"# TYPE atrium_participants gauge",
		"atrium_participants 5",
		"atrium_websockets 3",
		`atrium_requests_total{code="104",method="joinRoom"} 2`,
		`atrium_request_seconds_bucket{method="joinRoom",le="1"} 0`,
		`atrium_request_seconds_bucket{method="joinRoom",le="+Inf"} 1`,
		`atrium_request_seconds_sum{method="joinRoom"} 2`,
		`atrium_join_seconds_bucket{le="1"} 2`,
		`atrium_negotiations_total{outcome="failed",role="subscriber"} 3`,
		`atrium_sessions{state="connected"} 3`,
		`atrium_sessions{state="waiting"} 2`,
		"atrium_draining 1",
		"atrium_room_commands 4",
		`atrium_websocket_bytes_total{direction="in"} 0`,
		`atrium_websocket_bytes_total{direction="out"} 77`,
		`atrium_media_connections{role="publisher"} 4`,
		`atrium_media_connections{role="subscriber"} 12`,
		`atrium_media_tracks{codec="vp8",kind="video"} 0`,
		`atrium_media_streams{codec="opus",kind="audio"} 0`,
		`atrium_media_ice_total{outcome="closed"} 3`,
		`atrium_media_ice_total{outcome="failed"} 0`,
		"atrium_media_ice_seconds_count 1",
		`atrium_media_selected_pairs_total{family="ipv6",remote="prflx",transport="udp"} 12`,
		`atrium_media_packets_dropped_total{cause="mailbox"} 11`,
		`atrium_media_packets_rejected_total{reason="malformed"} 2`,
		`atrium_media_packets_sent_total{kind="audio"} 0`,
		`atrium_media_packets_sent_total{kind="video"} 500`,
		`atrium_media_bytes_sent_total{kind="video"} 550000`,
		`atrium_media_rtx_packets_total{direction="out"} 4`,
		`atrium_media_forward_latency_seconds_bucket{le="1"} 1`,
		`atrium_media_shard_busy_seconds_total{shard="0"} 0`,
		`atrium_media_shard_busy_seconds_total{shard="1"} 1.5`,
		`atrium_media_mailbox_items{shard="1"} 3`,
		`atrium_refusals_total{code="104"} 6`,
		`atrium_udp_datagrams_total{direction="in"} 7`,
		`atrium_udp_datagrams_total{direction="out"} 70`,
		`atrium_udp_dropped_total{reason="queue full"} 8`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the scrape lacks %q", want)
		}
	}
}

// observed is a histogram with a bucket up to 1 that has seen the values.
func observed(values ...float64) histogram.Snapshot {
	h := histogram.New(1)
	for _, v := range values {
		h.Observe(v)
	}
	return h.Snapshot()
}

// scrape returns what Prometheus would read.
func scrape(t *testing.T, from Sources) string {
	t.Helper()
	answer := httptest.NewRecorder()
	Handler(from).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func TestNamesFollowTheConventionsOfPrometheus(t *testing.T) {
	from := fixed(busyRooms(), busySessions(), busyMedia())
	from.API = func() []APIRequests { return make([]APIRequests, 1) }
	families, err := newRegistry(from).Gather()
	if err != nil {
		t.Fatal(err)
	}
	ours := slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return !strings.HasPrefix(f.GetName(), "atrium_") })
	if len(ours) != len(all())+1 {
		t.Errorf("%d series have samples, want %d", len(ours), len(all())+1)
	}
	problems, err := promlint.NewWithMetricFamilies(ours).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// busyRooms and busySessions have a sample for every series.
func busyRooms() room.Stats {
	return room.Stats{
		Leaves: map[room.LeaveReason]uint64{room.LeftByClose: 1}, Errors: map[room.Code]uint64{0: 1},
		Negotiations:       map[room.NegotiationOutcome]uint64{{Role: room.Publisher, Outcome: room.Refused}: 1},
		NegotiationSeconds: map[room.Role]histogram.Snapshot{room.Publisher: histogram.New(1).Snapshot()},
	}
}

func busySessions() signaling.Stats {
	return signaling.Stats{
		SocketsRefused: map[string]uint64{"full": 1},
		SessionsEnded:  map[string]uint64{"left": 1},
		Requests:       map[signaling.RequestOutcome]uint64{{Method: "other"}: 1},
		RequestSeconds: map[string]histogram.Snapshot{"other": histogram.New(1).Snapshot()},
	}
}

func busyMedia() sfu.Stats {
	return sfu.Stats{
		Egress:     egress.Stats{Shards: make([]egress.ShardStats, 1)},
		Handshakes: sfu.HandshakeStats{Pairs: make([]sfu.PairStats, 1)},
	}
}

func TestHandlerServesRuntimeAndProcessToo(t *testing.T) {
	text := scrape(t, fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{}))
	for _, name := range []string{"atrium_rooms 0", "go_goroutines ", "process_start_time_seconds "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("the scrape lacks %q", name)
		}
	}
}

// A thousand rooms make no more series than one.
func TestSeriesDoNotGrowWithUse(t *testing.T) {
	count := func(rooms int) int {
		return strings.Count(scrape(t, fixed(room.Stats{Rooms: rooms, Participants: 3 * rooms}, signaling.Stats{Sessions: 3 * rooms}, sfu.Stats{Peers: 9 * rooms})), "\natrium_")
	}
	if one, many := count(1), count(1000); one != many {
		t.Errorf("%d series for one room, %d for a thousand", one, many)
	}
}

var update = flag.Bool("update", false, "write the table of docs/metrics.md anew")

// The table of the documentation is what the code says, no more and no less.
// After changing a series: make docs
func TestDocsHoldTheSeriesOfTheCode(t *testing.T) {
	build := "| `atrium_build_info` | gauge | `version`, `revision` | 1, with the version and the revision of the binary. |\n"
	docstest.Hold(t, "../docs/metrics.md", *update, map[string]string{"series": heading + build + tableOf(all())})
}

const heading = "| series | type | labels | meaning |\n|---|---|---|---|\n"

func tableOf[S any](list []series[S]) string {
	var b strings.Builder
	for _, s := range list {
		kind := map[prometheus.ValueType]string{prometheus.GaugeValue: "gauge", prometheus.CounterValue: "counter"}[s.kind]
		if s.distributions != nil {
			kind = "histogram"
		}
		labels := "none"
		if len(s.labels) > 0 {
			labels = "`" + strings.Join(s.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.name, kind, labels, s.help)
	}
	return b.String()
}
