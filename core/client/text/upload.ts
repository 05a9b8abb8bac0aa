/** One file on its way to the server, by a request that tells how far it is. */

import type { App } from "../app/app.ts";
import { CommandError } from "../socket.ts";
import type { HandedFile, Refusal } from "../wire.ts";

/** What the file is for: the channel of a message to come, or `for` an avatar, icon or emoji. */
export type Use = { readonly channel: string } | { readonly for: "avatar" | "icon" | "emoji" };

/** Fails with a `CommandError` whose message is in the reader's language. */
export function upload(
  app: App,
  use: Use,
  content: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<HandedFile> {
  return sent(use, content, onProgress, signal).catch(async (error: CommandError) => {
    throw await app.refusals.inWords(error);
  });
}

function sent(
  use: Use,
  content: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<HandedFile> {
  const query = new URLSearchParams({ ...use, name: content.name });
  // Not by `fetch`, which says nothing of how far a body is.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const lost = () => reject(new CommandError({ code: "lost", message: "The line is down." }));
    request.open("POST", `/api/files?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 1);
    request.onerror = lost;
    request.onabort = lost;
    request.onload = () => {
      const answer = answerOf(request.responseText);
      if (answer.file) resolve(answer.file);
      else reject(new CommandError(answer.error ?? { code: "internal", message: "" }));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(content);
  });
}

function answerOf(text: string): { readonly file?: HandedFile; readonly error?: Refusal } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
