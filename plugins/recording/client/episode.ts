/** The script of the public pages: the player, an embedded one, buttons that copy, lists that play. */

import { copyButtons } from "./listen/copying.ts";
import { enhance } from "./listen/player.ts";
import { playInRows } from "./listen/rows.ts";
import { saidBy } from "./listen/words.ts";

const player = document.querySelector<HTMLElement>(".rec-player");
const said = document.querySelector<HTMLElement>("[data-said]");
const rows = document.querySelector<HTMLElement>(".rec-all-of-it");
if (said) copyButtons(document, saidBy(said));
if (rows) playInRows(rows);
if (player) enhance(player, player.closest(".rec-embed") !== null);
