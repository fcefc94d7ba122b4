/** What Chromium, and no other browser, tells of the network (Network Information API). */
interface Connection extends EventTarget {
  readonly type?: string;
}

/**
 * Calls when the device may have come to another network: it is online again, or its kind of connection has changed.
 * Chromium's event comes also when only its estimate of the speed has: that is no news. Answers how to stop.
 */
export function onNetworkChange(fn: () => void): () => void {
  const { connection } = navigator as { connection?: Connection };
  let type = connection?.type;
  const changed = (): void => {
    if (type !== connection?.type) {
      type = connection?.type;
      if (type !== 'none') {
        fn();
      }
    }
  };
  addEventListener('online', fn);
  connection?.addEventListener('change', changed);
  return () => {
    removeEventListener('online', fn);
    connection?.removeEventListener('change', changed);
  };
}
