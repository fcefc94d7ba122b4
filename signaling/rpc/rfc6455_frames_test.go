package rpc_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// framingCases: lengths and their three forms, masks, and octets that come in pieces.
func framingCases() (list []wsCase) {
	add := func(section, does string, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("1.%d", len(list)+1), section: section, does: does, moves: moves})
	}
	add("5.2", "A text message of length 0 is taken; it is no JSON.", sends(text("")), parseError())
	for _, n := range []int{60, 125, 126, 127, 128, 1000, 65535, 65536, 100000} {
		add("5.2", fmt.Sprintf("A text message of %d octets is taken.", n), sends(text(askOf(n))), toldOf(n))
	}
	for _, size := range []int{1, 3, 997} {
		moves := append(inPieces(size, text(askOf(400))), toldOf(400))
		add("5.2", fmt.Sprintf("A message whose octets come %d at a time is taken: TCP has no borders.", size), moves...)
	}
	add("5.2", "Three messages in one piece are three messages.",
		sends(text(ask("a")), text(ask("b")), text(ask("c"))), told("a"), told("b"), told("c"))
	add("5.1", "A frame that is not masked is refused with 1002.", sends("\x81\x02{}"), closes(1002))
	add("5.1", "A ping that is not masked is refused with 1002.", sends("\x89\x00"), closes(1002))
	add("5.1", "A close frame that is not masked is refused with 1002.", sends("\x88\x02\x03\xe8"), closes(1002))
	add("5.3", "A mask of zeros is a mask.", sends("\x81\x84\x00\x00\x00\x00null"),
		gets(`1:{"id":null,"error":{"code":-32600,"message":"Invalid Request: a request is an object"},"jsonrpc":"2.0"}`))
	short := ask("long form")
	unmasked := func(header string) string { return "\x81" + header + maskKey + masked(short) }
	add("5.2", "A length below 126 in 2 octets is taken, although the shortest form is asked for.",
		sends(unmasked("\xfe"+string(binary.BigEndian.AppendUint16(nil, uint16(len(short)))))), told("long form"))
	add("5.2", "A length below 126 in 8 octets is taken, although the shortest form is asked for.",
		sends(unmasked("\xff"+string(binary.BigEndian.AppendUint64(nil, uint64(len(short)))))), told("long form"))
	add("5.2", "A length of 8 octets with its first bit set is refused with 1002.",
		sends("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x01"+maskKey), closes(1002))
	add("5.2", "A length of 2^63-1 octets is believed, and the message refused with 1009 when it exceeds the limit.",
		sends("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"+maskKey+strings.Repeat("x", 1<<20+1)), closes(1009))
	add("5.4", "Fragments whose lengths sum up to more than 2^63-1 are refused with 1002.",
		sends(wsFrame(0, opText, "1"), "\x00\xff\x7f\xff\xff\xff\xff\xff\xff\xff"+maskKey), closes(1002))
	for _, n := range []int{0, 60, 126, 65536} {
		add("5.6", fmt.Sprintf("A binary message of %d octets is refused with 1003: this protocol is text.", n),
			sends(wsFrame(fin, opBinary, strings.Repeat("b", n))), closes(1003))
	}
	return list
}

// pingCases: pings and pongs.
func pingCases() (list []wsCase) {
	add := func(section, does string, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("2.%d", len(list)+1), section: section, does: does, moves: moves})
	}
	long := strings.Repeat("\xfe", 125)
	add("5.5.2", "A ping without a payload is answered with a pong without one.", sends(ping("")), gets("10:"))
	add("5.5.3", "A pong has the payload of its ping.", sends(ping("hello")), gets("10:hello"))
	add("5.5.3", "The payload may be any octets.", sends(ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")), gets("10:\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))
	add("5.5", "A ping of 125 octets is answered.", sends(ping(long)), gets("10:"+long))
	add("5.5", "A ping of 126 octets is refused with 1002.", sends(wsFrame(fin, opPing, long+"x")), closes(1002))
	add("5.5", "A ping that says to have 65536 octets is refused with 1002 before they come.", sends("\x89\xff\x00\x00\x00\x00\x00\x01\x00\x00"), closes(1002))
	moves := append(inPieces(1, ping(long)), gets("10:"+long))
	add("5.5.2", "A ping that comes octet by octet is answered.", moves...)
	add("5.5.3", "A pong that nobody asked for is ignored.", sends(wsFrame(fin, opPong, "")), sends(text(ask("a"))), told("a"))
	add("5.5.3", "A pong with a payload that nobody asked for is ignored.", sends(wsFrame(fin, opPong, "unasked")), sends(text(ask("a"))), told("a"))
	add("5.5.3", "A pong that nobody asked for does not answer for a ping after it.",
		sends(wsFrame(fin, opPong, "unasked")), sends(ping("asked")), gets("10:asked"))
	var ten []move
	for i := range 10 {
		ten = append(ten, sends(ping(fmt.Sprint(i))), gets(fmt.Sprint("10:", i)))
	}
	add("5.5.3", "Ten pings one after another get ten pongs in their order.", ten...)
	add("5.5", "A ping that is not final is refused with 1002: control frames are never fragmented.", sends(wsFrame(0, opPing, "a")), closes(1002))
	add("5.5", "A pong that is not final is refused with 1002.", sends(wsFrame(0, opPong, "a")), closes(1002))
	add("5.5", "A pong of 126 octets is refused with 1002.", sends(wsFrame(fin, opPong, long+"x")), closes(1002))
	return list
}

// reservedCases: the reserved bits. Compression is not negotiated, so that RSV1 has no meaning either.
func reservedCases() (list []wsCase) {
	for bits := byte(1); bits < 8; bits++ {
		list = append(list, wsCase{
			id: fmt.Sprintf("3.%d", bits), section: "5.2",
			does:  fmt.Sprintf("A text frame with the reserved bits %03b is refused with 1002, after the message before it was answered.", bits),
			moves: []move{sends(text(ask("a"))), told("a"), sends(wsFrame(fin|bits<<4, opText, ask("b"))), closes(1002)},
		})
	}
	for i, c := range []struct {
		flags, op byte
		what      string
	}{
		{fin | rsv1, opPing, "A ping with RSV1"},
		{fin | rsv3, opPong, "A pong with RSV3"},
		{fin | rsv2, opClose, "A close frame with RSV2"},
		{rsv1, opText, "The first fragment of a message with RSV1, which is how a compression bomb would begin,"},
		{fin | rsv1, opBinary, "A binary frame with RSV1"},
	} {
		list = append(list, wsCase{
			id: fmt.Sprintf("3.%d", i+8), section: "5.2", does: c.what + " is refused with 1002.",
			moves: []move{sends(wsFrame(c.flags, c.op, "")), closes(1002)},
		})
	}
	return list
}

// opcodeCases: the opcodes that are reserved.
func opcodeCases() (list []wsCase) {
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		kind := "data"
		if op > 8 {
			kind = "control"
		}
		for _, payload := range []string{"", "reserved"} {
			list = append(list, wsCase{
				id: fmt.Sprintf("4.%d", len(list)+1), section: "5.2",
				does:  fmt.Sprintf("The reserved %s opcode %d with %d octets is refused with 1002.", kind, op, len(payload)),
				moves: []move{sends(text(ask("a"))), told("a"), sends(wsFrame(fin, op, payload)), closes(1002)},
			})
		}
	}
	return list
}

// limitCases: long messages, and what is beyond the limit.
func limitCases() (list []wsCase) {
	add := func(section, does string, cfg rpc.Config, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("8.%d", len(list)+1), section: section, does: does, moves: moves, cfg: cfg})
	}
	const mebi = 1 << 20
	for _, n := range []int{64 << 10, 256 << 10, mebi} {
		add("10.4", fmt.Sprintf("A message of %d octets in one frame is taken.", n), rpc.Config{}, sends(text(askOf(n))), toldOf(n))
	}
	for _, size := range []int{64, 1 << 10, 64 << 10, 256 << 10} {
		n := min(mebi, 1000*size)
		add("10.4", fmt.Sprintf("A message of %d octets in fragments of %d is taken.", n, size), rpc.Config{},
			append([]move{sends(fragments(askOf(n), size)...)}, toldOf(n))...)
	}
	add("10.4", "A message one octet beyond the limit is refused with 1009.", rpc.Config{}, sends(text(askOf(mebi+1))), closes(1009))
	add("10.4", "The limit counts all fragments of a message.", rpc.Config{}, sends(fragments(askOf(mebi+1), 64<<10)...), closes(1009))
	add("10.4", "A short limit is a limit.", rpc.Config{ReadLimit: 100}, sends(text(askOf(100))), toldOf(100), sends(text(askOf(101))), closes(1009))
	add("10.4", "Fragments without an end are refused with 1009 at the limit.", rpc.Config{ReadLimit: 4096},
		sends(wsFrame(0, opText, " "), strings.Repeat(wsFrame(0, opContinuation, strings.Repeat(" ", 64)), 65)), closes(1009))
	add("10.4", "Two thousand small messages in one piece are two thousand messages.", rpc.Config{Burst: 3000},
		append([]move{sends(strings.Repeat(text(ask("a")), 2000))}, repeated(told("a"), 2000)...)...)
	return list
}

// fragments are the frames of a text message in fragments of a size.
func fragments(payload string, size int) (frames []string) {
	op := byte(opText)
	for len(payload) > size {
		frames = append(frames, wsFrame(0, op, payload[:size]))
		op, payload = opContinuation, payload[size:]
	}
	return append(frames, wsFrame(fin, op, payload))
}

func repeated(m move, times int) (list []move) {
	for range times {
		list = append(list, m)
	}
	return list
}
