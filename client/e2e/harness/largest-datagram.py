"""Prints, at SIGTERM, the octets of the largest UDP payload that left an interface with source port 8082, by kind (RFC 7983)."""
import json, signal, socket, struct, sys

ETH_P_ALL, OUTGOING = 3, 4
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
packets.bind((sys.argv[1], ETH_P_ALL))
packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
largest, count, over = {}, {}, {}


def report(*_):
    print(json.dumps({"largest": largest, "count": count, "over": over}), flush=True)
    sys.exit(0)


def kind(payload):
    first = payload[0]
    if first < 4:
        return "STUN"
    if 20 <= first <= 63:
        return "DTLS"
    return "RTCP" if 192 <= payload[1] <= 223 else "RTP"


signal.signal(signal.SIGTERM, report)
print("ready", flush=True)
while True:
    data, (_, _, direction, *_) = packets.recvfrom(65535)
    if direction != OUTGOING or len(data) < 48:
        continue
    if data[0] >> 4 == 6:
        protocol, header = data[6], 40
    else:
        protocol, header = data[9], (data[0] & 15) * 4
    if protocol != socket.IPPROTO_UDP or struct.unpack_from("!H", data, header)[0] != 8082:
        continue
    payload = data[header + 8:]
    if len(payload) < 2:
        continue
    name = kind(payload)
    largest[name] = max(largest.get(name, 0), len(payload))
    count[name] = count.get(name, 0) + 1
    over[name] = over.get(name, 0) + (len(payload) > 1200)
