package signaling

import "context"

// visited is the context of a request on a websocket. It ends with the session's, and has
// besides the values of the websocket's handshake: what an application's middleware put
// into the context of the HTTP request is what Policy finds in its own. A session that
// was continued by another socket has that one's from then on.
type visited struct {
	context.Context
	handshake context.Context
}

// Value implements context.Context.
func (v visited) Value(key any) any {
	if own := v.Context.Value(key); own != nil {
		return own
	}
	return v.handshake.Value(key)
}
