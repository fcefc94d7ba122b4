package rpc_test

import (
	"fmt"
	"strings"
)

// fragmentCases: messages in several frames, with control frames between them.
func fragmentCases() (list []wsCase) {
	add := func(section, does string, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("5.%d", len(list)+1), section: section, does: does, moves: moves})
	}
	request := ask("in pieces")
	a, b, c := request[:5], request[5:20], request[20:]
	first, more, last := wsFrame(0, opText, a), wsFrame(0, opContinuation, b), wsFrame(fin, opContinuation, c)
	bad := []struct {
		does   string
		octets string
	}{
		{"A continuation without a beginning", wsFrame(fin, opContinuation, request)},
		{"A continuation without a beginning that is not final", wsFrame(0, opContinuation, request)},
		{"A continuation after a whole message", text(ask("a")) + wsFrame(fin, opContinuation, "")},
		{"A text frame in the middle of a message", first + text(request)},
		{"A text frame that is not final in the middle of a message", first + wsFrame(0, opText, b)},
		{"A binary frame in the middle of a message", first + wsFrame(fin, opBinary, "")},
		{"A reserved opcode in the middle of a message", first + wsFrame(fin, 3, "")},
		{"A reserved bit on a continuation", first + wsFrame(fin|rsv1, opContinuation, b+c)},
		{"A continuation that is not masked", first + "\x80\x00"},
		{"A fragmented ping in the middle of a message", first + wsFrame(0, opPing, "a")},
	}
	add("5.4", "A message in three frames is one message.", sends(first), sends(more), sends(last), told("in pieces"))
	add("5.4", "The same in one piece.", sends(first, more, last), told("in pieces"))
	add("5.4", "The same octet by octet.", append(inPieces(1, first+more+last), told("in pieces"))...)
	add("5.4", "A message in frames of one octet is one message.", sends(fragments(request, 1)...), told("in pieces"))
	add("5.4", "Empty fragments are of no harm: at the beginning, in the middle, at the end.",
		sends(wsFrame(0, opText, ""), wsFrame(0, opContinuation, request), wsFrame(0, opContinuation, ""), wsFrame(fin, opContinuation, "")), told("in pieces"))
	add("5.4", "A message of empty fragments alone is an empty message.",
		sends(wsFrame(0, opText, ""), wsFrame(0, opContinuation, ""), wsFrame(fin, opContinuation, "")), parseError())
	add("5.4", "A ping between fragments is answered before the message is whole.",
		sends(first), sends(ping("now")), gets("10:now"), sends(more, last), told("in pieces"))
	add("5.4", "Pings between all fragments are answered.",
		sends(first), sends(ping("1")), gets("10:1"), sends(more), sends(ping("2")), gets("10:2"), sends(last), told("in pieces"))
	add("5.4", "A pong between fragments is ignored.", sends(first, wsFrame(fin, opPong, "x"), more, last), told("in pieces"))
	add("5.5.1", "A close frame between fragments ends the connection; the message is lost.", sends(first), sends(closing(1000, "")), closes(1000))
	add("5.4", "Two fragmented messages one after another are two messages.", sends(first, more, last), told("in pieces"), sends(first, more, last), told("in pieces"))
	add("5.4", "A fragmented message and a whole one are two messages.", sends(first, more, last), told("in pieces"), sends(text(ask("whole"))), told("whole"))
	add("5.4", "A binary message in fragments is refused with 1003 at its first.", sends(wsFrame(0, opBinary, "a")), closes(1003))
	for _, x := range bad {
		moves := []move{sends(x.octets), closes(1002)}
		if strings.HasPrefix(x.octets, text(ask("a"))) {
			moves = []move{sends(text(ask("a"))), told("a"), sends(x.octets[len(text(ask("a"))):]), closes(1002)}
		}
		add("5.4", x.does+" is refused with 1002.", moves...)
	}
	return list
}

// utf8Cases: section 8.1 wants text that is UTF-8 as RFC 3629 has it.
func utf8Cases() (list []wsCase) {
	add := func(does string, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("6.%d", len(list)+1), section: "8.1", does: does, moves: moves})
	}
	for _, good := range []struct{ what, text string }{
		{"ASCII", "Hello"},
		{"two octets, U+0080", "\u0080"},
		{"two octets, U+07FF", "\u07ff"},
		{"three octets, U+0800", "\u0800"},
		{"the last before the surrogates, U+D7FF", "\ud7ff"},
		{"the first after the surrogates, U+E000", "\ue000"},
		{"the replacement character, U+FFFD", "\ufffd"},
		{"U+FFFE, which is no character and good UTF-8", "\ufffe"},
		{"U+FFFF", "\uffff"},
		{"four octets, U+10000", "\U00010000"},
		{"the last of all, U+10FFFF", "\U0010ffff"},
		{"the byte order mark in a string", "\ufeff"},
		{"Greek, Chinese and a face", "κόσμε 世界 \U0001f600"},
		{"combining marks", "e\u0301\u0323"},
	} {
		add("Good UTF-8 is taken: "+good.what+".", sends(text(ask(good.text))), told(good.text))
		add("The same cut in the middle of its octets, in frames of one.", sends(fragments(ask(good.text), 1)...), told(good.text))
	}
	for _, bad := range []struct{ what, text string }{
		{"a lone continuation octet", "\x80"},
		{"the last continuation octet", "\xbf"},
		{"four of them", "\x80\xbf\x80\xbf"},
		{"a beginning of two octets alone", "\xc3"},
		{"a beginning of three octets alone", "\xe2\x82"},
		{"a beginning of four octets alone", "\xf0\x9f\x98"},
		{"a beginning followed by ASCII", "\xc3("},
		{"two beginnings", "\xc3\xc3\xa4"},
		{"octet FE", "\xfe"},
		{"octet FF", "\xff"},
		{"'/' in two octets", "\xc0\xaf"},
		{"'/' in three octets", "\xe0\x80\xaf"},
		{"'/' in four octets", "\xf0\x80\x80\xaf"},
		{"NUL in two octets", "\xc0\x80"},
		{"the longest form of U+007F", "\xc1\xbf"},
		{"the longest form of U+07FF", "\xe0\x9f\xbf"},
		{"the longest form of U+FFFF", "\xf0\x8f\xbf\xbf"},
		{"five octets", "\xf8\x88\x80\x80\x80"},
		{"six octets", "\xfc\x84\x80\x80\x80\x80"},
		{"the first surrogate", "\xed\xa0\x80"},
		{"the last surrogate", "\xed\xbf\xbf"},
		{"a pair of surrogates", "\xed\xa0\xbd\xed\xb8\x80"},
		{"U+110000", "\xf4\x90\x80\x80"},
		{"octet F5", "\xf5\x80\x80\x80"},
		{"Latin-1", "K\xf6ln"},
	} {
		add("Bad UTF-8 is refused with 1007: "+bad.what+".", sends(text(ask("good "+bad.text+" good"))), closes(1007))
		add("The same in frames of one octet: refused when the message is whole.", sends(fragments(ask("good "+bad.text+" good"), 1)...), closes(1007))
	}
	add("Text that ends in the middle of a character is refused with 1007.", sends(text("\"\xe2\x82")), closes(1007))
	add("Text before the JSON that is bad UTF-8 is refused with 1007, not answered as bad JSON.", sends(text("\xff{")), closes(1007))
	add("A ping may carry what is no UTF-8.", sends(ping("\xff\xfe")), gets("10:\xff\xfe"))
	return list
}
