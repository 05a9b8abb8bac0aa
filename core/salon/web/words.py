"""What pages that work without script say, in English and French.

Errors of the services have a `reason`; a page says them in the reader's language. A key that is
missing in one language fails a test.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from salon.errors import SalonError

LANGUAGES = ("en", "fr")

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "signin.title": "Sign in",
        "signin.lead": "Welcome back to {community}.",
        "signin.go": "Sign in",
        "signin.lost": "Lost your password? Ask a host for a reset link.",
        "signin.or": "or",
        "signin.mail": "Forgot it? Get a link by email.",
        "field.who": "Name to sign in with, or email address",
        "mail.title": "A link by email",
        "mail.lead": "It works once, for 15 minutes, and comes to the address that you confirmed.",
        "mail.go": "A link to sign in",
        "mail.go_reset": "A link to a new password",
        "mail.sent": "If somebody here has this name or address, a letter is on its way.",
        "mail.back": "Back to signing in",
        "mail.signin.title": "Come in",
        "mail.signin.lead": "You come in to {community} as {name}.",
        "mail.signin.go": "Sign in",
        "mail.signin.done": "You are in.",
        "mail.confirm.title": "Is this your address?",
        "mail.confirm.lead": "Letters of {community} to {name} will come here.",
        "mail.confirm.go": "Yes, it is",
        "mail.confirm.done": "Letters will come to this address.",
        "mail.unsubscribe.title": "No more digest",
        "mail.unsubscribe.lead": "{community} stops writing to you once a week.",
        "mail.unsubscribe.go": "Stop it",
        "mail.unsubscribe.done": "You get no digest any more.",
        "passkey.go": "Use a passkey",
        "passkey.failed": "That passkey did not open the door. Try again, or another way.",
        "code.title": "One more step",
        "code.lead": "Give the code that your app shows now.",
        "code.lost": "No app and no recovery code left? Ask who keeps this server.",
        "field.code": "Code",
        "field.code.hint": "Six digits, or one of your recovery codes.",
        "field.handle": "Name to sign in with",
        "field.handle.hint": "Letters, digits, dots and dashes. Others find you by it.",
        "field.display_name": "What should we call you?",
        "field.password": "Password",
        "field.password.hint": "At least {at_least} characters. Three unrelated words are good.",
        "field.password.new": "New password",
        "field.password.again": "Type it once more: a password is never sent back.",
        "field.community": "Name of your community",
        "field.community.hint": "You can change it later.",
        "setup.title": "Claim this server",
        "setup.lead": "You are the first one here. Make your account and name the place.",
        "setup.go": "Open the house",
        "setup.unclaimed.title": "This server has no owner yet",
        "setup.unclaimed.lead": "If it is yours: open the link on the last line that the server "
        "printed when it started. It works once, for 30 minutes.",
        "setup.again": "A new link is made with: ./salon account owner-link",
        "invite.title": "You are invited",
        "invite.lead": "{inviter} invites you to {community}.",
        "invite.until": "The invitation is valid until {until}.",
        "invite.go": "Join",
        "invite.rules": "House rules",
        "invite.have": "I have an account here",
        "invite.agree": "I have read the house rules and keep them.",
        "guest.lead": "You come as a guest: a name is enough. It is for {n} days, and you can "
        "become a member in that time.",
        "guest.lead.day": "You come as a guest: a name is enough. It is for a day, and you can "
        "become a member in that time.",
        "field.reason": "Why would you like to come in?",
        "field.reason.hint": "Hosts read it before they open the door.",
        "ask.title": "Ask to come in to {community}",
        "ask.lead": "Hosts look at who asks. Come back here for the answer.",
        "ask.go": "Ask",
        "ask.waiting": "Thank you, {name}. A host will look.",
        "ask.waiting.lead": "The answer stands here when you come back with this browser.",
        "ask.let_in": "Come in, {name}",
        "ask.let_in.lead": "You live in {community} now. Sign in as {handle} with your password.",
        "ask.refused": "Not now, {name}",
        "ask.refused.lead": "The hosts of {community} have said no this time.",
        "ask.again": "Ask anew",
        "open.title": "Join {community}",
        "open.lead": "Everybody may join here.",
        "public.left": "Somebody who has left",
        "public.lead": "Anybody can read this channel. To write, come in.",
        "public.older": "Older messages",
        "public.newest": "To the newest",
        "public.none": "Nobody has written here yet.",
        "public.time": "at {time} UTC",
        "public.file": "With a file: {name}",
        "outside.lit": "Somebody is here. Listening needs no account.",
        "outside.lead": "What is open to everybody. It needs no account.",
        "outside.rooms": "Rooms that everybody may hear",
        "outside.talking": "At the microphone: {names}",
        "outside.people": "{n} here",
        "outside.listen": "Listen",
        "outside.nobody": "Nobody yet",
        "outside.look": "Look",
        "outside.look_at": "Look at {name}",
        "outside.channels": "To read",
        "outside.join": "Want to talk, not only listen?",
        "outside.join_text": "Members invite members.",
        "outside.invited": "I have an invitation",
        "outside.code_hint": "Its link or its code.",
        "listen.title": "Listen: {name}",
        "listen.player": "Player",
        "listen.ready": "Live, sound only.",
        "listen.share": "Share",
        "listen.copied": "The link is copied.",
        "listen.volume": "Volume",
        "listen.sleep": "Sleep timer",
        "listen.sleep_off": "No timer",
        "listen.sleep_min": "In {n} minutes",
        "listen.slept": "The sleep timer has ended it.",
        "listen.live": "Live",
        "listen.empty": "Nobody is in just now. Come back later.",
        "listen.who": "Who speaks",
        "listen.captions": "Captions",
        "listen.nobody": "Nobody speaks just now.",
        "listen.described": "Live on {community}. Listen without an account.",
        "listen.described_empty": "A room on {community}.",
        "listen.hosted": "With {name}",
        "listen.somebody": "Somebody",
        "listen.host": "host",
        "listen.talking": "talking",
        "listen.count": "{n} listening",
        "listen.count_outside": "{n} listening, {m} of them without an account",
        "listen.go": "Listen",
        "listen.stop": "Stop listening",
        "listen.connecting": "One moment…",
        "listen.on": "You are listening.",
        "listen.over": "There is nothing to hear here any more.",
        "listen.failed": "It did not work: all places are taken, or the line broke. "
        "Try again in a moment.",
        "listen.blocked": "Your browser keeps the sound. Press once more.",
        "listen.script": "To hear it, this page needs JavaScript.",
        "listen.join.title": "You are only listening",
        "listen.join.text": "No microphone, nothing of you is recorded, no account needed.",
        "listen.join.speak": "I would like to speak",
        "listen.join.sign_in": "Sign in",
        "listen.join.open": "Join {community}",
        "listen.join.code": "Invitation",
        "listen.join.code_hint": "Its link or its code. It leads back to this room.",
        "listen.join.go": "Take the invitation",
        "reset.title": "A new password",
        "reset.lead": "Choose a new password for {handle}. You will be signed out everywhere.",
        "reset.go": "Set the password",
        "error.title": "That did not work",
        "error.back": "Back to the start",
        "error.500": "Something went wrong here. If it happens again, tell the keeper of this "
        "server the number {request_id}.",
        "noscript": "This page needs JavaScript to show channels and rooms.",
        "theme": "Colours",
        "reason.password_short": "Please use at least {at_least} characters.",
        "reason.password_long": "Please use at most {most} characters.",
        "reason.password_characters": "A password cannot hold control characters.",
        "reason.password_common": "That password is too easy to guess. Three or four unrelated "
        "words are better.",
        "reason.handle_length": "A name to sign in with has {least} to {most} characters.",
        "reason.handle_characters": "Use letters, digits, dots, dashes and underscores, with a "
        "letter or digit first.",
        "reason.handle_scripts": "Please use the letters of one alphabet only.",
        "reason.handle_reserved": "That name is kept free.",
        "reason.handle_taken": "Somebody here is called that already. Add something?",
        "reason.rules_unread": "Please read the house rules and say that you keep them.",
        "reason.applications_full": "Very many people wait to be let in. Try again another day.",
        "reason.name_missing": "Please say how we should call you.",
        "reason.name_long": "At most {most} characters, please.",
        "reason.name_characters": "That is not valid text.",
        "reason.used": "This invitation has run out. Ask for a new one.",
        "reason.unknown": "This invitation is not known here.",
        "reason.body": "What was sent cannot be read. Please try again.",
        "reason.busy": "The server is very busy. Please try again in a moment.",
        "reason.claimed": "This server has an owner already. Sign in instead.",
        "reason.closed": "Nobody new can come in for now.",
        "reason.database_away": "The database does not answer. Please try again in a moment.",
        "reason.door_busy": "Many people are at the door. Please try again in a moment.",
        "reason.empty": "Please fill this in.",
        "reason.encoding": "This text has signs that cannot be kept.",
        "reason.link_used": "This link has been used or has run out. Ask for a new one.",
        "reason.invitation_needed": "You need an invitation to come in. Ask a member for one.",
        "reason.long": "That is too long: at most {most} characters fit.",
        "reason.no_page": "Only the address of a page fits here, such as https://example.org.",
        "reason.no_permission": "You may not see that. Ask a host.",
        "reason.nothing_here": "There is nothing at this address.",
        "reason.not_written": "It could not be written down. Keep your text and try again.",
        "reason.origin": "This came from another site.",
        "reason.host": "This server does not answer to that name.",
        "reason.pace": "Too many tries. Try again in {wait}.",
        "reason.plugin_error": "The plugin {plugin} failed. Try again later, or tell the owner.",
        "reason.plugin_decides": "The plugin {plugin} has a say in this and failed. Try again "
        "later, or tell the owner.",
        "reason.plugin_off": "{title} is off at present.",
        "reason.session_ended": "You are signed out here. Sign in again.",
        "reason.mail_off": "This server sends no letters. Ask a host for a link.",
        "reason.code_again": "That code was used. Wait for the next one.",
        "reason.code_wrong": "That code is not right.",
        "reason.sealed": "The server has lost the key to this. Use a recovery code.",
        "reason.ticket_over": "That took too long. Give your password again.",
        "reason.sign_in_wrong": "The name or the password is not right.",
        "reason.sign_in_last": "The name or the password is not right. Tries left: {left}.",
        "reason.size": "That is too much at once.",
        "reason.suspended": "This account is suspended. Reason: {why}",
        "reason.suspended_until": "This account is suspended until {until}. Reason: {why}",
        "reason.banned": "This account is banned. Reason: {why}",
        "reason.banned_until": "This account is banned until {until}. Reason: {why}",
        "reason.kicked": "You were asked to leave. You can come back by an invitation. "
        "Reason: {why}",
        "reason.unclaimed": "This server has no owner yet. Its address is on the console.",
        "reason.json": "What was sent cannot be read. Please try again.",
    },
    "fr": {
        "signin.title": "Se connecter",
        "signin.lead": "Te revoilà sur {community}.",
        "signin.go": "Se connecter",
        "signin.lost": "Mot de passe perdu\u202f? Demande un lien à un hôte.",
        "signin.or": "ou",
        "signin.mail": "Oublié\u202f? Reçois un lien par courriel.",
        "field.who": "Identifiant ou adresse de courriel",
        "mail.title": "Un lien par courriel",
        "mail.lead": "Il sert une fois, pendant 15 minutes, et arrive à l’adresse que tu as "
        "confirmée.",
        "mail.go": "Un lien de connexion",
        "mail.go_reset": "Un lien pour un nouveau mot de passe",
        "mail.sent": "Si quelqu’un ici a cet identifiant ou cette adresse, une lettre est en "
        "route.",
        "mail.back": "Retour à la connexion",
        "mail.signin.title": "Entrer",
        "mail.signin.lead": "Tu entres sur {community} en tant que {name}.",
        "mail.signin.go": "Se connecter",
        "mail.signin.done": "Tu es là.",
        "mail.confirm.title": "Est-ce ton adresse\u202f?",
        "mail.confirm.lead": "Les lettres de {community} à {name} arriveront ici.",
        "mail.confirm.go": "Oui, c’est la mienne",
        "mail.confirm.done": "Les lettres arriveront à cette adresse.",
        "mail.unsubscribe.title": "Plus de résumé",
        "mail.unsubscribe.lead": "{community} cesse de t’écrire une fois par semaine.",
        "mail.unsubscribe.go": "Arrêter",
        "mail.unsubscribe.done": "Tu ne reçois plus de résumé.",
        "passkey.go": "Utiliser une clé d’accès",
        "passkey.failed": "Cette clé d’accès n’a pas ouvert la porte. Réessaie, ou autrement.",
        "code.title": "Encore une étape",
        "code.lead": "Donne le code que ton application montre maintenant.",
        "code.lost": "Plus d’application ni de code de secours\u202f? Demande à qui tient ce "
        "serveur.",
        "field.code": "Code",
        "field.code.hint": "Six chiffres, ou un de tes codes de secours.",
        "field.handle": "Identifiant",
        "field.handle.hint": "Lettres, chiffres, points et tirets. C’est ainsi qu’on te trouve.",
        "field.display_name": "Comment t’appeler\u202f?",
        "field.password": "Mot de passe",
        "field.password.hint": "Au moins {at_least} caractères. Trois mots sans lien, c’est bien.",
        "field.password.new": "Nouveau mot de passe",
        "field.password.again": "Retape-le\u00a0: un mot de passe n’est jamais renvoyé.",
        "field.community": "Nom de ta communauté",
        "field.community.hint": "Tu pourras le changer.",
        "setup.title": "Prendre possession de ce serveur",
        "setup.lead": "Tu es la première personne ici. Crée ton compte et nomme le lieu.",
        "setup.go": "Ouvrir la maison",
        "setup.unclaimed.title": "Ce serveur n’a pas encore de propriétaire",
        "setup.unclaimed.lead": "S’il est à toi\u00a0: ouvre le lien de la dernière ligne affichée "
        "par le serveur à son démarrage. Il sert une fois, pendant 30 minutes.",
        "setup.again": "Pour un nouveau lien\u00a0: ./salon account owner-link",
        "invite.title": "Une invitation pour toi",
        "invite.lead": "{inviter} t’invite sur {community}.",
        "invite.until": "L’invitation est valable jusqu’au {until}.",
        "invite.go": "Entrer",
        "invite.rules": "Règles de la maison",
        "invite.have": "J’ai déjà un compte ici",
        "invite.agree": "J’ai lu les règles de la maison et je les respecte.",
        "guest.lead": "Tu viens sans compte\u00a0: un nom suffit. C’est pour {n} jours, pendant "
        "lesquels tu peux devenir membre.",
        "guest.lead.day": "Tu viens sans compte\u00a0: un nom suffit. C’est pour un jour, pendant "
        "lequel tu peux devenir membre.",
        "field.reason": "Pourquoi veux-tu entrer\u202f?",
        "field.reason.hint": "Les hôtes le lisent avant d’ouvrir la porte.",
        "ask.title": "Demander à entrer dans {community}",
        "ask.lead": "Des hôtes regardent qui demande. Reviens ici pour la réponse.",
        "ask.go": "Demander",
        "ask.waiting": "Merci, {name}. Un hôte va regarder.",
        "ask.waiting.lead": "La réponse sera ici quand tu reviendras avec ce navigateur.",
        "ask.let_in": "Entre, {name}",
        "ask.let_in.lead": "Tu fais partie de {community}. Connecte-toi en tant que {handle} avec "
        "ton mot de passe.",
        "ask.refused": "Pas maintenant, {name}",
        "ask.refused.lead": "Les hôtes de {community} ont dit non cette fois-ci.",
        "ask.again": "Demander de nouveau",
        "open.title": "Rejoindre {community}",
        "open.lead": "Tout le monde peut entrer ici.",
        "public.left": "Une personne partie",
        "public.lead": "Tout le monde peut lire ce salon. Pour écrire, entre.",
        "public.older": "Messages plus anciens",
        "public.newest": "Vers les plus récents",
        "public.none": "Personne n’a encore écrit ici.",
        "public.time": "à {time} UTC",
        "public.file": "Avec un fichier\u00a0: {name}",
        "outside.lit": "Il y a du monde. Écouter ne demande aucun compte.",
        "outside.lead": "Ce qui est ouvert à tout le monde, sans compte.",
        "outside.rooms": "Salons que tout le monde peut écouter",
        "outside.talking": "Au micro\u00a0: {names}",
        "outside.people": "{n} ici",
        "outside.listen": "Écouter",
        "outside.nobody": "Personne pour l’instant",
        "outside.look": "Voir",
        "outside.look_at": "Voir {name}",
        "outside.channels": "À lire",
        "outside.join": "Envie de parler, pas seulement d’écouter\u202f?",
        "outside.join_text": "Les membres invitent.",
        "outside.invited": "J’ai une invitation",
        "outside.code_hint": "Son lien ou son code.",
        "listen.title": "Écouter\u00a0: {name}",
        "listen.player": "Lecteur",
        "listen.ready": "En direct, le son seulement.",
        "listen.share": "Partager",
        "listen.copied": "Le lien est copié.",
        "listen.volume": "Volume",
        "listen.sleep": "Minuterie",
        "listen.sleep_off": "Pas de minuterie",
        "listen.sleep_min": "Dans {n} minutes",
        "listen.slept": "La minuterie y a mis fin.",
        "listen.live": "En direct",
        "listen.empty": "Il n’y a personne pour le moment. Reviens plus tard.",
        "listen.who": "Qui parle",
        "listen.captions": "Sous-titres",
        "listen.nobody": "Personne ne parle pour le moment.",
        "listen.described": "En direct sur {community}. Écoute sans compte.",
        "listen.described_empty": "Un salon sur {community}.",
        "listen.hosted": "Avec {name}",
        "listen.somebody": "Quelqu’un",
        "listen.host": "hôte",
        "listen.talking": "parle",
        "listen.count": "{n} à l’écoute",
        "listen.count_outside": "{n} à l’écoute, dont {m} sans compte",
        "listen.go": "Écouter",
        "listen.stop": "Ne plus écouter",
        "listen.connecting": "Un instant…",
        "listen.on": "Tu écoutes.",
        "listen.over": "Il n’y a plus rien à écouter ici.",
        "listen.failed": "Cela n’a pas marché\u00a0: toutes les places sont prises, ou la ligne "
        "s’est coupée. Réessaie dans un instant.",
        "listen.blocked": "Ton navigateur retient le son. Appuie encore une fois.",
        "listen.script": "Pour l’entendre, cette page a besoin de JavaScript.",
        "listen.join.title": "Tu ne fais qu’écouter",
        "listen.join.text": "Pas de micro, rien de toi n’est enregistré, aucun compte nécessaire.",
        "listen.join.speak": "J’aimerais parler",
        "listen.join.sign_in": "Se connecter",
        "listen.join.open": "Rejoindre {community}",
        "listen.join.code": "Invitation",
        "listen.join.code_hint": "Son lien ou son code. Elle ramène à ce salon.",
        "listen.join.go": "Prendre l’invitation",
        "reset.title": "Un nouveau mot de passe",
        "reset.lead": "Choisis un nouveau mot de passe pour {handle}. Tes autres appareils seront "
        "déconnectés.",
        "reset.go": "Enregistrer",
        "error.title": "Cela n’a pas marché",
        "error.back": "Retour au début",
        "error.500": "Quelque chose n’a pas marché ici. Si cela se répète, donne à qui tient "
        "ce serveur le numéro {request_id}.",
        "noscript": "Cette page a besoin de JavaScript pour montrer les salons.",
        "theme": "Couleurs",
        "reason.password_short": "Au moins {at_least} caractères, s’il te plaît.",
        "reason.password_long": "{most} caractères au plus, s’il te plaît.",
        "reason.password_characters": "Un mot de passe ne contient pas de caractères de commande.",
        "reason.password_common": "Ce mot de passe se devine trop vite. Trois ou quatre mots sans "
        "lien valent mieux.",
        "reason.handle_length": "Un identifiant a de {least} à {most} caractères.",
        "reason.handle_characters": "Lettres, chiffres, points, tirets et tirets bas, une lettre "
        "ou un chiffre en premier.",
        "reason.handle_scripts": "Les lettres d’un seul alphabet, s’il te plaît.",
        "reason.handle_reserved": "Ce nom est réservé.",
        "reason.handle_taken": "Quelqu’un s’appelle déjà ainsi. Ajoute quelque chose\u202f?",
        "reason.rules_unread": "Lis les règles de la maison et dis que tu les respectes.",
        "reason.applications_full": "Beaucoup attendent déjà d’entrer. Réessaie un autre jour.",
        "reason.name_missing": "Dis-nous comment t’appeler.",
        "reason.name_long": "{most} caractères au plus, s’il te plaît.",
        "reason.name_characters": "Ce texte n’est pas valable.",
        "reason.used": "Cette invitation n’est plus valable. Demandes-en une autre.",
        "reason.unknown": "Cette invitation n’est pas connue ici.",
        "reason.body": "L’envoi ne peut pas être lu. Réessaie.",
        "reason.busy": "Le serveur a beaucoup à faire. Réessaie dans un moment.",
        "reason.claimed": "Ce serveur a déjà une personne propriétaire. Connecte-toi plutôt.",
        "reason.closed": "Personne de nouveau ne peut entrer pour l’instant.",
        "reason.database_away": "La base de données ne répond pas. Réessaie dans un moment.",
        "reason.door_busy": "Il y a foule à la porte. Réessaie dans un moment.",
        "reason.empty": "Remplis ce champ, s’il te plaît.",
        "reason.encoding": "Ce texte a des signes qui ne peuvent pas être gardés.",
        "reason.link_used": "Ce lien a déjà servi ou n’est plus valable. Demandes-en un autre.",
        "reason.invitation_needed": "Il faut une invitation pour entrer. Demandes-en une à un "
        "membre.",
        "reason.long": "C’est trop long\u00a0: {most} caractères au plus.",
        "reason.no_page": "Il faut ici l’adresse d’une page, en entier.",
        "reason.no_permission": "Ce n’est pas ouvert pour toi. Demande à un hôte.",
        "reason.nothing_here": "Il n’y a rien à cette adresse.",
        "reason.not_written": "L’écriture a échoué. Garde ton texte et réessaie.",
        "reason.origin": "Cela vient d’un autre site.",
        "reason.host": "Ce serveur ne répond pas à ce nom.",
        "reason.pace": "Trop d’essais. Réessaie dans {wait}.",
        "reason.plugin_error": "L’extension {plugin} a échoué. Réessaie plus tard, ou préviens "
        "la personne propriétaire.",
        "reason.plugin_decides": "L’extension {plugin} doit en décider et a échoué. Réessaie "
        "plus tard, ou préviens la personne propriétaire.",
        "reason.plugin_off": "{title} est à l’arrêt pour l’instant.",
        "reason.session_ended": "Ta session est finie. Connecte-toi de nouveau.",
        "reason.mail_off": "Ce serveur n’envoie pas de lettres. Demande un lien à un hôte.",
        "reason.code_again": "Ce code a déjà servi. Attends le suivant.",
        "reason.code_wrong": "Ce code n’est pas le bon.",
        "reason.sealed": "Le serveur a perdu la clé de ceci. Prends un code de secours.",
        "reason.ticket_over": "C’était trop long. Redonne ton mot de passe.",
        "reason.sign_in_wrong": "L’identifiant ou le mot de passe n’est pas le bon.",
        "reason.sign_in_last": "L’identifiant ou le mot de passe n’est pas le bon. Essais "
        "restants\u00a0: {left}.",
        "reason.size": "C’est trop d’un coup.",
        "reason.suspended": "Ce compte est suspendu. Raison\u00a0: {why}",
        "reason.suspended_until": "Ce compte est suspendu jusqu’au {until}. Raison\u00a0: {why}",
        "reason.banned": "Ce compte est banni. Raison\u00a0: {why}",
        "reason.banned_until": "Ce compte est banni jusqu’au {until}. Raison\u00a0: {why}",
        "reason.kicked": "On t’a demandé de partir. Tu peux revenir avec une invitation. "
        "Raison\u00a0: {why}",
        "reason.unclaimed": "Ce serveur n’a pas encore de propriétaire. Son adresse est sur la "
        "console.",
        "reason.json": "L’envoi ne peut pas être lu. Réessaie.",
    },
}


def word(language: str, key: str, **facts: Any) -> str:
    """Return a sentence in a language."""
    return WORDS[language][key].format(**facts)


MONTHS: Mapping[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


def date(language: str, at: datetime) -> str:
    """Return the day in words; the hour would be that of no reader in particular."""
    day = "1er" if language == "fr" and at.day == 1 else at.day
    return f"{day} {MONTHS[language].split()[at.month - 1]} {at.year}"


SECOND: Mapping[str, str] = {"en": "second", "fr": "seconde"}
IN_MINUTES_FROM_S = 90


def of_error(language: str, error: SalonError) -> str:
    """Return an error's sentence in the reader's language where there is one, else in English."""
    known = WORDS[language].get(f"reason.{error.reason or error.code}")
    if known is None:
        return error.message
    wait = _wait(language, error.facts.get("retry_after_s", 0))
    try:
        return known.format(**{"wait": wait, **error.facts})
    except KeyError:  # a plugin took a reason of ours and left out the facts
        return error.message


def _wait(language: str, wait_s: float) -> str:
    is_long = wait_s >= IN_MINUTES_FROM_S
    number = max(1, math.ceil(wait_s / 60 if is_long else wait_s))
    unit = "minute" if is_long else SECOND[language]
    return f"{number}\u00a0{unit}{'' if number == 1 else 's'}"


def preferred(accept_language: str, otherwise: str) -> str:
    """Return the first language that a browser asks for and we speak (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        match = re.fullmatch(r"\s*([A-Za-z]{1,8})[\w-]*(?:\s*;\s*q=([\d.]{1,5}))?\s*", part)
        if match and match[1].lower() in LANGUAGES:
            wanted.append((_quality(match[2]), match[1].lower()))
    best = max(wanted, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] > 0:
        return best[1]
    return otherwise if otherwise in LANGUAGES else LANGUAGES[0]


def _quality(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0
