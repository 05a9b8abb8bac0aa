/** What an examination asks of this browser. */

import type { App } from "../app/app.ts";
import { type ExaminationParts, type Finding, finding } from "./examination.ts";

export function partsOf(app: App): ExaminationParts {
  return {
    command: app.command,
    connection: (configuration) =>
      new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration }),
    now: () => performance.now(),
    today: () => Date.now(),
    socketPhase: () => app.socket.phase.value,
    fetch: async (address) => (await fetch(address, { cache: "no-store" })).ok,
    microphone,
    hasOpus: () =>
      !!RTCRtpReceiver.getCapabilities("audio")?.codecs.some(({ mimeType }) =>
        mimeType.toLowerCase() === "audio/opus"
      ),
  };
}

/** Whether the page may have the microphone, without asking for it. */
async function microphone(): Promise<Finding> {
  if (!isSecureContext || !navigator.mediaDevices) return finding("bad", "mic_plain");
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  if (!devices.some(({ kind }) => kind === "audioinput")) return finding("warn", "mic_none");
  const state = await permission();
  if (state === "denied") return finding("bad", "mic_denied");
  return state === "granted" ? finding("ok", "mic") : finding("unseen", "mic_unasked");
}

async function permission(): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: "microphone" as PermissionName })).state;
  } catch {
    return "prompt"; // a browser that does not tell
  }
}
