// Package feed turns what happens in rooms into events for applications, and hands them
// to whoever listens: webhooks (internal/webhook) and streams of server-sent events
// (Handler).
//
//	room goroutine --> Feed.On... --> data as JSON       nothing at all while nobody listens
//	                                      |
//	                                 +----v-----+   number, number in its room, envelope
//	                                 |  mutex   |--> ring, for those who come back
//	                                 +----+-----+
//	                                      |  never waits: a full queue loses, and counts
//	                    +-----------------+-----------------+
//	                    v                 v                 v
//	              Subscription      Subscription      Subscription
//
// An event is encoded once, as CloudEvents 1.0 in the structured JSON mode
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md): a
// standard envelope that brokers and functions of every cloud take as it is, whose id,
// source, type and time are what we need anyway. It goes the same way over webhooks and
// streams. roomsequence is an extension attribute; the types are short ones
// ("participant.joined"), as Standard Webhooks recommends, without the reversed domain
// that CloudEvents would like: source says whose they are.
//
// Ids of sessions are secrets, which room.ParticipantInfo carries and no event does. Texts
// of chat messages are in events only when Options say so.
package feed
