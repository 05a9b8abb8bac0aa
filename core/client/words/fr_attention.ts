/** The words of en_attention.ts in French. */

import type { Text } from "../i18n.ts";
import type { enAttention } from "./en_attention.ts";

export const frAttention: Readonly<Record<keyof typeof enAttention, Text>> = {
  // pictures
  "emoji.title": "Réactions",
  "emoji.pick": "Emoji",
  "emoji.search": "Chercher une image",
  "emoji.found": { one: "{n} image", other: "{n} images" },
  "emoji.none": "Rien avec ces mots. Essaie avec moins.",
  "emoji.recent": "Utilisées récemment",
  "emoji.group_0": "Émoticônes",
  "emoji.group_1": "Personnes",
  "emoji.group_3": "Animaux et nature",
  "emoji.group_4": "Manger et boire",
  "emoji.group_5": "Voyages et lieux",
  "emoji.group_6": "Activités",
  "emoji.group_7": "Objets",
  "emoji.group_8": "Symboles",
  "emoji.group_9": "Drapeaux",
  "reaction.clear": "Retirer toutes les réactions",
  "reaction.people_more": { one: "{names} et {n} autre", other: "{names} et {n} autres" },
  // completion
  "names.list": "Noms",
  "names.found": { one: "{n} nom", other: "{n} noms" },
  "names.all": "Tout le monde ici",
  "names.here": "Les personnes présentes maintenant",
  "names.role": "Rôle",
  // inbox
  "inbox.title": "À voir",
  "inbox.all": "Tout",
  "inbox.mentions": "Mentions",
  "inbox.replies": "Réponses",
  "inbox.done": "C’est vu",
  "inbox.done_all": "Tout marquer comme lu",
  "inbox.empty": "Rien ne t’attend",
  "inbox.empty_text": "Quand quelqu’un te mentionne ou te répond, c’est ici.",
  "inbox.older": "Afficher les plus anciens",
  "inbox.unread": "Non lu",
  "inbox.open": "Ouvrir dans {room}",
  "inbox.account": "Mention dans {room}",
  "inbox.reply": "Réponse dans {room}",
  "inbox.role": "Mention de ton rôle dans {room}",
  "inbox.here": "Aux personnes présentes, dans {room}",
  "inbox.everyone": "À tout le monde, dans {room}",
  "inbox.between": "une conversation",
  // levels
  "level.of": "Notifications de {room}",
  "level.everything": "Tout",
  "level.mentions": "Mentions et réponses",
  "level.nothing": "Rien",
  "level.mute_1h": "Couper pour une heure",
  "level.mute_day": "Couper pour une journée",
  "level.unmute": "Rétablir",
  "level.muted_until": "Coupé jusqu’à {time}",
  "level.kept": "C’est noté",
};
