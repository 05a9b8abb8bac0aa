/**
 * On pages rendered on the server: a form is sent once, a time is the reader's, and a passkey opens
 * where one may. Who stands before the door to sign in is signed out: what was left of anybody in
 * this browser goes.
 */

import { leaveDevice } from "../offline/leaving.ts";

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
    form.addEventListener("submit", (again) => again.preventDefault());
  });
}

for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
  const moment: Intl.DateTimeFormatOptions = {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  };
  time.textContent = new Date(time.dateTime).toLocaleString(readersLocale(), moment);
}

if (location.pathname === "/signin") void leaveDevice();

const passkey = document.querySelector<HTMLElement>(".passkey");
if (passkey && "PublicKeyCredential" in globalThis) {
  const button = passkey.querySelector("button")!;
  const wrong = passkey.querySelector(".field-error")!;
  passkey.hidden = false;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    wrong.textContent = "";
    try {
      await comeIn();
      const next = document.querySelector<HTMLInputElement>("input[name=next]");
      location.assign(next?.value || "/");
    } catch (error) {
      const isTheirWish = error instanceof DOMException && error.name === "NotAllowedError";
      if (!isTheirWish) wrong.textContent = passkey.dataset["failed"] ?? "";
      button.removeAttribute("aria-busy");
    }
  });
}

/** The reader's own variant of the page's language; English of no country has the clock of most. */
function readersLocale(): string {
  const { lang } = document.documentElement;
  const own = navigator.languages.find((each) => each.startsWith(`${lang}-`));
  return own ?? (lang === "en" ? "en-GB" : lang);
}

/** Fails when the server, the browser or the person says no. */
async function comeIn(): Promise<void> {
  const options = await ask("/api/passkey/challenge", {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  await ask("/api/passkey/sign-in", { credential });
}

async function ask(address: string, body: unknown) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}
