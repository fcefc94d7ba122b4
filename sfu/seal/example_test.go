package seal_test

import (
	"fmt"

	"github.com/atrium-rtc/atrium/sfu/seal"
)

// One payload goes out to a receiver, behind a header of the receiver's own. The
// same sequence number does not go out twice.
func ExampleStream_Seal() {
	const profile = seal.AEADAES128GCM
	key, salt := make([]byte, profile.KeySize()), make([]byte, profile.SaltSize()) // of the handshake
	context, err := seal.New(profile, key, salt)
	if err != nil {
		fmt.Println(err)
		return
	}
	video := context.Stream(0xcafe)

	payload := []byte("a payload that others are sent too")
	packet := make([]byte, 1500)
	header := copy(packet, []byte{0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0xca, 0xfe})

	n, err := video.Seal(packet, header, payload)
	fmt.Println(n == header+len(payload)+context.Overhead(), err)
	_, err = video.Seal(packet, header, payload)
	fmt.Println(err)
	// Output:
	// true <nil>
	// srtp: packet index used before
}
