package config

import (
	"net/netip"
	"time"
)

// Config is the whole configuration, read only after Load. The tags of a field
// are its documentation: koanf names the key, default its default as text, min
// and max its range, one_of its values, check the name of a further check
// (see checks), unit what a number counts, reload:"yes" that a running server takes
// a new value, help what it does.
type Config struct {
	HTTP      HTTP      `koanf:"http"`
	TLS       TLS       `koanf:"tls"`
	Operator  Operator  `koanf:"operator"`
	Media     Media     `koanf:"media"`
	Rooms     Rooms     `koanf:"rooms"`
	Signaling Signaling `koanf:"signaling"`
	WHIP      WHIP      `koanf:"whip"`
	ICE       ICE       `koanf:"ice"`
	TURN      TURN      `koanf:"turn"`
	Client    Client    `koanf:"client"`
	Admin     Admin     `koanf:"admin"`
	Auth      Auth      `koanf:"auth"`
	Events    Events    `koanf:"events"`
	Webhooks  Webhooks  `koanf:"webhooks"`
	Log       Log       `koanf:"log"`
	Tracing   Tracing   `koanf:"tracing"`
	Overload  Overload  `koanf:"overload"`
	Shutdown  Shutdown  `koanf:"shutdown"`
}

// HTTP is the public listener: the page, the websocket and the REST paths.
type HTTP struct {
	Listen         string   `koanf:"listen" default:"localhost:8080" check:"address" help:"Where the page and the websocket are served. localhost means both loopback addresses, an empty host (:8443) every address."`
	AllowedOrigins []string `koanf:"allowed_origins" check:"origin" reload:"yes" help:"Origins whose pages may open a websocket, such as https://app.example.org. Empty allows every origin, as Kurento Room did."`
}

// TLSMode says where the certificate of the public listener comes from.
type TLSMode string

// The sources of a certificate.
const (
	TLSOff        TLSMode = "off"
	TLSFiles      TLSMode = "files"
	TLSACME       TLSMode = "acme"
	TLSSelfSigned TLSMode = "self-signed"
)

// TLS is the encryption of the public listener.
type TLS struct {
	Mode TLSMode `koanf:"mode" default:"off" one_of:"off files acme self-signed" help:"Where the certificate comes from: off serves plain HTTP, files reads tls.cert and tls.key, acme asks a certificate authority, self-signed makes one in memory for development."`
	Cert string  `koanf:"cert" reload:"yes" help:"PEM file with the certificate chain (mode files). Read again when it changes."`
	Key  string  `koanf:"key" reload:"yes" help:"PEM file with the private key (mode files)."`
	ACME ACME    `koanf:"acme"`
}

// ACME is how a certificate is asked of a certificate authority (RFC 8555).
type ACME struct {
	Domains    []string `koanf:"domains" check:"domain" help:"Host names to ask certificates for (mode acme). Each must resolve to this server."`
	Email      string   `koanf:"email" help:"Address the certificate authority may write to."`
	Cache      string   `koanf:"cache" default:"acme-cache" help:"Directory that keeps account key and certificates, made when missing."`
	Directory  string   `koanf:"directory" default:"https://acme-v02.api.letsencrypt.org/directory" check:"url" help:"Directory URL of the certificate authority."`
	HTTPListen string   `koanf:"http_listen" check:"address" help:"A plain listener (usually :80) that answers HTTP-01 challenges and redirects everything else to HTTPS. Empty: TLS-ALPN-01 on http.listen only, which must then be reachable on port 443."`
}

// Operator is the listener for those who run the server: health, metrics and
// profiles. It is never the public one.
type Operator struct {
	Listen          string        `koanf:"listen" default:"localhost:8081" check:"address" help:"Where /healthz, /readyz, /metrics, /admin/ and /debug/pprof are served. Mostly without authentication: keep it on a private address. Empty turns it off."`
	FlightDirectory string        `koanf:"flight_directory" reload:"yes" help:"Directory for flight recordings, made when missing: what the Go runtime did in the last seconds, written when packets are forwarded late, for go tool trace. Empty turns the flight recorder off."`
	FlightLatency   time.Duration `koanf:"flight_latency" default:"100ms" min:"1ms" max:"10s" reload:"yes" help:"A recording is written when more than one packet in a hundred, of those of one second, takes longer from its arrival until the kernel has it. At most one in five minutes."`
	FlightKeep      int           `koanf:"flight_keep" default:"5" min:"1" max:"100" unit:"files" reload:"yes" help:"Flight recordings to keep, of some megabytes each; older ones are removed."`
}

// Media is the media plane.
type Media struct {
	Port            int          `koanf:"port" default:"8082" min:"0" max:"65535" unit:"port" help:"The one UDP port of all media, and the TCP port of ICE-TCP. 0 takes any free port."`
	Listen          []netip.Addr `koanf:"listen" help:"Addresses to receive media on. Empty: every IPv4 and IPv6 address of the machine."`
	PublicAddresses []netip.Addr `koanf:"public_addresses" help:"Addresses to tell clients instead of the machine's own: behind NAT, the addresses of the NAT."`
	ICELite         bool         `koanf:"ice_lite" default:"false" help:"Leave connectivity checks to the clients (RFC 8445, section 2.5). The server then sends nothing to an address that has not proved itself, and browsers join up to a tenth of a second later."`
	TCP             bool         `koanf:"tcp" default:"true" help:"Accept media over TCP (RFC 6544), for networks that block UDP."`
	VideoCodecs     []string     `koanf:"video_codecs" default:"vp8,vp9,h264,av1" one_of:"vp8 vp9 h264 av1" reload:"yes" help:"Video codecs that may be published. The publisher's order of preference decides."`
	Shards          int          `koanf:"shards" default:"0" min:"0" max:"256" unit:"goroutines" help:"Forwarding shards; subscribers are spread over them. 0 is one per processor."`
	Sockets         int          `koanf:"sockets" default:"0" min:"0" max:"256" unit:"sockets" help:"UDP sockets that share the port of each address (SO_REUSEPORT), with a reader each. 0 is one per processor on Linux, and one elsewhere."`
	Send            string       `koanf:"send" default:"auto" one_of:"auto segments batches plain" help:"How media is given to the kernel: segments are runs of packets to one receiver cut apart by the kernel or the network card (UDP_SEGMENT), batches are many datagrams in one system call (sendmmsg), plain is one call a datagram. auto takes the first that the system can, and falls back for receivers whose route cannot."`
	Sealing         string       `koanf:"sealing" default:"auto" one_of:"auto shard pion" help:"Who encrypts what receivers get (SRTP): the forwarding shard, which costs least, or Pion's session. auto is the shard wherever a connection's keys can be had; with shard, other connections are refused."`
	Congestion      string       `koanf:"congestion" default:"on" one_of:"on unpaced off" help:"What is done about receivers' links that carry less than all: on estimates each link, gives its bitrate to the most important pictures, and spreads what goes out over time; unpaced does the last not; off sends whatever is published."`
	Loudest         int          `koanf:"loudest" default:"0" min:"0" max:"1000" unit:"participants" reload:"yes" help:"How many people of one room are heard at a time: the loudest, and those who spoke last. 0 is all."`
	DSCP            int          `koanf:"dscp" default:"0" min:"0" max:"63" unit:"code point" help:"Mark of all media for the network (RFC 8837): 46 asks for expedited forwarding, 34 (AF41) is usual for video. 0 is none."`
}

// Rooms are the limits of rooms and who may create them. A limit of 0 is none.
type Rooms struct {
	AutoCreate       bool   `koanf:"auto_create" default:"true" reload:"yes" help:"Let the first participant who joins create the room."`
	CreatorPattern   string `koanf:"creator_pattern" default:".*" check:"pattern" reload:"yes" help:"Regular expression (RE2) that the whole user name must match, in any case, to create a room. Others may join existing rooms."`
	MaxRooms         int    `koanf:"max_rooms" default:"1000" min:"0" max:"1000000" unit:"rooms" reload:"yes" help:"Rooms at a time; 0 is no limit."`
	MaxParticipants  int    `koanf:"max_participants" default:"500" min:"0" max:"100000" unit:"participants" reload:"yes" help:"Participants of one room; 0 is no limit."`
	MaxSubscriptions int    `koanf:"max_subscriptions" default:"500" min:"0" max:"100000" unit:"subscriptions" reload:"yes" help:"Streams one participant receives at a time; 0 is no limit."`
}

// Signaling is the websocket and its sessions. A limit of 0 is none.
type Signaling struct {
	ReconnectGrace        time.Duration `koanf:"reconnect_grace" default:"10s" min:"100ms" max:"10m" reload:"yes" help:"How long a participant stays in the room after its websocket is lost."`
	MaxSessions           int           `koanf:"max_sessions" default:"10000" min:"0" max:"10000000" unit:"sessions" reload:"yes" help:"Websockets at a time; 0 is no limit."`
	MaxSessionsPerAddress int           `koanf:"max_sessions_per_address" default:"0" min:"0" max:"1000000" unit:"sessions" reload:"yes" help:"Websockets at a time from one client address; 0 is no limit. Behind a proxy all clients have the proxy's address."`
	SpeakerInterval       time.Duration `koanf:"speaker_interval" default:"1.8s" min:"100ms" max:"1m" reload:"yes" help:"How often clients look for the main speaker (/getUpdateSpeakerInterval)."`
	SpeakerThreshold      int           `koanf:"speaker_threshold" default:"-50" min:"-127" max:"-1" unit:"dB" reload:"yes" help:"Loudness from which a client counts somebody as speaking (/getThresholdSpeaker)."`
}

// WHIP is publishing by WHIP and playing by WHEP. A limit of 0 is none.
type WHIP struct {
	Enabled               bool `koanf:"enabled" default:"true" help:"Serve WHIP on /whip/ and WHEP on /whep/ of http.listen, for encoders and players that do not speak the room protocol. They need no more rights than a websocket."`
	MaxSessions           int  `koanf:"max_sessions" default:"10000" min:"0" max:"10000000" unit:"sessions" reload:"yes" help:"Sessions of WHIP and WHEP at a time; 0 is no limit."`
	MaxSessionsPerAddress int  `koanf:"max_sessions_per_address" default:"0" min:"0" max:"1000000" unit:"sessions" reload:"yes" help:"Sessions of WHIP and WHEP at a time from one client address; 0 is no limit. Behind a proxy all clients have the proxy's address."`
}

// ICE is what clients are told about STUN and TURN servers that are not part of this
// server.
type ICE struct {
	Servers    []string      `koanf:"servers" check:"ice" reload:"yes" help:"STUN and TURN servers that clients are handed when they join, such as stun:stun.example.org or turn:turn.example.org:3478?transport=udp. Most need none: this server can be reached without."`
	Username   string        `koanf:"username" reload:"yes" help:"User name for the TURN servers of ice.servers, the same for everybody."`
	Credential Secret        `koanf:"credential" reload:"yes" help:"Password that goes with ice.username."`
	Secret     Secret        `koanf:"secret" reload:"yes" help:"Secret that the TURN servers of ice.servers share with this server (coturn: static-auth-secret). Each client is then handed credentials of its own, which end by themselves."`
	SecretFile string        `koanf:"secret_file" reload:"yes" help:"File that holds the secret, instead of ice.secret; white space around it is ignored."`
	Lifetime   time.Duration `koanf:"lifetime" default:"12h" min:"1m" max:"720h" reload:"yes" help:"How long credentials made from ice.secret are good for. Longer than a call: a server may ask for them again in the middle of it."`
}

// TURN is the embedded TURN server. It is off unless it has an address to listen on.
// A limit of 0 is none.
type TURN struct {
	UDPListen   string        `koanf:"udp_listen" check:"address" help:"Where TURN is served over UDP, usually :3478. Clients whose network lets UDP to this port through but not to media.port."`
	TCPListen   string        `koanf:"tcp_listen" check:"address" help:"Where TURN is served over TCP, usually :3478."`
	TLSListen   string        `koanf:"tls_listen" check:"address" help:"Where TURN is served over TLS, usually :5349, or :443 of an address that the page does not use. With the certificate of tls.mode. For networks that let out TLS only."`
	PublicHost  string        `koanf:"public_host" help:"Host name or address of this server in the URLs that clients are handed. It should be a name of the certificate. Empty: the first of tls.acme.domains, media.public_addresses, or the addresses of media."`
	Realm       string        `koanf:"realm" default:"atrium" help:"What the server is called in its questions for credentials (RFC 8489, section 9.2)."`
	Secret      Secret        `koanf:"secret" help:"Secret of the credentials that clients are handed. Empty: one that is made at the start, so that credentials end with the process."`
	SecretFile  string        `koanf:"secret_file" help:"File that holds the secret, instead of turn.secret; white space around it is ignored."`
	Lifetime    time.Duration `koanf:"lifetime" default:"12h" min:"1m" max:"720h" reload:"yes" help:"How long a client may make allocations with the credentials of its join. Those that it has may be kept longer."`
	AllowPeers  []string      `koanf:"allow_peers" check:"network" help:"Networks that clients may be relayed to besides this server's media, such as 198.18.0.0/15. Private networks only when they are named themselves; other special addresses never. Empty is right unless clients speak with somebody else too."`
	RelayPorts  string        `koanf:"relay_ports" check:"ports" help:"Range of relayed UDP ports, such as 49160-49960. Empty: any free port. Only peers of turn.allow_peers need to reach them."`
	Allocations int           `koanf:"max_allocations" default:"5000" min:"0" max:"60000" unit:"allocations" reload:"yes" help:"Allocations at a time, each with a socket; 0 is no limit. It bounds TCP and TLS connections too."`
	PerUser     int           `koanf:"max_allocations_per_user" default:"300" min:"0" max:"60000" unit:"allocations" reload:"yes" help:"Allocations of one user at a time; 0 is no limit. A browser makes one for each connection, that is each person that it sees, and each URL."`
	PerAddress  int           `koanf:"max_allocations_per_address" default:"1000" min:"0" max:"60000" unit:"allocations" reload:"yes" help:"Allocations, and TCP and TLS connections, of one client address at a time; 0 is no limit."`
	Requests    int           `koanf:"max_requests_per_address" default:"200" min:"0" max:"1000000" unit:"requests" reload:"yes" help:"TURN requests of one client address in a second that are answered over UDP; 0 is no limit. What is relayed does not count."`
}

// Client is what /getClientConfig tells the page.
type Client struct {
	LoopbackRemote     bool   `koanf:"loopback_remote" default:"false" reload:"yes" help:"Tell pages of Kurento's (getClientConfig) to show participants their own picture as the server sends it back."`
	LoopbackAndLocal   bool   `koanf:"loopback_and_local" default:"false" reload:"yes" help:"With loopback_remote: show the camera's own picture as well."`
	FilterRequestParam string `koanf:"filter_request_param" default:"hat" one_of:"hat marker" reload:"yes" help:"The parameter with which the page asks for its filter in a customRequest."`
}

// Admin protects what only an operator may do on the public listener.
type Admin struct {
	Token     Secret `koanf:"token" reload:"yes" help:"Bearer token for /close, /reload, and names and actions of the administrators' page. Without a token they are for loopback callers only."`
	TokenFile string `koanf:"token_file" reload:"yes" help:"File that holds the token, instead of admin.token; white space around it is ignored."`
}

// AuthMode says who comes in.
type AuthMode string

// The modes.
const (
	AuthOpen  AuthMode = "open"
	AuthToken AuthMode = "token"
)

// Auth is who may join, and with which tokens (docs/tokens.md).
type Auth struct {
	Mode             AuthMode      `koanf:"mode" default:"open" one_of:"open token" reload:"yes" help:"open lets everybody in who reaches http.listen, as Kurento Room did; token wants a token of everybody who joins. Open servers listen on this machine alone, unless auth.open_to_all is set."`
	OpenToAll        bool          `koanf:"open_to_all" default:"false" reload:"yes" help:"Let a server in mode open listen where other machines reach it: everybody who finds it can join every room, and make rooms."`
	Secret           Secret        `koanf:"secret" reload:"yes" help:"The secret that tokens are signed with (HS256), 32 to 1024 octets. Better kept in a file."`
	SecretFile       string        `koanf:"secret_file" reload:"yes" help:"File that holds the secret, instead of auth.secret; white space around it is ignored. Read again at each reload."`
	KeyFiles         []string      `koanf:"key_files" reload:"yes" help:"PEM files with the public keys of those who make tokens (RS256, ES256, EdDSA). Read again at each reload."`
	JWKS             string        `koanf:"jwks" check:"jwks" reload:"yes" help:"Key set of those who make tokens: an https address or a file, read every five minutes, and sooner when a token names a key that is not known."`
	JWKSAllowPrivate bool          `koanf:"jwks_allow_private" default:"false" reload:"yes" help:"Let the address of auth.jwks be in a private network or on this machine."`
	Issuer           string        `koanf:"issuer" reload:"yes" help:"The issuer (iss) that tokens must have. Empty accepts any."`
	Audience         []string      `koanf:"audience" reload:"yes" help:"Names of this server, one of which must be in the audience (aud) of a token. Empty: tokens must have no aud."`
	MaxLifetime      time.Duration `koanf:"max_lifetime" default:"24h" min:"1m" max:"8760h" reload:"yes" help:"The longest time between iat and exp of a token, which is also how long a revocation is remembered."`
	Leeway           time.Duration `koanf:"leeway" default:"10s" min:"1s" max:"5m" reload:"yes" help:"How far the clock of those who make tokens may be from this one."`
	TokenIn          []string      `koanf:"token_in" default:"params,header" one_of:"params header query user" reload:"yes" help:"Where a token may stand: params is token among the parameters of joinRoom; header is Authorization: Bearer; query is token in the query of the address, which proxies log; user is the user of joinRoom, whole. params and user are not for WHIP, WHEP and the HTTP endpoints."`
}

// Events are what applications hear of what happens (docs/events.md).
type Events struct {
	Texts      bool `koanf:"texts" default:"false" help:"Put the texts of chat messages into events. Without it they say who wrote, and how much."`
	Replay     int  `koanf:"replay" default:"4096" min:"1" max:"1000000" unit:"events" help:"Events to keep for streams that come back, 8 MiB at most. None are kept when nobody has listened for ten minutes."`
	MaxStreams int  `koanf:"max_streams" default:"64" min:"1" max:"100000" unit:"streams" help:"Streams of server-sent events at a time."`
}

// Webhooks are where events are posted. All receivers get the same events, each at its own
// pace.
type Webhooks struct {
	URLs         []string      `koanf:"urls" check:"receiver" help:"Where events are posted: https addresses. Empty turns webhooks off."`
	Secret       Secret        `koanf:"secret" check:"webhook secret" help:"What deliveries are signed with: whsec_ and 24 to 64 octets in base64, from atrium webhook secret. While it is being replaced, both, with a space between."`
	SecretFile   string        `koanf:"secret_file" help:"File that holds the secret, or both, instead of webhooks.secret."`
	Events       []string      `koanf:"events" check:"event" help:"Types of events to post, such as room.closed, or kinds such as participant.*. Empty posts all."`
	Timeout      time.Duration `koanf:"timeout" default:"10s" min:"100ms" max:"1m" help:"How long a receiver may take to answer."`
	Keep         time.Duration `koanf:"keep" default:"24h" min:"1m" max:"168h" help:"How long an event is tried to be delivered."`
	MaxEvents    int           `koanf:"max_events" default:"10000" min:"1" max:"10000000" unit:"events" help:"Events that may wait for one receiver. What comes beyond is lost, and the receiver is told."`
	MaxMegabytes int           `koanf:"max_megabytes" default:"32" min:"1" max:"4096" unit:"MiB" help:"The same in octets."`
	AllowPrivate bool          `koanf:"allow_private" default:"false" help:"Let receivers be in a private network or on this machine, and there without https."`
}

// LogFormat is how log lines look.
type LogFormat string

// The formats of log lines.
const (
	LogAuto LogFormat = "auto"
	LogJSON LogFormat = "json"
	LogText LogFormat = "text"
)

// Log is what is logged and how.
type Log struct {
	Level  string    `koanf:"level" default:"info" one_of:"debug info warn error" reload:"yes" help:"The least severe lines to log."`
	Format LogFormat `koanf:"format" default:"auto" one_of:"auto json text" help:"auto is text on a terminal and JSON elsewhere."`
}

// Tracing is where traces of joins and negotiations go (docs/tracing.md).
type Tracing struct {
	Endpoint    string  `koanf:"endpoint" check:"collector" help:"Where spans are sent by OTLP over HTTP, such as http://localhost:4318: /v1/traces is added to a URL without a path. Empty turns tracing off."`
	SampleRatio float64 `koanf:"sample_ratio" default:"1" min:"0" max:"1" unit:"ratio" reload:"yes" help:"Share of joins and negotiations that are traced, also of those whose websocket was opened within a trace."`
	ServiceName string  `koanf:"service_name" default:"atrium" help:"What the server is called in traces."`
	Headers     Secret  `koanf:"headers" check:"headers" help:"Headers for the collector, as name=value with commas between, values percent-encoded: authorization=Bearer%20abc,x-scope-orgid=meet."`
}

// Overload is when newcomers are refused so that those who are in rooms have what they need.
type Overload struct {
	Refuse int `koanf:"refuse" default:"85" min:"0" max:"100" unit:"percent" reload:"yes" help:"Newcomers are refused when this much of the processors that the process may use was used in the last ten seconds, five seconds in a row. 0 is never. Who is in a room stays, and may come back to it."`
	Accept int `koanf:"accept" default:"70" min:"0" max:"100" unit:"percent" reload:"yes" help:"They are let in again when no more than this was used."`
}

// Shutdown is how the server ends.
type Shutdown struct {
	Drain time.Duration `koanf:"drain" default:"10s" min:"0s" max:"24h" reload:"yes" help:"How long calls may go on after SIGTERM or SIGINT. New joins are refused at once; the server ends earlier when everybody has left. A second signal ends it at once."`
}
