package signaling

import (
	"context"

	"golang.org/x/time/rate"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// effort paces what is costly to serve, see limits.go: a member that negotiates in a loop would keep a core busy, and with
// it the others of its room. The zero value is ready. Owned by the session's goroutine.
type effort struct{ times *rate.Limiter }

// costly tells the methods that take more than an answer. What is uttered is paced already.
func costly(method string) bool {
	switch method {
	case api.ReceiveVideoFrom, api.UnsubscribeFromVideo, api.Subscribe, api.Unsubscribe, api.SubscriberAnswer, api.RestartICE,
		api.MuteParticipant, api.MuteAll, api.AskToUnmute, api.UnpublishParticipant, api.EvictParticipant, api.UnbanParticipant,
		api.AdmitParticipant, api.DenyParticipant, api.ChangeGrants, api.GetRoom, api.GetChatHistory:
		return true
	}
	return false
}

// wait waits until the session may ask for something costly.
func (e *effort) wait(ctx context.Context) error {
	if e.times == nil {
		e.times = rate.NewLimiter(effortRate, effortBurst)
	}
	return e.times.Wait(ctx)
}
