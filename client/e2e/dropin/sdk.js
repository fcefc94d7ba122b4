import { createRoom } from 'https://server.example/atrium.js';

const room = createRoom();
const said = [];
const query = new URLSearchParams(location.search);
globalThis.page = { room, said, joined: false };

room.on('chat', ({ message }) => said.push(`${message.user}: ${message.text}`));
room.on('data', ({ from, data }) => said.push(`${from} sent ${data}`));
room.on('trackSubscribed', ({ track, publication }) => {
  let video = document.getElementById(publication.sender);
  if (!video) {
    video = Object.assign(document.createElement('video'), { id: publication.sender, width: 320, height: 180 });
    document.getElementById('people').append(video);
  }
  track.attach(video);
});
room.on('trackUnsubscribed', ({ publication }) => document.getElementById(publication.sender)?.remove());

await room.connect('wss://server.example/room', { room: query.get('room'), user: query.get('name') });
await room.local.publishCamera({ video: { width: 320, height: 180 } });
globalThis.page.joined = true;
