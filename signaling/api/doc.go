// Package api holds the words of the Kurento Room protocol as they stand on the
// wire: names of methods and notifications, their parameters and results,
// error codes. It decides nothing; docs/protocol.md says what the words mean,
// and a test there compares the two.
//
// Clients of ten years speak it, so decoding is as lenient as the original's
// (a number may come as a string, unknown members are ignored) and encoding is
// as exact as the strictest client needs (no id 0 lost, no empty streams).
//
//	params   {"user":"ann","room":"r"}  -- Decode -->  JoinRoom{User, Room}
//	result   [Peer ...]                 -- Result -->  {"value":[...],"sessionId":"..."}
//	event    Name{"ann"}                -- rpc.NotificationFrame(ParticipantLeft, ...)
package api
