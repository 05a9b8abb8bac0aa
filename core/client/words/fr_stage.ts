/** Français. Les scènes : hôtes, mains levées et coulisses. */

import type { Text } from "../i18n.ts";
import type { enStage } from "./en_stage.ts";

export const frStage = {
  "stage.host": "Hôte",
  "stage.cohost": "Co-hôte",
  "stage.you": "Toi",
  "stage.you_host": "Toi, hôte",
  "stage.you_cohost": "Toi, co-hôte",
  "stage.speakers": "Sur scène, {n}",
  "stage.crowd": "{n} à l’écoute",
  "stage.listening": "À l’écoute, {n}",
  "stage.listening_outside": "À l’écoute, {n}, dont {m} sans compte",
  "stage.listening_more": { one: "et {n} autre", other: "et {n} autres" },
  "stage.nobody_up": "Personne n’est sur scène",
  "stage.controls": "Commandes des hôtes",
  // the green room
  "stage.shut_title": "Les hôtes arrivent",
  "stage.shut": "La scène ouvre quand ils le décident. Le chat est ouvert.",
  "stage.green_title": "Coulisses",
  "stage.green": "Seuls les hôtes et les intervenants s’entendent. Rien ne s’ouvre tout seul.",
  "stage.open": "Ouvrir la scène maintenant",
  "stage.closes": "La scène ferme à {time}, sauf si un hôte revient.",
  // host bar
  "stage.mute_all": "Couper tous les micros",
  "stage.muted": { one: "{n} micro coupé", other: "{n} micros coupés" },
  "stage.muted_none": "Tous les micros étaient coupés",
  "stage.undo": "Annuler",
  "stage.hands_open": "Mains ouvertes",
  "stage.hands_closed": "Mains fermées",
  "stage.chat_open": "Chat ouvert",
  "stage.chat_closed": "Chat fermé",
  "stage.end": "Terminer",
  "stage.end_title": "Terminer la scène pour tout le monde ?",
  "stage.end_text": "Les {n} personnes présentes sortent. Ce qui a été écrit dans le chat reste.",
  "stage.end_text_temporary":
    "Les {n} personnes présentes sortent, et le salon disparaît avec son chat.",
  "stage.end_now": "Terminer pour tout le monde",
  // hands
  "hand.ask": "Que veux-tu demander ? (si tu veux)",
  "hand.title": "Lever la main",
  "hand.hosts_read": "Les hôtes lisent ceci, personne d’autre.",
  "hand.list": "Mains levées",
  "hand.none": "Aucune main n’est levée.",
  "hand.waiting": "Attend depuis {time}",
  "hand.invite": "Inviter",
  "hand.invite_whom": "Inviter {name} à parler",
  "hand.invited": "Invité",
  "hand.put_down": "Baisser la main de {name}",
  "hand.lower_all": "Tout baisser",
  // one person
  "stage.invite": "Inviter à parler",
  "stage.down": "Faire descendre de scène",
  "stage.step_down": "Descendre de scène",
  "stage.make_cohost": "Nommer co-hôte",
  "stage.no_cohost": "N’est plus co-hôte",
  "stage.hand_over": "Confier la scène",
  // invited
  "stage.invited_title": "{name} t’invite à parler",
  "stage.invited":
    "Tu montes micro coupé et tu l’ouvres quand tu veux. L’invitation vaut jusqu’à {time}.",
  "stage.go_up": "Monter",
  "stage.not_now": "Pas maintenant, j’écoute",
  "stage.take_over_title": "L’hôte est parti. Tu prends la suite ?",
  "stage.take_over": "La scène ferme à {time}, sauf si quelqu’un prend la suite.",
  "stage.will_host": "Je prends la suite",
  "stage.will_not": "Plutôt pas",
  "stage.up": "Tu es sur scène. Ouvre ton micro quand tu veux.",
  "stage.moved_down": "Te voilà parmi les auditeurs. Merci.",
} as const satisfies Readonly<Record<keyof typeof enStage, Text>>;
