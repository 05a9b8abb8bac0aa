/** One sound that is heard: where it is, its chapters, and moving in it. */

export interface Chapter {
  readonly atS: number;
  readonly title: string;
  readonly link: HTMLAnchorElement;
}

export class Sound {
  readonly audio: HTMLAudioElement;
  readonly durationS: number;
  readonly chapters: readonly Chapter[];
  /** Does nothing until it is known who speaks when. */
  goToNextVoice: () => void = () => undefined;

  constructor(audio: HTMLAudioElement, durationS: number, chapters: readonly Chapter[]) {
    this.audio = audio;
    this.durationS = durationS;
    this.chapters = chapters;
  }

  get atS(): number {
    return this.audio.currentTime;
  }

  /** Before anything is loaded the browser keeps it as where it begins. */
  seek(seconds: number): void {
    this.audio.currentTime = Math.max(0, Math.min(this.durationS, seconds));
  }

  by(seconds: number): void {
    this.seek(this.atS + seconds);
  }

  /** False when the sound does not come. */
  async play(): Promise<boolean> {
    try {
      await this.audio.play();
      return true;
    } catch (error) {
      return error instanceof DOMException && error.name === "AbortError"; // paused meanwhile
    }
  }

  get chapter(): Chapter | undefined {
    return this.chapters.findLast((chapter) => chapter.atS <= this.atS + 0.05);
  }

  get nextChapter(): Chapter | undefined {
    return this.chapters.find((chapter) => chapter.atS > this.atS + 0.05);
  }
}

export function chaptersOf(page: ParentNode): readonly Chapter[] {
  const links = [...page.querySelectorAll<HTMLAnchorElement>("a[data-at-ms]")];
  return links.map((link) => ({
    atS: Number(link.dataset["atMs"]) / 1_000,
    title: link.querySelector("bdi")?.textContent ?? "",
    link,
  }));
}
