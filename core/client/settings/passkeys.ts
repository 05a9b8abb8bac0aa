/** What the browser and the server say to each other about passkeys. */

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly is_synced: boolean;
  readonly created_at: string;
  readonly used_at: string | null;
}

/** A key made on a device of theirs; null when they thought better of it. */
export function made(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  );
  return orNothing(navigator.credentials.create({ publicKey }));
}

/** What one of their keys signed; null when they thought better of it. */
export function signed(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as PublicKeyCredentialRequestOptionsJSON,
  );
  return orNothing(navigator.credentials.get({ publicKey }));
}

export const areKnown = "PublicKeyCredential" in globalThis &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function orNothing(asked: Promise<Credential | null>): Promise<unknown> {
  try {
    return (await asked as PublicKeyCredential | null)?.toJSON() ?? null;
  } catch (error) {
    // NotAllowedError: closed or too late; InvalidStateError: this device has one already
    if (error instanceof DOMException) return null;
    throw error;
  }
}
