/** The page's side of the worker: it is installed, and its push service is asked for an address. */

import type { App } from "../app/app.ts";
import { language } from "../i18n.ts";
import { kept } from "../prefs.ts";
import { PUSH } from "./leaving.ts";

const ADDRESS = "/sw.js";

interface Policy {
  createScriptURL(address: string): string;
}

const RULES: Policy = { createScriptURL: () => ADDRESS };
const factory = (globalThis as {
  trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
}).trustedTypes;
let policy: Policy | null = null;

/** What the server knows of this device: its language and its address; empty when it is told nothing. */
const told = kept<string>(PUSH, "");

/** Fails where a browser has none, or refuses it. */
export async function installWorker(): Promise<void> {
  policy ??= factory?.createPolicy("salon-worker", RULES) ?? RULES; // this one address, no other
  const address = policy.createScriptURL(ADDRESS);
  const options = { updateViaCache: "none" } as const;
  const registration = await navigator.serviceWorker.register(address, options);
  if (registration.active) await registration.update();
}

/** Asks the browser for an address, and tells it the server. `key`: the server's own. */
export async function subscribe(app: App, key: string): Promise<void> {
  await installWorker();
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  const isOurs = known && inLetters(known.options.applicationServerKey) === key;
  if (known && !isOurs) await known.unsubscribe(); // of a server that began anew
  const subscription = isOurs ? known : await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  const { endpoint, keys } = subscription.toJSON();
  await app.command("push.subscribe", {
    endpoint,
    public: keys?.["p256dh"],
    secret: keys?.["auth"],
    language: language.value,
  });
  told.value = as(subscription);
}

export async function unsubscribe(app: App): Promise<void> {
  told.value = "";
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  await app.command("push.unsubscribe");
}

/** A browser may change its address, and a person the language: the server is told. */
export async function renewSubscription(app: App): Promise<void> {
  if (!told.value || Notification.permission !== "granted") return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  if (known && as(known) === told.value) return;
  const { key } = await app.command("push.show");
  await subscribe(app, String(key));
}

function as({ endpoint }: PushSubscription): string {
  return `${language.value} ${endpoint}`;
}

/** In base64url, as the server says it. */
function inLetters(key: ArrayBuffer | null): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0))));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
