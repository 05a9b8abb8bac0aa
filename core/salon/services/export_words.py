"""What stands at the top of an export, in both languages: which file holds what."""

ENGLISH = """\
What {community} keeps of you
=============================

Made on {at}. Every file ending in .jsonl has one JSON object a line; times are UTC, ids are text.

profile          your account; names.json says what roles, channels and rooms are called
messages         everything you wrote, direct messages too; former_texts: what it said before
files            what you handed in; the contents are in the folder files/
reactions, reads, mentions, inbox_done, levels
                 what you reacted to, have read, were named in, are done with, want to be told
conversations    where you are a member: conversations, and threads that you follow
blocks, privacy  whom you block, and what others see of you
sessions, invitations, former_handles
                 where you are signed in, whom you asked in, what you were called
passkeys, code_app, mail_address, push_devices, quiet_hours
                 your ways in, and where and when you are told
threads_started, rooms_opened, stages
                 what you began, and your part on stages
deeds            what you changed here; done_to_you: what others changed about you
sanctions        your time outs, kicks, suspensions and bans; room_bans: rooms you are kept out of
application      what you said when you asked to come in
exports, deletion
                 when you asked for a copy, or to be deleted
plugins/         what plugins keep of you

Left out: secrets (passwords, keys of sessions, codes of invitations), and what is about others.
"""

FRENCH = """\
Ce que {community} garde de toi
===============================

Fait le {at}. Chaque fichier en .jsonl a un objet JSON par ligne\u00a0; les heures sont UTC.

profile          ton compte\u00a0; names.json dit comment s’appellent rôles, salons et pièces
messages         tout ce que tu as écrit, même en privé\u00a0; former_texts\u00a0: d’avant
files            ce que tu as déposé\u00a0; les contenus sont dans le dossier files/
reactions, reads, mentions, inbox_done, levels
                 tes réactions, tes lectures, où l’on t’a nommé, tes choix de notifications
conversations    tes conversations, et les fils que tu suis
blocks, privacy  qui tu bloques, et ce que les autres voient de toi
sessions, invitations, former_handles
                 tes appareils, tes invitations, tes anciens noms
passkeys, code_app, mail_address, push_devices, quiet_hours
                 tes clés d’accès, et où et quand tu es averti
threads_started, rooms_opened, stages
                 ce que tu as ouvert, et ta place sur les scènes
deeds            ce que tu as changé ici\u00a0; done_to_you\u00a0: ce que d’autres ont changé
sanctions        tes pauses, exclusions et suspensions\u00a0; room_bans\u00a0: de salons
application      ce que tu as dit en demandant à entrer
exports, deletion
                 quand tu as demandé une copie, ou la suppression
plugins/         ce que des extensions gardent de toi

N’y sont pas\u00a0: les secrets (mots de passe, clés de session, codes d’invitation), et ce qui
concerne d’autres personnes.
"""

MISSING_ENGLISH = "\nThese plugins could not say what they keep; ask again later: {plugins}\n"
MISSING_FRENCH = (
    "\nCes extensions n’ont pas pu répondre\u00a0; redemande plus tard\u00a0: {plugins}\n"
)
