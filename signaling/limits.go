package signaling

import "time"

// What a client can make the server hold or wait for. docs/protocol.md has the
// same numbers, and a test compares them.
const (
	// firstReadLimit is the longest message before the session has joined a
	// room, memberReadLimit the longest after, in octets.
	firstReadLimit  = 64 << 10
	memberReadLimit = 1 << 20

	// Requests that wait for a session's goroutine: how many, and their octets.
	// What comes beyond is answered with TOO_MANY_REQUESTS.
	maxWaiting       = 1024
	maxWaitingOctets = 2 << 20

	// maxHeld bounds the octets kept for a session without a socket, or while its
	// joinRoom is being answered. A session that needs more is ended.
	maxHeld = 1 << 20

	// maxLostStrangers bounds the sessions that lost their socket without being
	// in a room; beyond it they end at once.
	maxLostStrangers = 4096

	// maxEchoedSession bounds the session id that ping echoes, in octets.
	maxEchoedSession = 64

	// requestTimeout bounds the work on one request, Kurento's own number for
	// the creation of an endpoint.
	requestTimeout = 30 * time.Second

	// maxSenders bounds the senders of one subscribe or unsubscribe: each may have an error of
	// its own in the answer.
	maxSenders = 500

	// What one session may say to everybody: chat, data, its hand, its metadata, what it
	// publishes and how it changes the room, counted and in octets. Each of it is multiplied by the size of the room, and
	// clients whose queue is full are cut off, so that a few quick speakers could
	// empty a room. What is beyond waits, and with it the session's later requests.
	utteranceRate      = 20 // a second
	utteranceBurst     = 100
	utteredOctetsRate  = 64 << 10 // a second
	utteredOctetsBurst = 256 << 10

	// What one session may ask for that costs more than an answer: a negotiation makes or changes a connection, moderating
	// tells everybody, and a list of the room is as long as the room. At once a client may receive a whole room of
	// 500 and something besides; what is beyond waits likewise.
	effortRate  = 50 // a second
	effortBurst = 600

	// longestBan is in seconds, a year; largestSetting bounds the numbers of
	// changeRoom. What is larger is taken for these.
	longestBan     = 365 * 24 * 60 * 60
	largestSetting = 1 << 30

	// speechTimeout: a socket without any request for this long is closed. It is
	// long because an application may connect before its user has typed a name.
	speechTimeout = 5 * time.Minute

	// missedAfter is how long a socket may be lost before others are told that its owner
	// cannot be reached: most come back sooner, and nobody notices.
	missedAfter = 5 * time.Second
	// defaultPingInterval is the watchdog's when the first ping names none; it
	// waits for watchdogPatience intervals.
	defaultPingInterval = 20 * time.Second
	watchdogPatience    = 3
	minPingInterval     = 100 * time.Millisecond
	maxPingInterval     = time.Hour

	// Stored answers for clients that repeat a request: how many, their octets,
	// and how long after the answer a repetition is one.
	maxAnswers       = 16
	maxAnswersOctets = 256 << 10
	repeatWindow     = 10 * time.Second
)
