// What is told to the server, and asked of it, about the streams that one receives. Servers need not know any of it.

import { senderOf } from './stream.js';

export class Reception {
  #line;

  constructor(line) {
    this.#line = line;
  }

  /** Asks for at most this layer of a picture, 0 the smallest; a new connection begins without limit. */
  async preferLayer(user, stream, spatialLayer) {
    await this.#line.callKnown('setPreferredLayers', { sender: senderOf(user, stream), spatialLayer });
  }

  /**
   * Tells how a picture is shown: {maxWidth, maxHeight, priority, prefer}, see the protocol. Answers whether the server
   * knows such wishes. They last as long as the connection.
   */
  async prefer(user, stream, preference) {
    const params = { sender: senderOf(user, stream), ...preference };
    return (await this.#line.callKnown('setVideoPreferences', params)) !== null;
  }

  /** Tells what was measured of a stream. */
  async report(user, stream, statistics) {
    await this.#line.callKnown('reportStatistics', { sender: senderOf(user, stream), ...statistics });
  }

  /** Answers how well streams are received, as the server sees it: a Map from sender to tracks; empty when it does not. */
  async quality() {
    const { streams = [] } = (await this.#line.callKnown('getQuality')) ?? {};
    return new Map(streams.map(({ sender, tracks }) => [sender, tracks]));
  }
}
