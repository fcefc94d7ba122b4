// token.js: node token.js USER ROOM
const { createHmac, randomUUID } = require("node:crypto");

function tokenFor(user, room, secret) {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = [
    { alg: "HS256", typ: "JWT" },
    { sub: user, iat: now, exp: now + 3600, jti: randomUUID(), atrium: { room, role: "participant" } },
  ].map(encode).join(".");
  return signed + "." + createHmac("sha256", secret).update(signed).digest("base64url");
}

console.log(tokenFor(process.argv[2], process.argv[3], process.env.ATRIUM_TOKEN_SECRET));
