/** Les fichiers des messages, et les images des personnes et de la communauté. */

import type { Text } from "../i18n.ts";
import type { enFiles } from "./en_files.ts";

export const frFiles: Readonly<Record<keyof typeof enFiles, Text>> = {
  "files.attach": "Joindre des fichiers",
  "files.tray": "Fichiers à envoyer",
  "files.describe": "Décris-la (facultatif)",
  "files.describe_name": "Décris {name} pour qui ne peut pas la voir (facultatif)",
  "files.remove": "Retirer {name}",
  "files.on_the_way": "{name} est en route",
  "files.there": "{n} sur {of} envoyés",
  "files.held": "Le message part quand tous les fichiers sont là.",
  "files.held_failed": "Un fichier n’est pas passé. Réessaie ou retire-le.",
  "files.too_large": "Trop lourd : {most} au plus.",
  "files.too_many": {
    one: "{n} fichier au plus par message.",
    other: "{n} fichiers au plus par message.",
  },
  "files.open": "Ouvrir {name}",
  "files.download": "Télécharger",
  "files.download_name": "Télécharger {name}",
  "files.close": "Fermer",
  "files.nth": "{n} sur {of}",
  "files.before": "La précédente",
  "files.next": "La suivante",
};
