/** French: tu, no-break spaces. Who lives here, and the rules of the house. */

import type { enPeople } from "./en_people.ts";
import type { Text } from "../i18n.ts";

export const frPeople: Readonly<Record<keyof typeof enPeople, Text>> = {
  "people.one": "Quelqu’un",
  "people.guest": "De passage",
  "people.owner": "Propriétaire",
  "people.roles": "Rôles",
  "people.since": "Ici depuis le {date}",
  "people.edit": "Modifier mon profil",
  "people.write": "Écrire",
  "people.manage": "Gérer",
  "people.find": "Chercher quelqu’un",
  "people.role": "Avec le rôle",
  "people.all": "N’importe lequel",
  "people.none": "Personne avec ces mots. Essaie-en moins.",
  "people.show": "Voir",
  "rules.title": "Les règles de la maison",
  "rules.lead": "Elles sont nouvelles, ou ont changé depuis que tu les as lues.",
  "rules.agree": "Je les respecte",
  "rules.later": "Plus tard",
  "warning.title": "Un avertissement des hôtes",
  "warning.lead": "Rien d’autre n’en découle. En voici la raison :",
  "warning.no_reason": "Aucune raison n’a été donnée.",
  "warning.read": "J’ai lu",
  "step.title": "Il manque une deuxième étape",
  "step.everybody":
    "{place} demande à tout le monde une deuxième étape à la connexion : une clé d’accès, ou les codes d’une application. D’ici là, tu ne vois rien ici.",
  "step.lead": "Il suffit d’une minute, dans Connexion et appareils.",
  "step.set_up": "La mettre en place",
  "step.roles": {
    one:
      "Le rôle {roles} demande une deuxième étape à la connexion : une clé d’accès, ou les codes d’une application. D’ici là, ce qu’il permet est en suspens.",
    other:
      "Les rôles {roles} demandent une deuxième étape à la connexion : une clé d’accès, ou les codes d’une application. D’ici là, ce qu’ils permettent est en suspens.",
  },
};
