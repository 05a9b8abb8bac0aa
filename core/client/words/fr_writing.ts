/** The words of en_writing.ts in French. */

import type { Text } from "../i18n.ts";
import type { enWriting } from "./en_writing.ts";

export const frWriting: Readonly<Record<keyof typeof enWriting, Text>> = {
  "card.all": "Ce vers quoi mènent les liens",
  "card.remove": "Retirer la carte « {title} »",
  "code.copy": "Copier",
  "composer.timed_out": "Tu es en pause jusqu’au {until}. Tu peux lire et écouter.",
  "composer.timed_out_for": "Raison : {reason}",
  "deleted.by": "{name} l’a supprimé {when}",
  "deleted.by_author": "Supprimé {when} par la personne qui l’a écrit",
  "deleted.none": "Rien n’a été supprimé ici ces derniers temps",
  "deleted.show": "Ce qui a été supprimé ici",
  "deleted.somebody": "Quelqu’un",
  "deleted.title": "Supprimé dans {room}",
  "former.from_to": "De {from} à {until}",
  "former.none": "Ce qu’il disait avant n’est plus gardé",
  "former.now": "Maintenant",
  "former.show": "Ce qu’il disait avant",
  "message.pin": "Épingler",
  "message.unpin": "Détacher",
  "pins.go": "Y aller",
  "pins.none": "Rien n’est encore épinglé ici",
  "pins.none_text": "Ce qu’on veut retrouver s’épingle dans le menu d’un message.",
  "several.all_of": "Tout ce que {name} a écrit",
  "several.delete": { one: "Supprimer {n} message", other: "Supprimer {n} messages" },
  "several.show": "Supprimer plusieurs messages",
  "several.text":
    "Parmi ce qui est dans cette page, le plus récent à la fin. {most} à la fois au plus.",
  "several.title": "Quels messages doivent partir\u202f?",
  "slash.account_hint": "Le nom derrière le @",
  "slash.commands": "Commandes",
  "slash.nick": "Prendre un autre nom ici",
  "slash.nobody": "Personne ici ne s’appelle {name}.",
  "slash.optional": "{field} (si tu veux)",
  "slash.run": "Lancer",
  "slash.slow": "Ralentir cette discussion",
  "slash.spoiler": "Dire quelque chose de masqué d’abord",
  "slow.is_on": "Mode lent\u00a0: un message toutes les {pause}.",
  "slow.wait": "Tu pourras écrire à nouveau dans {wait}.",
  "spoiler.show": "Mots masqués. Les montrer",
};
