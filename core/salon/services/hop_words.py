"""What is said of each hop, in both languages: its name, what was found, and what puts it right.

`{facts}` are filled in. A sentence that is missing in one language fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from salon.services.hops import Hop

Said = tuple[str, str]  # what was found; what to do, or nothing

ENGLISH: Mapping[str, str] = {
    "name": "Name",
    "certificate": "Certificate",
    "web": "Web",
    "live": "Live line",
    "port": "Port of voices",
    "udp": "Voice, UDP",
    "tcp": "Voice, TCP",
    "turn": "TURN server",
    "database": "Database",
    "disk": "Disk",
    "objects": "Object storage",
    "clock": "Clock",
}
FRENCH: Mapping[str, str] = {
    "name": "Nom",
    "certificate": "Certificat",
    "web": "Web",
    "live": "Ligne directe",
    "port": "Port des voix",
    "udp": "Voix, UDP",
    "tcp": "Voix, TCP",
    "turn": "Serveur TURN",
    "database": "Base de données",
    "disk": "Disque",
    "objects": "Stockage objet",
    "clock": "Horloge",
}

IN_ENGLISH: Mapping[str, Said] = {
    "name.unset": (
        "No public address is configured: people come by this machine's own addresses.",
        "Set server.public_url in config.yaml to what people type.",
    ),
    "name.unknown": (
        "Nobody knows the name {host}.",
        "Have an A or AAAA record of {host} lead to this server, where you keep the domain.",
    ),
    "name.leads": ("{host} leads to {addresses}.", ""),
    "certificate.none": (
        "People come by http. Browsers give their microphone to https pages only.",
        "Put a proxy with a certificate in front, or set server.tls (docs/running.md).",
    ),
    "certificate.local": ("On this machine itself none is needed.", ""),
    "certificate.invalid": (
        "Browsers refuse the certificate of {host}: {problem}.",
        "Get one that is valid for {host}, from Let's Encrypt for example.",
    ),
    "certificate.unseen": (
        "From here nobody answers at {host}; many routers lead nobody back in.",
        "Look from outside: open this server's page over mobile data.",
    ),
    "certificate.soon": (
        "It ends in {days} days.",
        "Renew it, and see why that did not happen by itself.",
    ),
    "certificate.days": ("{days} days left.", ""),
    "web.unseen": (
        "From here nobody answers at {url}; many routers lead nobody back in.",
        "Look from outside: open {url} over mobile data.",
    ),
    "web.host": (
        "The proxy passes requests on under another name (421).",
        "Have it pass the Host header on. nginx: proxy_set_header Host $host;",
    ),
    "web.gateway": (
        "The proxy answers and does not reach this server ({status}).",
        "Have it pass requests on to port {port} of this machine, and see that the server runs.",
    ),
    "web.another": (
        "Something answers at {url}, but not this server ({status}).",
        "See that name and proxy lead to port {port} of this machine.",
    ),
    "web.answers": ("Answers in {ms} ms.", ""),
    "live.unseen": ("Not looked at, because the web was not reached.", ""),
    "live.refused": (
        "The proxy does not let the live line through ({status}).",
        (
            "Have it pass WebSockets on. nginx: proxy_http_version 1.1; "
            "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
        ),
    ),
    "live.silent": (
        "The live line is begun and not answered.",
        "Have the proxy pass WebSockets on, without holding them back.",
    ),
    "live.stands": ("Stands after {ms} ms.", ""),
    "port.off": ("The server does not run; its port of voices, {port}, is free.", ""),
    "port.open": ("The server listens at {port}.", ""),
    "port.taken": (
        "Another program has port {port}: {problem}",
        "End that program, or choose another port: media.port in config.yaml.",
    ),
    "port.hidden": (
        "The server runs and does not tell this account of its port of voices.",
        "Run the doctor with the same data folder, as whoever runs the server.",
    ),
    "udp.answers": ("Port {port} answers at {addresses}, asked from this machine.", ""),
    "udp.answers_outside": ("Port {port} answers at {addresses}, asked by the TURN server.", ""),
    "udp.dropped_here": (
        "Port {port} is open and does not answer at {address}: this machine's firewall drops it.",
        "Let UDP {port} in: sudo ufw allow {port}/udp",
    ),
    "udp.no_way_back": (
        "From here nothing comes back from {address}; many routers lead nobody back in.",
        (
            "Look from outside: the doctor's page over mobile data. If that fails, have the router "
            "pass UDP {port} on to this machine."
        ),
    ),
    "udp.elsewhere": (
        "From here nothing comes back from {address} of config.yaml; {host} leads to {named}.",
        (
            "Does no proxy stand at {named}? Then write media: {{addresses: [{named}]}}, or leave "
            "media.addresses out."
        ),
    ),
    "udp.closed_outside": (
        "The TURN server, which asks from outside, gets no answer from UDP {port}.",
        "Let UDP {port} in: at the provider's firewall, and at the router to this machine.",
    ),
    "tcp.answers": ("Port {port} answers, for people whose network lets no UDP through.", ""),
    "tcp.none": (
        "Nothing listens for voices by TCP: whose network lets no UDP through hears nothing.",
        "Have another program leave TCP of media.port, or choose another port.",
    ),
    "tcp.dropped_here": (
        "TCP {port} does not answer at {address}: this machine's firewall drops it.",
        "Let TCP {port} in: sudo ufw allow {port}/tcp",
    ),
    "tcp.no_way_back": (
        "From here TCP {port} of {address} does not answer; many routers lead nobody back in.",
        (
            "Look from outside: the doctor's page over mobile data. If that fails, have the router "
            "pass TCP {port} on to this machine."
        ),
    ),
    "turn.leads": ("{server} gives a way, and it leads to the port of voices.", ""),
    "turn.refused": (
        "{server} refuses our credentials ({problem}).",
        (
            "Give both the same secret: turn.secret here, static-auth-secret with use-auth-secret "
            "there; and see that both clocks are right."
        ),
    ),
    "turn.certificate": (
        "{server} has no certificate that can be trusted ({problem}).",
        "Give it one that is valid for its name.",
    ),
    "turn.silent": (
        "{server} does not answer.",
        "See that it runs, that its port is open, and that the address in turn.servers is right.",
    ),
    "turn.leads_nowhere": (
        "{server} gives a way that does not reach the port of voices.",
        "Let it send UDP to this server's address: at its denied-peer-ip and both firewalls.",
    ),
    "database.answers": ("Takes what is written in {ms} ms.", ""),
    "database.whole": ("{where} can be used.", ""),
    "database.none": ("There is none yet: the server's first start makes it.", ""),
    "database.silent": (
        "It takes nothing: what people write is refused.",
        "See the log, and ./salon db check.",
    ),
    "database.broken": ("{problem}", "See ./salon db check."),
    "disk.free": ("{free} GiB free in {folder}.", ""),
    "disk.low": (
        "Only {free} GiB are free in {folder}.",
        "Make room soon, or give files another disk.",
    ),
    "disk.full": (
        "Only {free} GiB are free in {folder}: files are refused.",
        "Make room (files.keep_free_mib says how much is kept free).",
    ),
    "disk.unwritable": (
        "{folder} cannot be written to.",
        "Give it to the account that runs the server.",
    ),
    "objects.works": ("{where} takes, gives and forgets.", ""),
    "objects.unreachable": (
        "Nobody answers for {where}. What lies there cannot be heard.",
        "See that objects.endpoint in config.yaml is right, and that the storage runs.",
    ),
    "objects.bucket": (
        "The bucket of {where} is not there.",
        "Make it, or put its right name into objects.bucket.",
    ),
    "objects.key": (
        "{where} does not know the key, or the secret is another.",
        "Put both into objects.access_key and objects.secret_key anew.",
    ),
    "objects.clock": (
        "{where} refuses: this machine's clock and its own differ by minutes.",
        "Turn on a time service: sudo timedatectl set-ntp true",
    ),
    "objects.region": (
        "{where} is in another region, or at another address.",
        "Put the bucket's into objects.region and objects.endpoint.",
    ),
    "objects.full": ("{where} has no room left.", "Make room there, or raise its limit."),
    "objects.denied": (
        "{where} knows the key and does not let it read, write and delete.",
        "Give it s3:GetObject, s3:PutObject and s3:DeleteObject in the bucket.",
    ),
    "objects.failed": (
        "{where} answers, and not as S3 does.",
        "See that objects.endpoint is the address for S3, and what the storage's own log says.",
    ),
    "clock.kept": ("Kept right by this machine.", ""),
    "clock.alone": (
        "Nothing keeps this machine's clock right. Reminders and codes go by it.",
        "Turn on a time service: sudo timedatectl set-ntp true",
    ),
    "clock.unseen": ("This machine does not say whether its clock is kept right.", ""),
}

IN_FRENCH: Mapping[str, Said] = {
    "name.unset": (
        "Aucune adresse publique n’est réglée\u00a0: on vient par les adresses de cette machine.",
        "Mets dans server.public_url de config.yaml ce que les gens tapent.",
    ),
    "name.unknown": (
        "Personne ne connaît le nom {host}.",
        "Chez ton bureau d’enregistrement, fais mener {host} (A ou AAAA) à ce serveur.",
    ),
    "name.leads": ("{host} mène à {addresses}.", ""),
    "certificate.none": (
        "On vient en http. Les navigateurs ne prêtent leur micro qu’aux pages en https.",
        "Mets devant un mandataire avec certificat, ou règle server.tls (docs/running.md).",
    ),
    "certificate.local": ("Sur cette machine même, il n’en faut pas.", ""),
    "certificate.invalid": (
        "Les navigateurs refusent le certificat de {host}\u00a0: {problem}.",
        "Prends-en un valable pour {host}, chez Let’s Encrypt par exemple.",
    ),
    "certificate.unseen": (
        "D’ici, personne ne répond à {host}\u00a0; beaucoup de routeurs ne ramènent pas dedans.",
        "Regarde du dehors\u00a0: ouvre la page du serveur en données mobiles.",
    ),
    "certificate.soon": (
        "Il finit dans {days} jours.",
        "Renouvelle-le, et vois pourquoi cela ne s’est pas fait tout seul.",
    ),
    "certificate.days": ("Encore {days} jours.", ""),
    "web.unseen": (
        "D’ici, personne ne répond à {url}\u00a0; beaucoup de routeurs ne ramènent pas dedans.",
        "Regarde du dehors\u00a0: ouvre {url} en données mobiles.",
    ),
    "web.host": (
        "Le mandataire transmet les demandes sous un autre nom (421).",
        "Fais-lui transmettre l’en-tête Host. nginx\u00a0: proxy_set_header Host $host;",
    ),
    "web.gateway": (
        "Le mandataire répond mais n’atteint pas ce serveur ({status}).",
        "Fais-lui transmettre au port {port} de cette machine, et vois que le serveur tourne.",
    ),
    "web.another": (
        "Quelque chose répond à {url}, mais ce n’est pas ce serveur ({status}).",
        "Vois que le nom et le mandataire mènent au port {port} de cette machine.",
    ),
    "web.answers": ("Répond en {ms} ms.", ""),
    "live.unseen": ("Pas regardée, le web n’étant pas atteint.", ""),
    "live.refused": (
        "Le mandataire ne laisse pas passer la ligne directe ({status}).",
        (
            "Fais-lui transmettre les WebSockets. nginx\u00a0: proxy_http_version 1.1; "
            "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
        ),
    ),
    "live.silent": (
        "La ligne directe commence et reste sans réponse.",
        "Fais transmettre les WebSockets au mandataire, sans les retenir.",
    ),
    "live.stands": ("Tient après {ms} ms.", ""),
    "port.off": ("Le serveur ne tourne pas\u00a0; son port des voix, {port}, est libre.", ""),
    "port.open": ("Le serveur écoute sur {port}.", ""),
    "port.taken": (
        "Un autre programme tient le port {port}\u00a0: {problem}",
        "Arrête-le, ou choisis un autre port\u00a0: media.port dans config.yaml.",
    ),
    "port.hidden": (
        "Le serveur tourne et ne dit pas à ce compte son port des voix.",
        "Lance le docteur avec le même dossier de données, sous le compte du serveur.",
    ),
    "udp.answers": ("Le port {port} répond à {addresses}, demandé d’ici.", ""),
    "udp.answers_outside": (
        "Le port {port} répond à {addresses}, demandé par le serveur TURN.",
        "",
    ),
    "udp.dropped_here": (
        "Le port {port} est ouvert et ne répond pas à {address}\u00a0: le pare-feu le bloque.",
        "Laisse entrer l’UDP {port}\u00a0: sudo ufw allow {port}/udp",
    ),
    "udp.no_way_back": (
        "D’ici, rien ne revient de {address}\u00a0; beaucoup de routeurs ne ramènent pas dedans.",
        (
            "Regarde du dehors\u00a0: la page du docteur en données mobiles. Si cela échoue, fais "
            "transmettre l’UDP {port} par le routeur à cette machine."
        ),
    ),
    "udp.elsewhere": (
        "D’ici, rien ne revient de {address}, que dit config.yaml\u00a0; {host} mène à {named}.",
        (
            "Pas de mandataire à {named}\u202f? Alors écris media: {{addresses: [{named}]}}, ou "
            "enlève media.addresses."
        ),
    ),
    "udp.closed_outside": (
        "Le serveur TURN, qui demande du dehors, n’a pas de réponse de l’UDP {port}.",
        "Laisse entrer l’UDP {port}\u00a0: au pare-feu de l’hébergeur, et au routeur vers ici.",
    ),
    "tcp.answers": ("Le port {port} répond, pour les réseaux qui bloquent l’UDP.", ""),
    "tcp.none": (
        "Rien n’écoute les voix en TCP\u00a0: un réseau qui bloque l’UDP n’entend rien.",
        "Libère le TCP de media.port, ou choisis un autre port.",
    ),
    "tcp.dropped_here": (
        "Le TCP {port} ne répond pas à {address}\u00a0: le pare-feu de cette machine le bloque.",
        "Laisse entrer le TCP {port}\u00a0: sudo ufw allow {port}/tcp",
    ),
    "tcp.no_way_back": (
        (
            "D’ici, le TCP {port} de {address} se tait\u00a0; beaucoup de routeurs ne ramènent "
            "pas dedans."
        ),
        (
            "Regarde du dehors\u00a0: la page du docteur en données mobiles. Si cela échoue, fais "
            "transmettre le TCP {port} par le routeur à cette machine."
        ),
    ),
    "turn.leads": ("{server} donne un chemin, et il mène au port des voix.", ""),
    "turn.refused": (
        "{server} refuse nos identifiants ({problem}).",
        (
            "Donne aux deux le même secret\u00a0: turn.secret ici, static-auth-secret avec "
            "use-auth-secret là-bas\u00a0; et vois que les deux horloges sont justes."
        ),
    ),
    "turn.certificate": (
        "{server} n’a pas de certificat digne de confiance ({problem}).",
        "Donne-lui-en un valable pour son nom.",
    ),
    "turn.silent": (
        "{server} ne répond pas.",
        "Vois qu’il tourne, que son port est ouvert et que turn.servers dit la bonne adresse.",
    ),
    "turn.leads_nowhere": (
        "{server} donne un chemin qui n’atteint pas le port des voix.",
        "Laisse-le envoyer de l’UDP à l’adresse d’ici\u00a0: denied-peer-ip et les deux pare-feu.",
    ),
    "database.answers": ("Prend ce qu’on écrit en {ms} ms.", ""),
    "database.whole": ("{where} est utilisable.", ""),
    "database.none": ("Il n’y en a pas encore\u00a0: le premier démarrage la fait.", ""),
    "database.silent": (
        "Elle ne prend rien\u00a0: ce que les gens écrivent est refusé.",
        "Vois le journal, et ./salon db check.",
    ),
    "database.broken": ("{problem}", "Vois ./salon db check."),
    "disk.free": ("{free} Gio libres dans {folder}.", ""),
    "disk.low": (
        "Plus que {free} Gio libres dans {folder}.",
        "Fais bientôt de la place, ou donne aux fichiers un autre disque.",
    ),
    "disk.full": (
        "Plus que {free} Gio libres dans {folder}\u00a0: les fichiers sont refusés.",
        "Fais de la place (files.keep_free_mib dit combien doit rester libre).",
    ),
    "disk.unwritable": (
        "On ne peut pas écrire dans {folder}.",
        "Donne-le au compte qui fait tourner le serveur.",
    ),
    "objects.works": ("{where} prend, rend et oublie.", ""),
    "objects.unreachable": (
        "Personne ne répond pour {where}. Ce qui s’y trouve ne peut pas être écouté.",
        "Vérifie objects.endpoint dans config.yaml, et que le stockage fonctionne.",
    ),
    "objects.bucket": (
        "Le bucket de {where} n’existe pas.",
        "Crée-le, ou mets son vrai nom dans objects.bucket.",
    ),
    "objects.key": (
        "{where} ne connaît pas la clé, ou le secret est un autre.",
        "Remets les deux dans objects.access_key et objects.secret_key.",
    ),
    "objects.clock": (
        "{where} refuse\u00a0: l’horloge de cette machine et la sienne diffèrent de minutes.",
        "Active un service de temps\u00a0: sudo timedatectl set-ntp true",
    ),
    "objects.region": (
        "{where} est dans une autre région, ou à une autre adresse.",
        "Mets celles du bucket dans objects.region et objects.endpoint.",
    ),
    "objects.full": (
        "{where} n’a plus de place.",
        "Fais-y de la place, ou relève sa limite.",
    ),
    "objects.denied": (
        "{where} connaît la clé et ne la laisse pas lire, écrire et supprimer.",
        "Donne-lui s3:GetObject, s3:PutObject et s3:DeleteObject dans le bucket.",
    ),
    "objects.failed": (
        "{where} répond, mais pas comme S3.",
        "Vérifie qu’objects.endpoint est l’adresse pour S3, et ce que dit le journal du stockage.",
    ),
    "clock.kept": ("Cette machine la tient à l’heure.", ""),
    "clock.alone": (
        "Rien ne tient l’horloge de cette machine à l’heure. Rappels et codes la suivent.",
        "Active un service de temps\u00a0: sudo timedatectl set-ntp true",
    ),
    "clock.unseen": ("Cette machine ne dit pas si son horloge est tenue à l’heure.", ""),
}

TITLES = {"en": ENGLISH, "fr": FRENCH}
SAID = {"en": IN_ENGLISH, "fr": IN_FRENCH}


@dataclass(frozen=True, slots=True)
class Words:
    """A hop in somebody's language; `fix` is empty where nothing is to be done."""

    title: str
    said: str
    fix: str


def words_of(hop: Hop, language: str) -> Words:
    """Say it; in English where the language is no other."""
    said, fix = SAID.get(language, IN_ENGLISH)[hop.reason]
    title = TITLES.get(language, ENGLISH)[hop.name]
    return Words(title, said.format_map(hop.facts), fix.format_map(hop.facts))
