package world

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// join enters the room.
func (c *client) join() error {
	params := map[string]any{"user": c.Name, "room": c.Room, "dataChannels": false}
	if c.Style == Paired {
		params["extensions"], params["connections"] = true, "paired"
	}
	var result struct {
		api.JoinResult
		SessionID string `json:"sessionId"`
	}
	if err := c.call("joinRoom", params, &result); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	c.session, c.joined = result.SessionID, true
	c.meet(result.Value)
	c.world.mu.Lock()
	c.entries = append(c.entries, c.world.since())
	c.world.mu.Unlock()
	c.world.tell(c.Name, "has joined")
	return nil
}

// meet replaces what is known of the others.
func (c *client) meet(list []api.Peer) {
	clear(c.present)
	for _, p := range list {
		c.present[p.ID] = make(map[string]bool)
		for _, s := range p.Streams {
			c.present[p.ID][s.ID] = true
		}
	}
}

// code is what the server refused a request with, or 0.
func code(err error) api.Code {
	var refused *rpc.Error
	if errors.As(err, &refused) {
		return api.Code(refused.Code)
	}
	return 0
}

// compare asks how the room is now, after a socket was lost.
func (c *client) compare() error {
	var now api.RoomNow
	if err := c.call("getRoom", nil, &now); err != nil {
		if code(err) != 0 {
			c.forget()
		}
		return err
	}
	c.meet(now.Value)
	c.paired.compare(&now)
	return nil
}

// hear takes a notification.
func (c *client) hear(method string, params json.RawMessage) {
	switch method {
	case api.ParticipantJoined:
		var p api.Participant
		if json.Unmarshal(params, &p) == nil && c.present[p.ID] == nil {
			c.present[p.ID] = make(map[string]bool)
		}
	case api.ParticipantPublished:
		c.hearPublished(params)
	case api.ParticipantUnpublished:
		c.hearUnpublished(params)
	case api.ParticipantLeft:
		c.hearLeft(params)
	case api.NotifyICECandidate:
		c.hearCandidate(params)
	case api.MediaError:
		var t api.Trouble
		_ = json.Unmarshal(params, &t)
		c.world.tell(c.Name, "hears mediaError %s %s", t.Connection, t.Error)
		if c.Style == Old {
			c.old.mend()
		} else {
			c.paired.renew(t.Connection)
		}
	case api.OfferToSubscriber:
		var o api.SubscriberOffer
		if json.Unmarshal(params, &o) == nil {
			c.paired.offered(&o)
		}
	case api.SubscriptionEnded:
		var f api.FailedSender
		_ = json.Unmarshal(params, &f)
		c.world.tell(c.Name, "subscription to %s ended: %d %s", f.Sender, f.Code, f.Message)
		delete(c.paired.asked, f.Sender)
	case "videoPaused", "videoResumed":
		c.world.tell(c.Name, "hears %s %s", method, params)
	case "sendMessage":
		c.messages.Add(1)
	}
}

func (c *client) hearPublished(params json.RawMessage) {
	var p struct {
		ID      string
		Streams []api.Stream
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	if c.present[p.ID] == nil {
		c.present[p.ID] = make(map[string]bool)
	}
	for _, s := range p.Streams {
		c.present[p.ID][s.ID] = true
	}
}

func (c *client) hearUnpublished(params json.RawMessage) {
	var p struct {
		Name    string
		Streams []api.Stream
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.learn(p.Name)
	if len(p.Streams) == 0 {
		p.Streams = []api.Stream{{ID: api.StreamID}}
	}
	for _, s := range p.Streams {
		delete(c.present[p.Name], s.ID)
		c.gone(p.Name + "_" + s.ID)
	}
}

func (c *client) hearLeft(params json.RawMessage) {
	var p api.Name
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.learn(p.Name)
	for stream := range c.present[p.Name] {
		c.gone(p.Name + "_" + stream)
	}
	delete(c.present, p.Name)
}

// learn notes when somebody was heard to be gone.
func (c *client) learn(who string) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	c.learned = append(c.learned, learned{who, c.world.since()})
}

// gone drops what was received of a sender.
func (c *client) gone(sender string) {
	c.old.drop(sender)
	delete(c.paired.asked, sender)
}

func (c *client) hearCandidate(params json.RawMessage) {
	var n api.Candidate
	if json.Unmarshal(params, &n) != nil {
		return
	}
	pc := c.old.connection(n.EndpointName)
	if pc == nil {
		return
	}
	_ = pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: n.Candidate, SDPMid: &n.SDPMid, SDPMLineIndex: &n.SDPMLineIndex})
}

// publish brings what is published in line with what is wanted.
func (c *client) publish() error {
	if c.Style == Old {
		return c.old.publish()
	}
	return c.paired.publish()
}

// receive does so with what is received.
func (c *client) receive() error {
	if c.Style == Old {
		return c.old.receive()
	}
	return c.paired.receive()
}
