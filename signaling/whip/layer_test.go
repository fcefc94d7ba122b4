package whip_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

func TestAPlayerChangesItsLayers(t *testing.T) {
	f := start(t)
	f.begun("/whip/r?user=cam")
	made := f.post("/whep/r?layer=0", offer("-"))
	made.want(t, http.StatusCreated)
	url := made.Header.Get("Location") + "/layer"
	if got, want := made.Header.Get("Link"), "<"+url+`>; rel="urn:ietf:params:whep:ext:core:layer"`; got != want {
		t.Errorf("Link %q, want %q", got, want)
	}
	ask := func(body string) answered {
		return f.send(http.MethodPost, url, body, "Content-Type", "application/json")
	}
	got := f.media.last()
	for _, tt := range []struct {
		body   string
		layers room.Layers
		video  room.VideoPreference
	}{
		{`{"spatialLayerId": 1, "mediaId": "0"}`, room.Layers{Spatial: 1, Temporal: room.AllLayers}, room.VideoPreference{}},
		{`{"maxSpatialLayerId": 2, "spatialLayerId": 1, "maxTemporalLayerId": 0}`, room.Layers{Spatial: 1}, room.VideoPreference{}},
		{`{"maxWidth": 640, "maxHeight": 360}`, room.Layers{Spatial: room.AllLayers, Temporal: room.AllLayers}, room.VideoPreference{MaxWidth: 640, MaxHeight: 360}},
		{`{}`, room.Layers{Spatial: room.AllLayers, Temporal: room.AllLayers}, room.VideoPreference{}},
	} {
		ask(tt.body).want(t, http.StatusOK)
		got.with(func() {
			if l, v := got.layers[len(got.layers)-1], got.videos[len(got.videos)-1]; cmp.Diff(tt.layers, l) != "" || cmp.Diff(tt.video, v) != "" {
				t.Errorf("%s: %+v %+v", tt.body, l, v)
			}
		})
	}
	for _, body := range []string{"", "[]", `{"rid": "h"}`, `{"spatialLayerId": 256}`, `{"spatialLayerId": -1}`, `{"maxWidth": 65536}`} {
		ask(body).want(t, http.StatusBadRequest)
	}
	ask(`{"mediaId": "`+strings.Repeat("0", 1024)+`"}`).want(t, http.StatusRequestEntityTooLarge)
	f.send(http.MethodPost, url, "{}", "Content-Type", "text/plain").want(t, http.StatusUnsupportedMediaType)
	f.send(http.MethodOptions, url, "").want(t, http.StatusOK)
	f.send(http.MethodDelete, made.Header.Get("Location"), "").want(t, http.StatusOK)
	ask(`{}`).want(t, http.StatusNotFound)
	publisher := f.post("/whip/r?user=second", offer("-"))
	publisher.want(t, http.StatusCreated)
	if publisher.Header.Get("Link") != "" {
		t.Errorf("a publisher is told of layers: %q", publisher.Header.Get("Link"))
	}
}

func TestOnlyThePlayersTokenChangesItsLayers(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control() })
	f.bearing(i.token("cam"), http.MethodPost, "/whip/r?user=cam", offer("-")).want(t, http.StatusCreated)
	made := f.bearing(i.token("eve"), http.MethodPost, "/whep/r?publisher=cam", offer("-"))
	made.want(t, http.StatusCreated)
	url := made.Header.Get("Location") + "/layer"
	for token, status := range map[string]int{"": 401, i.token("cam"): 401, i.token("eve"): 200} {
		r := f.send(http.MethodPost, url, "{}", "Content-Type", "application/json", "Authorization", "Bearer "+token)
		r.want(t, status)
	}
}
