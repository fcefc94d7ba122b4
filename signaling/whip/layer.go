package whip

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// layerRelation is the relation of the Link to the URL where a player changes which layers
// it gets. The working group's text on WHEP's core extensions has it, which is no part of
// the drafts of WHEP since 02; its server-sent events are not served here.
const layerRelation = "urn:ietf:params:whep:ext:core:layer"

const (
	jsonType     = "application/json"
	maxSelection = 1 << 10 // octets
)

// selection is the body of the extension's POST. An absent member is no limit, so that {}
// is all of them. What a player gets is never more than its connection carries, so a layer
// that is named is a limit too.
type selection struct {
	MediaID            json.RawMessage `json:"mediaId"` // there is one picture
	SpatialLayerID     *uint8          `json:"spatialLayerId"`
	TemporalLayerID    *uint8          `json:"temporalLayerId"`
	MaxSpatialLayerID  *uint8          `json:"maxSpatialLayerId"`
	MaxTemporalLayerID *uint8          `json:"maxTemporalLayerId"`
	MaxWidth           uint16          `json:"maxWidth"`
	MaxHeight          uint16          `json:"maxHeight"`
}

// parseSelection reads a selection. Unknown members are errors: a player that names an
// encoding by its rid would wait for it in vain.
func parseSelection(text string) (wishes, error) {
	var in selection
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return wishes{}, refuse(http.StatusBadRequest, "the body has to be an object with spatialLayerId, temporalLayerId, "+
			"maxSpatialLayerId, maxTemporalLayerId, maxWidth and maxHeight, as far as they are to limit")
	}
	w := unlimited()
	for _, n := range []*uint8{in.SpatialLayerID, in.MaxSpatialLayerID} {
		if n != nil {
			w.layers.Spatial = min(w.layers.Spatial, *n)
		}
	}
	for _, n := range []*uint8{in.TemporalLayerID, in.MaxTemporalLayerID} {
		if n != nil {
			w.layers.Temporal = min(w.layers.Temporal, *n)
		}
	}
	w.video.MaxWidth, w.video.MaxHeight = in.MaxWidth, in.MaxHeight
	return w, nil
}

// layers serves the URL where a player changes which layers it gets.
func (s *Server) layers() http.Handler {
	return s.methods(map[string]action{
		http.MethodPost:    s.selectLayers,
		http.MethodOptions: offers("Accept-Post", jsonType),
	})
}

// selectLayers replaces all that the player asked for before, in its query too.
func (s *Server) selectLayers(w http.ResponseWriter, r *http.Request) (reply, error) {
	session, err := s.find(r, whep)
	if err != nil {
		return reply{}, err
	}
	if !isType(r, jsonType) {
		w.Header().Set("Accept-Post", jsonType)
		return reply{}, refuse(http.StatusUnsupportedMediaType, "the body has to be "+jsonType)
	}
	text, err := body(w, r, maxSelection)
	if err != nil {
		return reply{}, err
	}
	want, err := parseSelection(text)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	if err := s.manager.SetPreferredLayers(ctx, session.id, session.endpoint, session.stream, want.layers); err != nil {
		return reply{}, gone(err)
	}
	if err := s.manager.SetVideoPreference(ctx, session.id, session.endpoint, session.stream, want.video); err != nil {
		return reply{}, gone(err)
	}
	return reply{status: http.StatusOK}, nil
}

// layerLink is the header that tells a player of the URL.
func (s *session) layerLink() string {
	return fmt.Sprintf(`<%s/layer>; rel="%s"`, s.path(), layerRelation)
}
