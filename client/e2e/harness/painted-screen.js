// A screen to share: a canvas that moves, in the place of what the browser would let a person choose.

/** For Participant's `prepare`. */
export const paintedScreen = (page) =>
  page.addInitScript(() => {
    if (!navigator.mediaDevices) {
      return; // Firefox's empty page before the first
    }
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
      const brush = canvas.getContext('2d');
      let line = 0;
      setInterval(() => {
        brush.fillStyle = line % 18 === 0 ? '#fdf6e3' : 'transparent';
        brush.fillRect(0, 0, 1280, 720);
        brush.fillStyle = '#38536b';
        brush.font = '26px monospace';
        brush.fillText(`${line + 1}  The garden is watered every ${2 + (line % 5)} days.`, 40, 60 + (line % 18) * 36);
        line++;
      }, 66);
      globalThis.sharedScreen = canvas.captureStream(15);
      return globalThis.sharedScreen;
    };
  });
