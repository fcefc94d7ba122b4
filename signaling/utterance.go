package signaling

import (
	"context"

	"golang.org/x/time/rate"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// mouth paces what a session says to everybody, see limits.go. The brake of the socket
// counts requests of every kind, and lets so many through that a full room could not
// take them. The zero value is ready. Owned by the session's goroutine.
type mouth struct{ times, octets *rate.Limiter }

// uttered tells the methods of which everybody hears.
func uttered(method string) bool {
	switch method {
	case api.SendMessage, api.SendData, api.Unmute, api.RaiseHand, api.ChangeMetadata, api.SetOff, api.ChangeRoom,
		api.Publish, api.PublishVideo, api.UnpublishVideo:
		return true
	}
	return false
}

// wait waits until the session may say something of that size.
func (m *mouth) wait(ctx context.Context, octets int) error {
	if m.times == nil { // most sessions never say a word
		m.times = rate.NewLimiter(utteranceRate, utteranceBurst)
		m.octets = rate.NewLimiter(utteredOctetsRate, utteredOctetsBurst)
	}
	if err := m.times.Wait(ctx); err != nil {
		return err
	}
	return m.octets.WaitN(ctx, min(octets, utteredOctetsBurst))
}
