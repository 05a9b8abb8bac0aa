/** Levels: a microphone's loudness in 32 steps, and a line's quality in seven. */

const STEPS = 32;
const LINE_STEPS = 7;

export interface LevelMeterProps {
  readonly level: number;
  readonly peak: number;
  readonly label: string;
  readonly threshold?: number;
}

/** `level`, `peak` and `threshold` go from 0 (silence) to 1 (as loud as it gets). */
export function LevelMeter({ level, peak, label, threshold = 0 }: LevelMeterProps) {
  const filled = Math.round(level * STEPS);
  const top = Math.round(peak * STEPS) - 1;
  return (
    <div
      class="mtr"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      {Array.from(
        { length: STEPS },
        (_, step) => (
          <i
            key={step}
            class={step === top && step >= filled ? "p" : step < filled ? "f" : ""}
            data-threshold={threshold > 0 && step === Math.round(threshold * STEPS) || undefined}
          />
        ),
      )}
    </div>
  );
}

/** `quality` goes from 0 to 7; decorative, the words stand beside it. */
export function LineMeter({ quality }: { readonly quality: number }) {
  return (
    <span class="meter" aria-hidden="true">
      {Array.from(
        { length: LINE_STEPS },
        (_, step) => <i key={step} class={step < quality ? "f" : ""} />,
      )}
    </span>
  );
}
