/** What the lock screen and the keys of a headset know of what is heard, where the browser tells them. */

import type { Sound } from "./sound.ts";

export interface Heard {
  readonly title: string;
  readonly names: string;
  readonly show: string;
  readonly cover: string;
}

export const BACK_S = 15;
export const FORWARD_S = 30;

export function announce(sound: Sound, heard: Heard): void {
  const session = navigator.mediaSession;
  if (!session) return;
  const { audio } = sound;
  audio.addEventListener("play", () => {
    session.metadata = new MediaMetadata({
      title: heard.title,
      artist: heard.names || heard.show,
      album: heard.show,
      artwork: [{ src: heard.cover, sizes: "1400x1400", type: "image/png" }],
    });
    const chapter = (to: number | undefined) => to !== undefined && sound.seek(to);
    const acts: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
      play: () => void sound.play(),
      pause: () => audio.pause(),
      seekbackward: ({ seekOffset }) => sound.by(-(seekOffset || BACK_S)),
      seekforward: ({ seekOffset }) => sound.by(seekOffset || FORWARD_S),
      seekto: ({ seekTime }) => seekTime != null && sound.seek(seekTime),
      previoustrack: () => chapter(sound.chapter?.atS ?? 0),
      nexttrack: () => chapter(sound.nextChapter?.atS),
    };
    for (const [action, act] of Object.entries(acts)) {
      try {
        session.setActionHandler(action as MediaSessionAction, act);
      } catch { // one that this browser does not know
      }
    }
  });
  const tell = () => {
    session.playbackState = audio.paused ? "paused" : "playing";
    const position = Math.min(sound.atS, sound.durationS);
    if (sound.durationS <= 0) return;
    session.setPositionState?.({
      duration: sound.durationS,
      playbackRate: audio.playbackRate,
      position,
    });
  };
  for (const event of ["play", "pause", "seeked", "ratechange"]) {
    audio.addEventListener(event, tell);
  }
}
