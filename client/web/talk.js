// The conversation of a room: what is said now, and what was said before one came.

/** Puts what a room's people write into the chat; `fresh()` runs for each message of somebody else. */
export function converse(room, chat, on, fresh) {
  let early = []; // until it is known what was said before; then that has them too
  on('message', ({ user, text }) => {
    early ? early.push({ user, message: text, time: Date.now() }) : chat.add(user, text);
    if (user !== room.user) {
      fresh();
    }
  });
  on('entered', async () => {
    const told = room.ways ? await room.call('getChatHistory').catch(() => null) : null;
    chat.catchUp(told?.messages.length > 0 ? told.messages : early ?? []);
    early = null;
  });
}

/** Says something to everybody. */
export function say(room, text) {
  return room.call('sendMessage', { message: text, userMessage: room.user, roomMessage: room.name });
}
