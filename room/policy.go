package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// Policy is where an application decides before something happens. Every function may be
// nil, which allows what it would be asked about. They are called on the goroutine of the
// caller whose request it is, several at once, may take their time while the room goes on,
// and may change what they are given a pointer to, which rewrites the request. They may
// call the Manager.
//
// An error refuses the request. When it is an *Error, that is what the client sees; else
// the client sees CodeNotPermitted with a sentence of ours, and the error is for the log. A
// panic refuses likewise and is logged and counted.
type Policy struct {
	// Create is asked before a join creates a room (Kurento's authRegex and
	// KurentoClientProvider), and not for CreateRoom. The settings are those of Options. An
	// error that is no *Error becomes CodeRoomNotCreated with Kurento's sentence.
	Create func(ctx context.Context, ask CreateRequest, with *Settings) error
	// Join is asked before anything is looked up. ID and Room cannot be rewritten.
	Join func(ctx context.Context, req *JoinRequest) error
	// Publish and Subscribe are asked before the offer is answered.
	Publish   func(ctx context.Context, who ParticipantInfo, req *PublishRequest) error
	Subscribe func(ctx context.Context, who ParticipantInfo, req *SubscribeRequest) error
	// Message is asked before a chat message is delivered. Its text may be rewritten.
	Message func(ctx context.Context, from ParticipantInfo, msg *Message) error
	// Data is asked before data is passed on. It may be rewritten.
	Data func(ctx context.Context, from ParticipantInfo, d *Data) error
	// CustomRequest answers what Kurento calls a custom request: params and the result mean
	// what the application and its clients make of them. nil refuses them.
	CustomRequest func(ctx context.Context, from ParticipantInfo, params json.RawMessage) (result any, err error)
}

// CreateRequest is who would create a room by joining it.
type CreateRequest struct{ Room, User, Identity string }

// ErrNoCustomRequests says that the application answers none.
var ErrNoCustomRequests = errors.New("the application answers no custom requests")

// CustomRequest has the application's Policy answer. Errors: 102, 203;
// ErrNoCustomRequests; whatever the policy returns.
func (m *Manager) CustomRequest(ctx context.Context, id ParticipantID, params json.RawMessage) (result any, err error) {
	if m.opts.Policy.CustomRequest == nil {
		return nil, ErrNoCustomRequests
	}
	who, err := m.Participant(id)
	if err != nil {
		return nil, err
	}
	err = m.consult("CustomRequest", func() (err error) {
		result, err = m.opts.Policy.CustomRequest(ctx, who, params)
		return err
	})
	return result, m.counters.refused(err)
}

// askParticipant has the policy decide about something that a participant wants.
func (m *Manager) askParticipant(ctx context.Context, id ParticipantID, what string, ask func(who ParticipantInfo) error) error {
	who, err := m.Participant(id)
	if err != nil {
		return err
	}
	return m.counters.refused(m.decide(ctx, what, who, func() error { return ask(who) }))
}

// decide consults the policy, and makes of its answer what the client sees.
func (m *Manager) decide(ctx context.Context, what string, who ParticipantInfo, ask func() error) error {
	_, asking := tracing.Start(ctx, "room.policy")
	defer asking.End()
	err := m.consult(what, ask)
	if err == nil {
		return nil
	}
	tracing.Logger(ctx, m.opts.Logger).Info("policy refused", "asked", what, "room", who.Room, "user", who.User, "reason", err)
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	return &Error{Code: CodeNotPermitted, Msg: "The application does not allow this", Err: err}
}

// consult runs the application's code.
func (m *Manager) consult(what string, ask func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			m.counters.handlerPanics.Add(1)
			m.opts.Logger.Error("panic in the application's policy", "asked", what, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in the policy: %v", p)
		}
	}()
	return ask()
}
