// The script of a page for Kurento Room, in the words of its time: the main video, thumbnails of everybody, chat. What
// tests ask for is in `notes`.

var WS_URI = 'wss://server.example/room';

var notes = { events: [], denied: false };
var kurento;
var room;
var localStream;
var mainStream;

function register() {
  var user = document.getElementById('name').value;
  var roomName = document.getElementById('roomName').value;

  kurento = KurentoRoom(WS_URI, function (error, kurento) {
    if (error) {
      notes.events.push(['callback', String(error.message)]);
      return console.log(error);
    }

    room = kurento.Room({
      room: roomName,
      user: user,
      subscribeToStreams: true,
      updateSpeakerInterval: 500
    });

    localStream = kurento.Stream(room, {
      audio: true,
      video: true,
      data: true
    });

    localStream.addEventListener('access-accepted', function () {
      listen(room);
      room.connect();
    });

    localStream.addEventListener('access-denied', function () {
      notes.denied = true;
    });

    localStream.init();
  });

  document.getElementById('room-header').innerText = 'ROOM ' + roomName;
}

function listen(room) {
  room.addEventListener('room-connected', function (roomEvent) {
    document.getElementById('join').style.display = 'none';
    document.getElementById('room').style.display = 'block';
    if (location.hash === '#loopback') {
      localStream.subscribeToMyRemote();
    }
    localStream.publish();
    for (var i = 0; i < roomEvent.streams.length; i++) {
      playThumbnail(roomEvent.streams[i]);
    }
    note('room-connected', roomEvent.participants.map(function (participant) {
      return participant.getID();
    }));
  });

  room.addEventListener('stream-published', function (streamEvent) {
    playThumbnail(localStream);
    setMain(localStream);
    note('stream-published', streamEvent.stream.getGlobalID());
  });

  room.addEventListener('stream-added', function (streamEvent) {
    playThumbnail(streamEvent.stream);
    note('stream-added', streamEvent.stream.getGlobalID());
  });

  room.addEventListener('stream-subscribed', function (streamEvent) {
    note('stream-subscribed', streamEvent.stream.getGlobalID());
  });

  room.addEventListener('stream-removed', function (streamEvent) {
    var element = document.getElementById('video-' + streamEvent.stream.getGlobalID());
    if (element !== null) {
      element.parentNode.removeChild(element);
    }
    if (mainStream === streamEvent.stream) {
      setMain(localStream);
    }
    note('stream-removed', streamEvent.stream.getGlobalID());
  });

  room.addEventListener('participant-joined', function (msg) {
    note('participant-joined', msg.participant.getID());
  });

  room.addEventListener('participant-published', function (msg) {
    note('participant-published', msg.participant.getID());
  });

  room.addEventListener('participant-left', function (msg) {
    note('participant-left', msg.participant.getID());
  });

  room.addEventListener('participant-evicted', function (msg) {
    note('participant-evicted', msg.localParticipant.getID());
    kurento.close(true);
  });

  room.addEventListener('room-closed', function (msg) {
    note('room-closed', msg.room);
    kurento.close(true);
  });

  room.addEventListener('lost-connection', function (msg) {
    note('lost-connection', msg.room);
  });

  room.addEventListener('error-room', function (msg) {
    note('error-room', msg.error.code);
  });

  room.addEventListener('error-media', function (msg) {
    note('error-media', msg.error);
  });

  room.addEventListener('newMessage', function (msg) {
    var line = document.createElement('li');
    line.textContent = msg.user + ': ' + msg.message;
    document.getElementById('chat').appendChild(line);
  });

  room.addEventListener('stream-speaking', function (msg) {
    mark(msg.participantId, 'loud');
    note('stream-speaking', msg.participantId);
  });

  room.addEventListener('stream-stopped-speaking', function (msg) {
    mark(msg.participantId, '');
    note('stream-stopped-speaking', msg.participantId);
  });

  room.addEventListener('update-main-speaker', function (msg) {
    note('update-main-speaker', msg.participantId);
  });
}

function note(name, payload) {
  notes.events.push([name, payload]);
}

function playThumbnail(stream) {
  var element = document.createElement('div');
  element.id = 'video-' + stream.getGlobalID();
  document.getElementById('participants').appendChild(element);
  stream.playThumbnail(element.id);
  document.getElementById('participants').style.display = 'block';
  element.onclick = function () {
    setMain(stream);
  };
}

function setMain(stream) {
  var main = document.getElementById('main-video');
  var old = main.firstChild;
  stream.playOnlyVideo('main-video', 'participants');
  if (old !== null) {
    main.removeChild(old);
  }
  mainStream = stream;
}

function mark(globalId, className) {
  var element = document.getElementById(globalId);
  if (element !== null) {
    element.className = 'participant ' + className;
  }
}

function say() {
  kurento.sendMessage(room.name, document.getElementById('name').value, document.getElementById('message').value);
}

function toggleAudio() {
  var peer = localStream.getWebRtcPeer();
  peer.audioEnabled = !peer.audioEnabled;
}

function toggleVideo() {
  var peer = localStream.getWebRtcPeer();
  peer.videoEnabled = !peer.videoEnabled;
}

function disconnectMain() {
  kurento.disconnectParticipant(mainStream);
  var element = document.getElementById('video-' + mainStream.getGlobalID());
  if (element !== null) {
    element.parentNode.removeChild(element);
  }
}

function leaveRoom() {
  kurento.close();
  document.getElementById('participants').innerHTML = '';
  document.getElementById('room').style.display = 'none';
  document.getElementById('join').style.display = 'block';
}
