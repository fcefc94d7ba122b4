// Package rpc speaks JSON-RPC 2.0 over one websocket and knows nothing of
// rooms. A Conn reads requests, hands them to one function in the order they
// came, and sends whatever frames it is given; what a method means, and in
// which order answers leave, is the caller's business.
//
// Each Conn has exactly two goroutines. The reader is the goroutine that calls
// Serve; it owns everything about incoming messages: their size, their pace,
// the time they may take. The writer owns everything that leaves, pings and
// close frames included, and drains an outbox counted in octets: what waits
// leaves with one write, and a frame may be given time to wait for others. A
// peer that does not read fills its own outbox and loses its own connection;
// nobody who sends to it ever waits.
//
//	            +--------------------- Conn ---------------------+
//	websocket ->| reader: size, pace, deadline -> Parse -> handle |-> caller
//	          <-| writer: pong, ping, frames, close <--- outbox   |<- Send(By), Close
//	            +------------------------------------------------+
//
// A Client is the other side, for programs that call a server: the same Conn
// with a table of the calls that wait, and below it a brake, with which a load
// test makes itself a slow reader or one whose power went.
//
//	caller -> Call ---------> outbox -> writer -> brake -> websocket
//	       <- answer, Notify <--------- reader <- brake <-
//
// Errors are input: whatever a peer sends ends at most its own Conn.
package rpc
