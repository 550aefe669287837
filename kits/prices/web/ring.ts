let context: AudioContext | undefined;

/** Hertz, one after the other. */
const NOTES = [880, 660];
/** Seconds. */
const NOTE = 0.16;
const LOUDNESS = 0.12;

/** Rings twice, falling, as a price does. Browsers allow it once the visitor has touched the page. */
export function ring(): void {
  context ??= new AudioContext();
  const begin = context.currentTime;
  for (const [index, note] of NOTES.entries()) {
    const oscillator = new OscillatorNode(context, { frequency: note });
    const volume = new GainNode(context, { gain: 0 });
    const at = begin + index * NOTE;
    volume.gain.setValueAtTime(LOUDNESS, at);
    volume.gain.exponentialRampToValueAtTime(LOUDNESS / 100, at + NOTE);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + NOTE);
  }
}
