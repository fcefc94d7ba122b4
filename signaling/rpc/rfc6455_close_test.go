package rpc_test

import (
	"fmt"
	"strings"
)

// closeCases: the closing handshake and its codes.
func closeCases() (list []wsCase) {
	add := func(section, does string, moves ...move) {
		list = append(list, wsCase{id: fmt.Sprintf("7.%d", len(list)+1), section: section, does: does, moves: moves})
	}
	add("5.5.1", "A close frame is answered with its code.", sends(closing(1000, "")), closes(1000))
	add("5.5.1", "A close frame without a code is answered with one without a code.", sends(wsFrame(fin, opClose, "")), gets("8:"))
	add("5.5.1", "A reason is taken; the answer has none.", sends(closing(1000, "so long")), closes(1000))
	add("5.5.1", "A reason of 123 octets is the longest.", sends(closing(1000, strings.Repeat("*", 123))), closes(1000))
	add("5.5.1", "A close frame of 126 octets is refused with 1002.", sends(closing(1000, strings.Repeat("*", 124))), closes(1002))
	add("5.5.1", "A reason that is not UTF-8 is refused with 1002.", sends(closing(1000, "\xce\xba\xed\xa0\x80")), closes(1002))
	add("5.5.1", "A close frame with half a code is taken for one without.", sends(wsFrame(fin, opClose, "\x03")), gets("8:"))
	add("5.5.1", "What follows a close frame is not looked at: a message.", sends(closing(1000, ""), text(ask("late"))), closes(1000))
	add("5.5.1", "What follows a close frame is not looked at: a ping.", sends(closing(1000, ""), ping("late")), closes(1000))
	add("5.5.1", "What follows a close frame is not looked at: another close frame.", sends(closing(1000, ""), closing(1001, "")), closes(1000))
	add("5.5.1", "What follows a close frame is not looked at: rubbish.", sends(closing(1000, ""), "\xff\xff\xff"), closes(1000))
	add("5.5.1", "A message before the close frame is answered.", sends(text(ask("a"))), told("a"), sends(closing(1000, "")), closes(1000))
	add("5.5", "A close frame that is not final is refused with 1002.", sends(wsFrame(0, opClose, "\x03\xe8")), closes(1002))
	add("7.1.1", "A close frame that comes octet by octet is answered.", append(inPieces(1, closing(1000, "so long")), closes(1000))...)
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999} {
		add("7.4", fmt.Sprintf("Code %d is good, and is the code of the answer.", code), sends(closing(code, "")), closes(int(code)))
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65535} {
		add("7.4", fmt.Sprintf("Code %d must not be sent: refused with 1002.", code), sends(closing(code, "")), closes(1002))
	}
	return list
}
