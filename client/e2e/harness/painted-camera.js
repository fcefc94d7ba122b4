// A nicer picture than the browser's test pattern, for screenshots: a person, drawn flat, who moves a little.

const SCENES = [
  { wall: '#274060', glow: '#335c81', skin: '#f2c9a1', hair: '#3b2417', shirt: '#f4d35e' },
  { wall: '#3d2c4d', glow: '#58406e', skin: '#8d5a3b', hair: '#17110e', shirt: '#5bc0be' },
  { wall: '#1f4d3f', glow: '#2d6a57', skin: '#f6d7b8', hair: '#b5651d', shirt: '#ee964b' },
  { wall: '#5a3a31', glow: '#7a5145', skin: '#d9a57a', hair: '#262626', shirt: '#a9bcd0' },
];

/** Makes the page's camera show scene `number`; the microphone stays the browser's own. */
export function paintedCamera(number) {
  return (page) => page.addInitScript(paint, SCENES[number % SCENES.length]);
}

function paint(scene) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 360;
    const brush = canvas.getContext('2d');
    const disc = (colour, x, y, width, height) => {
      brush.fillStyle = colour;
      brush.beginPath();
      brush.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
      brush.fill();
    };
    const draw = () => {
      const sway = Math.sin(performance.now() / 900) * 6;
      const nod = Math.sin(performance.now() / 500) * 3;
      brush.fillStyle = scene.wall;
      brush.fillRect(0, 0, 640, 360);
      disc(scene.glow, 470, 90, 190, 190);
      disc(scene.shirt, 320 + sway / 2, 395, 165, 125);
      disc(scene.skin, 320 + sway / 2, 276, 34, 15); // the neckline
      brush.fillStyle = scene.skin;
      brush.fillRect(292 + sway / 2, 225, 56, 50);
      disc(scene.hair, 320 + sway, 152 + nod, 86, 96);
      disc(scene.skin, 320 + sway, 172 + nod, 70, 82);
      disc('#1b1b1f', 295 + sway, 165 + nod, 7, 8);
      disc('#1b1b1f', 345 + sway, 165 + nod, 7, 8);
      brush.strokeStyle = '#1b1b1f';
      brush.lineWidth = 5;
      brush.lineCap = 'round';
      brush.beginPath();
      brush.arc(320 + sway, 190 + nod, 26, 0.35, Math.PI - 0.35);
      brush.stroke();
    };
    draw();
    setInterval(draw, 66);
    const tracks = constraints.video ? canvas.captureStream(15).getVideoTracks() : [];
    const sound = constraints.audio ? (await open({ audio: true })).getTracks() : [];
    return new MediaStream([...sound, ...tracks]);
  };
}
