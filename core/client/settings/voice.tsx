/** Voice and sound: the meter first, then devices and habits. Kept on this device. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { devices, lookForDevices } from "../devices.ts";
import { OwnWay } from "../doctor/own_way.tsx";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Choices, Select, SwitchRow } from "../kit/field.tsx";
import { Icon } from "../kit/icon.tsx";
import { LevelMeter } from "../kit/meter.tsx";
import { playKnock } from "../knock.ts";
import { Playback } from "./playback.ts";
import {
  arrivesMuted,
  chimes,
  echoCancelled,
  gateLevel,
  levelEvened,
  micDevice,
  micWish,
  type NoiseFilter,
  noiseFilter,
  speakerDevice,
  talkKey,
  talkMode,
} from "../prefs.ts";
import { isSpeakerGone, speaker } from "../speaker.ts";

const HEARD_LEVEL = 0.3;
const LOUD_LEVEL = 0.92;
const PEAK_FALL = 0.01;
const GATE_LEVEL = 0.3;
const GATE_STEP = 0.05;
const ROOM_KEYS = ["m", "d", "l", "h", "?", "/"];
const KEPT_KEYS = [
  ...ROOM_KEYS,
  "Enter",
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
];

export function VoiceSettings() {
  return (
    <>
      <Test />
      <DeviceChoice />
      <Choices
        label={t("vset.how")}
        value={talkMode.value}
        options={[
          { value: "voice", label: t("vset.voice"), hint: t("vset.voice_hint") },
          { value: "push", label: t("vset.push"), hint: t("vset.push_hint") },
        ]}
        onChange={(mode) => talkMode.value = mode}
      />
      {talkMode.value === "voice" ? <Gate /> : <Key />}
      <Noise />
      <Habits />
      <OwnWay />
    </>
  );
}

/** The microphone before it is needed: how loud one is, and how one sounds. */
export function Test() {
  const { microphone, voice } = useApp();
  const peak = useRef(0);
  const level = microphone.level.value;
  const state = microphone.state.value;
  peak.current = Math.max(level, peak.current - PEAK_FALL);
  useEffect(() => () => {
    if (voice.roomId.value === null) microphone.close(); // the light of the microphone goes off
  }, []);
  const isOn = state === "on";
  const { isPlaying, playBack } = usePlayback(isOn);
  return (
    <section class="test">
      <div class="row wrap">
        <div class="grow">
          <h2 class="display">{t("vset.say")}</h2>
          <p class="sm muted" role="status">{t(adviceFor(state, peak.current))}</p>
        </div>
        {isOn && (
          <Button icon="play" busy={isPlaying} onPress={() => void playBack()}>
            {t("vset.back")}
          </Button>
        )}
        <Button
          icon={isOn ? "mic-off" : "mic"}
          busy={state === "asking"}
          onPress={() =>
            isOn ? microphone.close() : void microphone.open().then(() => micWish.value = "talk")}
        >
          {t(isOn ? "vset.stop" : "vset.try")}
        </Button>
      </div>
      <LevelMeter
        level={level}
        peak={peak.current}
        label={t("vset.level")}
        threshold={talkMode.value === "voice" ? gateLevel.value : 0}
      />
      <div class="row xs muted ends">
        <span>{t("vset.quiet")}</span>
        {isOn && peak.current > HEARD_LEVEL && peak.current < LOUD_LEVEL && (
          <span class="justright">
            <Icon name="check" />
            {t("vset.right")}
          </span>
        )}
        <span>{t("vset.loud")}</span>
      </div>
    </section>
  );
}

/** Listens while the microphone is on. */
function usePlayback(isOn: boolean) {
  const { microphone } = useApp();
  const [heard] = useState(() => new Playback());
  const [isPlaying, play] = useState(false);
  const listen = async () => {
    const track = await microphone.open();
    if (track) heard.start(track);
  };
  useEffect(() => {
    if (isOn) void listen();
    return () => heard.stop();
  }, [isOn]);
  const playBack = async () => {
    play(true);
    await heard.play().catch((error) => console.error("Nothing could be played back", error));
    play(false);
    if (microphone.state.value === "on") void listen();
  };
  return { isPlaying, playBack };
}

function adviceFor(state: string, peak: number) {
  if (state === "denied") return "mic.denied";
  if (state === "missing") return "mic.missing";
  if (state !== "on") return "vset.start";
  if (peak >= LOUD_LEVEL) return "vset.too_loud";
  return peak > HEARD_LEVEL ? "vset.heard" : "vset.unheard";
}

function DeviceChoice() {
  const { microphone, voice } = useApp();
  const [canRoute] = useState(() => "setSinkId" in HTMLMediaElement.prototype);
  const isKnown = microphone.state.value === "on";
  useEffect(() => void lookForDevices(), [isKnown]); // names appear once it has been allowed
  const of = (kind: MediaDeviceKind) => [
    { value: "", label: t("vset.default") },
    ...devices.value
      .filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default")
      .map((each) => ({ value: each.deviceId, label: each.label || t("vset.unnamed") })),
  ];
  return (
    <div class="grid2">
      <Select
        label={t("vset.microphone")}
        icon="mic"
        value={micDevice.value}
        options={of("audioinput")}
        onChange={(id) => {
          micDevice.value = id;
          void voice.changeMicrophone();
        }}
      />
      <div class="col">
        <Select
          label={t("vset.speaker")}
          icon="ear"
          value={speaker.value}
          options={of("audiooutput")}
          disabled={!canRoute}
          hint={!canRoute
            ? t("vset.no_choice")
            : isSpeakerGone.value
            ? t("vset.speaker_gone")
            : undefined}
          onChange={(id) => speakerDevice.value = id}
        />
        <div class="row tryit">
          <Button size="s" icon="vol" onPress={() => void playKnock()}>{t("vset.play")}</Button>
        </div>
      </div>
    </div>
  );
}

/** Which key is held to talk. Those that lead through the page or have a meaning in rooms are not. */
function Key() {
  const [isAsked, ask] = useState(false);
  const name = talkKey.value.name || t("key.space");
  const chosen = (event: KeyboardEvent) => {
    if (!isAsked || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (KEPT_KEYS.includes(event.key.toLowerCase()) || KEPT_KEYS.includes(event.key)) return;
    ask(false);
    if (event.key === "Escape") return;
    talkKey.value = { code: event.code, name: event.code === "Space" ? "" : nameOf(event.key) };
  };
  return (
    <div class="row wrap" onKeyDown={chosen}>
      <span class="grow" role="status">
        {t(isAsked ? "vset.key_press" : "vset.key", { key: name })}
      </span>
      <Button size="s" icon="pen" onPress={() => ask(!isAsked)}>{t("vset.key_change")}</Button>
    </div>
  );
}

function nameOf(key: string): string {
  return key.length === 1 ? key.toLocaleUpperCase() : key;
}

/** From which level on others hear me; the meter above marks it. */
function Gate() {
  const { microphone } = useApp();
  const level = gateLevel.value;
  return (
    <>
      <ul class="rows">
        <SwitchRow
          label={t("vset.gate")}
          hint={t("vset.gate_hint")}
          on={level > 0}
          onChange={(on) => gateLevel.value = on ? GATE_LEVEL : 0}
        />
      </ul>
      {level > 0 && (
        <label class="field">
          <span class="lab">{t("vset.gate_level")}</span>
          <input
            type="range"
            min={GATE_STEP}
            max={1 - GATE_STEP}
            step={GATE_STEP}
            value={level}
            onInput={(event) => gateLevel.value = Number(event.currentTarget.value)}
          />
          {microphone.state.value === "on" && (
            <span class="hint">
              {t(microphone.level.value >= level ? "vset.gate_open" : "vset.gate_shut")}
            </span>
          )}
        </label>
      )}
    </>
  );
}

/** What is taken away of the noise around me: nothing, what the browser can, or all but the voice. */
function Noise() {
  const { microphone, voice } = useApp();
  const option = (value: NoiseFilter) => ({
    value,
    label: t(`vset.noise_${value}`),
    hint: t(`vset.noise_${value}_hint`),
  });
  return (
    <div class="col">
      <Choices
        label={t("vset.noise")}
        value={noiseFilter.value}
        options={[option("off"), option("browser"), option("strong")]}
        onChange={(filter) => {
          noiseFilter.value = filter;
          void voice.changeMicrophone();
        }}
      />
      <p class="hint" role="status">
        {microphone.filterFailed.value && t("vset.noise_failed")}
      </p>
    </div>
  );
}

function Habits() {
  const { voice } = useApp();
  const cleaning = [
    [echoCancelled, "vset.echo", "vset.echo_hint"],
    [levelEvened, "vset.even", "vset.even_hint"],
  ] as const;
  return (
    <ul class="rows">
      {cleaning.map(([wish, label, hint]) => (
        <SwitchRow
          key={label}
          label={t(label)}
          hint={t(hint)}
          on={wish.value}
          onChange={(on) => {
            wish.value = on;
            void voice.changeMicrophone();
          }}
        />
      ))}
      <SwitchRow
        label={t("vset.arrive")}
        hint={t("vset.arrive_hint")}
        on={arrivesMuted.value}
        onChange={(on) => arrivesMuted.value = on}
      />
      <SwitchRow
        label={t("vset.chimes")}
        hint={t("vset.chimes_hint")}
        on={chimes.value}
        onChange={(on) => chimes.value = on}
      />
    </ul>
  );
}
