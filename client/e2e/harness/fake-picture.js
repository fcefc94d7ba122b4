// A moving picture without a media server: the other end of the page's receiving connection, in the page itself.

/**
 * Sends a picture to a page of a FakeSignaling for each sender that it subscribes: as the server does, with one offer after
 * the other on one connection. Call it before the page joins.
 */
export function sendPictures(fake, page) {
  const senders = [];
  let number = 0;
  fake.handlers.subscribe = ({ senders: wanted }) => {
    senders.push(...wanted);
    setTimeout(offer, 0);
    return {};
  };
  fake.handlers.unsubscribe = () => ({});
  fake.handlers.subscriberAnswer = async ({ sdpAnswer }) => {
    await page().evaluate((sdp) => globalThis.fakePictures.answered(sdp), sdpAnswer);
    return {};
  };
  async function offer() {
    const { sdpOffer, streams } = await page().evaluate(offerPictures, senders);
    fake.notify('subscriberOffer', { number: ++number, sdpOffer, streams });
  }
}

/** Stops all pictures, or lets them go on. */
export function picturesMove(page, move) {
  return page.evaluate((on) => globalThis.fakePictures.move(on), move);
}

// Runs in the page. One section for each sender, in their order.
async function offerPictures(senders) {
  const fake = (globalThis.fakePictures ??= begin());
  while (fake.count < senders.length) {
    fake.add();
  }
  return { sdpOffer: await fake.offer(), streams: senders.map((sender, i) => ({ sender, mids: [String(i)] })) };

  function begin() {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const brush = canvas.getContext('2d');
    let frame = 0;
    setInterval(() => {
      brush.fillStyle = `hsl(${frame++ % 360} 60% 45%)`;
      brush.fillRect(0, 0, 640, 360);
    }, 50);
    const [track] = canvas.captureStream(20).getVideoTracks();
    const connection = new RTCPeerConnection();
    return {
      get count() {
        return connection.getSenders().length;
      },
      add: () => connection.addTransceiver(track, { direction: 'sendonly', streams: [new MediaStream()] }),
      offer: async () => {
        await connection.setLocalDescription();
        while (connection.iceGatheringState !== 'complete') {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return connection.localDescription.sdp;
      },
      answered: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
      move: (on) => Promise.all(connection.getSenders().map((sender) => sender.replaceTrack(on ? track : null))),
    };
  }
}
