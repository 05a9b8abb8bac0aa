/** The words of en_later.ts in French. */

import type { Text } from "../i18n.ts";
import type { enLater } from "./en_later.ts";

export const frLater: Readonly<Record<keyof typeof enLater, Text>> = {
  // everywhere
  copied: "Copié",
  copy: "Copier",
  keep: "Garder",
  saved: "C’est enregistré",
  // navigation
  conversations: "Conversations",
  panel: "Panneau latéral",
  people: "Personnes",
  "search.for": "Chercher « {words} » dans les messages",
  "search.none": "Rien avec ces lettres. Essaie avec moins.",
  // home
  "hello.morning": "Bonjour, {name}",
  "hello.day": "Bon après-midi, {name}",
  "hello.evening": "Bonsoir, {name}",
  "home.dark": "Aucun salon n’est allumé.",
  "home.lit": { one: "{n} salon est allumé.", other: "{n} salons sont allumés." },
  "home.here": { one: "{n} personne est là.", other: "{n} personnes sont là." },
  "home.alone": "Personne d’autre n’est là.",
  "home.hello": "Dis bonjour dans {channel}",
  "home.hello_text": "Un premier mot, et la personne suivante ose entrer.",
  "home.invite": "Inviter",
  "home.say_hello": "Dire bonjour",
  "home.no_rooms": "Aucun salon pour l’instant",
  // members
  "members.here": "Ici maintenant",
  "members.here_now": "Ici",
  "members.away": "Ailleurs",
  "members.in": "Dans {room}",
  "members.talking_in": "Parle dans {room}",
  // a person
  "person.coming_back": "Revient",
  "person.deafened": "N’entend rien",
  "person.listening": "À l’écoute",
  "person.muted": "Micro coupé",
  "person.open": "Micro ouvert",
  "person.silenced": "Micro coupé par un hôte",
  "person.talking": "Parle",
  "person.more": "Plus sur {name}",
  "person.volume": "{name}, volume pour toi",
  "host.remove": "Faire sortir du salon",
  "host.silence": "Couper son micro pour tous",
  "host.unsilence": "Rendre la parole",
  // a message
  "message.copy_link": "Copier le lien",
  "message.copy_text": "Copier le texte",
  "message.delete_title": "Supprimer ce message ?",
  "message.who_reacted": "Qui a réagi",
  "message.reacted": "{emoji}, {n}",
  "message.reacted_too": "{emoji}, {n}, toi aussi",
  // a room
  "room.about_what": "De quoi parle-t-on ?",
  "room.empty_title": "Personne pour l’instant",
  "room.empty": "Entre, et le salon s’allume pour tout le monde.",
  "room.full_short": "Complet",
  "room.kind": "Type de salon",
  "room.kind_missing": "L’extension de ce salon ne tourne pas. Messages et voix continuent.",
  "room.kind_talk": "Table",
  "room.names_more": "{names} et {n} de plus",
  "room.nobody": "Personne encore",
  "room.open_door": "Ouvrir la porte",
  "room.people_more": { one: "et {n} autre", other: "et {n} autres" },
  "room.seats": { one: "{n} place prise sur {seats}", other: "{n} places prises sur {seats}" },
  "room.you_are_in": "Tu es ici",
  "move.title": "Tu parles dans {room}",
  "move.text": "On ne peut être que dans un salon à la fois. Les autres te verront partir.",
  "move.stay": "Rester",
  "move.go": "Y aller",
  // microphone
  "mic.ask_title": "Comment veux-tu entrer ?",
  "mic.ask": "Il faut ton micro pour qu’on t’entende. Dans tous les cas, tu arrives micro coupé.",
  "mic.choose": "Choisir un micro",
  "mic.choose_hint": "Ton navigateur va demander",
  "mic.listen": "Juste écouter",
  "mic.listen_hint": "Tu pourras parler plus tard",
  "mic.denied_title": "Ton navigateur bloque le micro",
  "mic.denied":
    "Tu peux écouter. Pour parler, autorise le micro pour cette page : l’icône au début de la barre d’adresse, puis Micro, puis Autoriser.",
  "mic.missing_title": "Aucun micro trouvé",
  "mic.missing": "Tu peux écouter. Branche un micro, ou choisis-en un autre dans les réglages.",
  // voice bar
  "voice.talking_many": { one: "{names} parle", other: "{names} parlent" },
};
