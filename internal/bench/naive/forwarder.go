package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4" //nolint:depguard // the baseline is Pion as it comes
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "naive:", err)
		os.Exit(1)
	}
}

func run() error {
	f, err := newForwarder()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // there is nothing to interrupt
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /whip/{room}/{user}", func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, f.publish) })
	mux.HandleFunc("POST /whep/{room}/{user}", func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, f.receive) })
	fmt.Printf("ready: http://%s\n", l.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	return server.Serve(l)
}

// forwarder is the whole server.
type forwarder struct {
	api *webrtc.API

	mu      sync.Mutex
	streams map[string]*stream // by room and user
}

// stream is what one user publishes.
type stream struct {
	mu       sync.Mutex
	sections int // that the publisher offered
	tracks   []*webrtc.TrackLocalStaticRTP
	keyframe func() // asks the publisher for one; nil without video
}

func newForwarder() (*forwarder, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(net.IP.IsLoopback)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return &forwarder{
		api: webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
			webrtc.WithSettingEngine(settings)),
		streams: make(map[string]*stream),
	}, nil
}

// serve answers one offer. prepare sets up the connection; it returns false when
// there is nothing to receive.
func (f *forwarder) serve(w http.ResponseWriter, r *http.Request, prepare func(string, string, *webrtc.PeerConnection) (bool, error)) {
	const largest = 64 << 10
	offer, err := io.ReadAll(io.LimitReader(r.Body, largest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pc, err := f.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	found, err := prepare(r.PathValue("room")+"/"+r.PathValue("user"), string(offer), pc)
	if err == nil && !found {
		_ = pc.Close()
		http.Error(w, "nobody publishes there", http.StatusNotFound)
		return
	}
	var answer string
	if err == nil {
		answer, err = negotiate(pc, string(offer))
	}
	if err != nil {
		_ = pc.Close()
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", r.URL.Path)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer) // who does not read it has left
}

// negotiate returns the answer with all candidates.
func negotiate(pc *webrtc.PeerConnection, offer string) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

// publish makes a stream of what a connection will bring.
func (f *forwarder) publish(name, offer string, pc *webrtc.PeerConnection) (bool, error) {
	s := &stream{sections: strings.Count(offer, "\nm=")}
	f.mu.Lock()
	f.streams[name] = s
	f.mu.Unlock()
	pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { s.forward(remote, pc) })
	return true, nil
}

// forward passes one track on until it ends.
func (s *stream) forward(remote *webrtc.TrackRemote, pc *webrtc.PeerConnection) {
	local, err := webrtc.NewTrackLocalStaticRTP(remote.Codec().RTPCodecCapability, remote.Kind().String(), "publisher")
	if err != nil {
		return
	}
	s.mu.Lock()
	s.tracks = append(s.tracks, local)
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		s.keyframe = asker(pc, uint32(remote.SSRC()))
	}
	s.mu.Unlock()
	buffer := make([]byte, 1600)
	for {
		n, _, err := remote.Read(buffer)
		if err != nil {
			return
		}
		_, _ = local.Write(buffer[:n]) // some receivers may be gone; the others got it
	}
}

// asker returns a function that asks for a keyframe, not more often than a
// publisher can make one.
func asker(pc *webrtc.PeerConnection, ssrc uint32) func() {
	const pause = 300 * time.Millisecond
	var mu sync.Mutex
	var last time.Time
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(last) > pause {
			last = now
			_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}) // it may have left
		}
	}
}

// receive adds the tracks of a stream to a connection.
func (f *forwarder) receive(name, _ string, pc *webrtc.PeerConnection) (bool, error) {
	f.mu.Lock()
	s := f.streams[name]
	f.mu.Unlock()
	if s == nil {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tracks) < s.sections {
		return false, nil
	}
	keyframe := s.keyframe
	for _, track := range s.tracks {
		sender, err := pc.AddTrack(track)
		if err != nil {
			return false, err
		}
		go feedback(sender, keyframe)
	}
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			if keyframe != nil {
				keyframe()
			}
		case webrtc.PeerConnectionStateFailed:
			_ = pc.Close()
		default:
		}
	})
	return true, nil
}

// feedback reads what a receiver reports, which is also what makes the
// interceptors see it.
func feedback(sender *webrtc.RTPSender, keyframe func()) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				if keyframe != nil {
					keyframe()
				}
			}
		}
	}
}
