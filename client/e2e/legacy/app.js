// A small application the way they were written for Kurento Room: the project's own npm packages for signaling and for
// peer connections, one WebRtcPeer for what is published and one for each person received, doLoopback true.
// It knows nothing of Atrium; if it works, old applications do.

import kurentoUtils from 'kurento-utils';
import RpcBuilder from 'kurento-jsonrpc';

const query = new URLSearchParams(location.search);
const user = query.get('name');
const room = query.get('room');
const configuration = { iceServers: [] };
const rpcParams = JSON.parse(query.get('params') ?? '{}'); // as KurentoRoom.js' setRpcParams: in every request

const legacy = { joined: false, peers: {}, messages: [], log: [], errors: [] };
globalThis.legacy = legacy;
const note = (event) => (params) => legacy.log.push([event, params]);

const client = new RpcBuilder.clients.JsonRpcClient({
  heartbeat: 3000,
  sendCloseMessage: false,
  ws: {
    uri: query.get('server'),
    useSockJS: false,
    onconnected: join,
    ondisconnect: note('disconnected'),
    onreconnecting: note('reconnecting'),
    onreconnected: note('reconnected'),
  },
  rpc: {
    requestTimeout: 15000,
    participantJoined: note('participantJoined'),
    participantPublished: ({ id }) => receive(id),
    participantUnpublished: ({ name }) => drop(name),
    participantLeft: ({ name }) => drop(name),
    participantEvicted: note('participantEvicted'),
    sendMessage: (params) => legacy.messages.push(params),
    iceCandidate: (candidate) => legacy.peers[candidate.endpointName]?.addIceCandidate(candidate, report),
    mediaError: report,
    custonNotification: note('custonNotification'),
  },
});

legacy.send = (method, params) =>
  new Promise((resolve, reject) => {
    client.send(method, { ...params, ...rpcParams }, (error, result) => (error ? reject(error) : resolve(result)));
  });

legacy.say = (message) => legacy.send('sendMessage', { message, userMessage: user, roomMessage: room });

legacy.leave = async () => {
  await legacy.send('leaveRoom', {});
  client.close();
  Object.keys(legacy.peers).forEach(drop);
};

async function join() {
  try {
    const { value, sessionId } = await legacy.send('joinRoom', { user, room, dataChannels: false });
    legacy.joined = true;
    legacy.sessionId = sessionId;
    await publish();
    value.filter(({ streams }) => streams).forEach(({ id }) => receive(id));
  } catch (error) {
    report(error);
  }
}

async function publish() {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: { ideal: 320 }, frameRate: { ideal: 15 } },
  });
  const options = { videoStream: stream, onicecandidate: candidates(user), configuration };
  legacy.peers[user] = kurentoUtils.WebRtcPeer.WebRtcPeerSendrecv(options, function (error) {
    error ? report(error) : negotiate(this, user, 'publishVideo', { doLoopback: true });
  });
}

function receive(name) {
  const options = { onicecandidate: candidates(name), configuration };
  legacy.peers[name] = kurentoUtils.WebRtcPeer.WebRtcPeerRecvonly(options, function (error) {
    error ? report(error) : negotiate(this, name, 'receiveVideoFrom', { sender: `${name}_webcam` });
  });
}

function negotiate(peer, name, method, params) {
  peer.generateOffer(async (error, sdpOffer) => {
    if (error) {
      report(error);
      return;
    }
    try {
      const { sdpAnswer } = await legacy.send(method, { ...params, sdpOffer });
      peer.processAnswer(sdpAnswer, (problem) => (problem ? report(problem) : show(peer, name)));
    } catch (problem) {
      report(problem);
    }
  });
}

// getRemoteStreams()[0], as KurentoRoom.js does it: sound and picture must be announced as one stream.
function show(peer, name) {
  const video = document.createElement('video');
  video.id = `native-video-${name}_webcam`;
  video.autoplay = true;
  video.muted = name === user;
  video.srcObject = peer.peerConnection.getRemoteStreams()[0];
  document.getElementById('videos').append(video);
}

function candidates(endpointName) {
  return ({ candidate, sdpMid, sdpMLineIndex }) =>
    legacy.send('onIceCandidate', { endpointName, candidate, sdpMid, sdpMLineIndex }).catch(report);
}

function drop(name) {
  legacy.peers[name]?.dispose();
  delete legacy.peers[name];
  document.getElementById(`native-video-${name}_webcam`)?.remove();
}

function report(error) {
  if (error) {
    legacy.errors.push(String(error.message ?? error.error ?? error));
  }
}
