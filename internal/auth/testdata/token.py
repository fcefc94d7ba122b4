# token.py: python3 token.py USER ROOM
import base64, hashlib, hmac, json, os, sys, time, uuid


def token_for(user, room, secret):
    def encode(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=")

    now = int(time.time())
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {
        "sub": user, "iat": now, "exp": now + 3600, "jti": str(uuid.uuid4()),
        "atrium": {"room": room, "role": "participant"},
    }
    signed = b".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    return (signed + b"." + encode(hmac.digest(secret.encode(), signed, hashlib.sha256))).decode()


print(token_for(sys.argv[1], sys.argv[2], os.environ["ATRIUM_TOKEN_SECRET"]))
