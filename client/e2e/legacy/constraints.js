// Browsers of kurento-utils 6.6.0's time took {mandatory: {OfferToReceiveAudio}}; today's ignore it, and the offer then
// has no media at all. Old applications that still run have a shim such as this one.

const createOffer = RTCPeerConnection.prototype.createOffer;

RTCPeerConnection.prototype.createOffer = function (options) {
  const { OfferToReceiveAudio, OfferToReceiveVideo } = options?.mandatory ?? {};
  return createOffer.call(this, {
    offerToReceiveAudio: OfferToReceiveAudio,
    offerToReceiveVideo: OfferToReceiveVideo,
  });
};
