// A moving picture without a media server: the other end of the page's receiving connection, in the page itself.

/** Answers the offer of a receiveVideoFrom with a connection that sends a picture of this size. */
export function answerWithPicture(page, sdpOffer, size = { width: 640, height: 360 }) {
  return page.evaluate(
    async ([sdp, { width, height }]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const brush = canvas.getContext('2d');
      let frame = 0;
      setInterval(() => {
        brush.fillStyle = `hsl(${frame++ % 360} 60% 45%)`;
        brush.fillRect(0, 0, width, height);
      }, 50);
      const connection = new RTCPeerConnection();
      await connection.setRemoteDescription({ type: 'offer', sdp });
      const stream = canvas.captureStream(20);
      const [track] = stream.getVideoTracks();
      const sender = connection.addTrack(track, stream);
      const gathered = new Promise((resolve) => {
        connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
      });
      await connection.setLocalDescription();
      await gathered;
      globalThis.fakePicture = (moves) => sender.replaceTrack(moves ? track : null);
      return { sdpAnswer: connection.localDescription.sdp };
    },
    [sdpOffer, size],
  );
}

/** Stops the picture that was answered last, or lets it go on. */
export function pictureMoves(page, moves) {
  return page.evaluate((on) => globalThis.fakePicture(on), moves);
}
