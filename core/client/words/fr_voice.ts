/**
 * French: tu, no-break spaces, agreement avoided rather than dotted. The voice bar: fetched after
 * the first paint.
 */

import type { Text } from "../i18n.ts";
import type { enVoice } from "./en_voice.ts";

export const frVoice: Readonly<Record<keyof typeof enVoice, Text>> = {
  "voice.again": "Revenir",
  "voice.alone": "Toi seulement, pour l’instant",
  "voice.bar": "Voix : {room}",
  "voice.connecting": "La porte s’ouvre…",
  "voice.deafen": "Couper le son",
  "voice.deafened": "Tu n’entends rien, et ça se voit",
  "voice.elsewhere": "Ton son est dans un autre onglet ou appareil",
  "voice.go_back": "Y retourner",
  "voice.good": "Bonne connexion",
  "voice.hold": "Maintiens {key} pour parler",
  "voice.hold_button": "Tiens le micro pour parler",
  "voice.hold_locked": "Le micro reste ouvert. Touche-le pour le fermer",
  "voice.hold_slide": "Glisse vers le haut pour le garder ouvert, lâche pour fermer",
  "voice.leave": "Sortir de {room}",
  "voice.left": "Tu as quitté {room}",
  "voice.listening": "Tu es à l’écoute",
  "voice.move_here": "Continuer ici",
  "voice.mute": "Couper le micro",
  "voice.muted_talk": "Ton micro est coupé. Appuie sur M pour parler",
  "voice.not_in_front": "Micro coupé, cette page n’est plus au premier plan",
  "voice.poor": "Mauvaise connexion",
  "voice.poor_short": "Mauvaise",
  "voice.poor_up": "Mauvaise connexion, les autres n’entendent peut-être pas tout",
  "voice.react": "Réagir",
  "voice.reactions": { one: "{n} réaction", other: "{n} réactions" },
  "voice.reconnect": "Reconnexion, on te garde ta place",
  "voice.silenced": "Coupé par un hôte",
  "voice.stuck": "La porte est coincée",
  "voice.talk": "Parler",
  "voice.undeafen": "Remettre le son",
  "voice.unknown": "Connexion établie",
  "voice.unmute": "Ouvrir le micro",
  "voice.weak": "Connexion faible",
  "voice.weak_short": "Faible",
  "voice.weak_up": "Connexion faible, les autres peuvent manquer des mots",
  "voice.with": { one: "Toi et {n} autre", other: "Toi et {n} autres" },
  "voice.why": "Savoir pourquoi",
  "voice.you_talk": "Tu parles",
};
